#include "consume/sequence_log.hpp"

#include "consume/finished_ranges.hpp"
#include "consume/letter.hpp"

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/event/topic_name.hpp>

#include <algorithm>
#include <system_error>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

namespace names = dead_letter_headers;

constexpr std::size_t log_poll_records = 2'000;
constexpr int most_polls = 8;
constexpr Duration question_timeout{5'000};
constexpr std::chrono::seconds pause_between_tries{1};
constexpr std::size_t longest_key = 32 * 1024;  // a longer one is not in every dead letter

}  // namespace

std::string letters_of(const std::string& topic, const DeadLetterOptions& options) {
    const auto named = options.topics.find(topic);
    return named == options.topics.end() ? dead_letter_topic(topic) : named->second;
}

std::optional<DeadSequences::Key> sequence_key(const ReceivedRecord& record) {
    if (!record.key || record.key->empty() || record.key->size() > longest_key) return {};
    return std::hash<std::string_view>{}(*record.key);
}

std::int64_t rank_of(const ReceivedRecord& record, std::string_view group) {
    if (record.header(names::redrive_for) != group) return record.offset;
    return number(record.header(names::offset)).value_or(record.offset);
}

void SequenceLog::wait(const AssignedPartition& partition) {
    forget({partition.topic, partition.partition});
    Topic& topic = topics_[letters_of(partition.topic, options_)];
    topic.sources.push_back({.partition = partition});
    topic.started = false;  // its letters lie before what was read
    topic.outdated = true;
    topic.next_try = {};
}

void SequenceLog::forget(const TopicPartition& partition) {
    for (auto& [name, topic] : topics_) {
        std::erase_if(topic.sources, [&](const Source& source) {
            return source.partition.partition == partition.partition && source.partition.topic == partition.topic;
        });
    }
    for (auto& [name, topic] : topics_) {
        if (topic.sources.empty() && topic.question.valid()) unwanted_.push_back(std::move(topic.question));
    }
    std::erase_if(topics_, [](const auto& entry) { return entry.second.sources.empty(); });
}

Result<SequenceLog::Extent> SequenceLog::measure(const Broker& broker, const std::string& name) {
    const auto deadline = std::chrono::steady_clock::now() + question_timeout;
    const auto left = [&] {
        const auto rest = std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now());
        return std::max(rest, Duration{1});
    };
    auto admin = broker.port().admin();
    if (!admin) return std::move(admin).error();
    const auto described = (*admin)->describe_topic(name, left());
    if (!described) return described.error();
    Extent extent;
    std::vector<PartitionOffset> from;
    for (std::int32_t partition = 0; partition < described->partitions; ++partition) {
        const auto marks = (*admin)->watermarks({name, partition}, left());
        if (!marks) return marks.error();
        extent.bounds[partition] = *marks;
        from.push_back({name, partition, marks->low, {}});
    }
    auto reader = broker.port().reader({}, nullptr);
    if (!reader) return std::move(reader).error();
    if (auto assigned = (*reader)->assign(from); !assigned) return std::move(assigned).error();
    extent.reader = std::move(*reader);
    return extent;
}

SequenceLog::Question SequenceLog::ask(const std::string& name) {
    const auto work = [broker = broker_, name]() -> Result<Extent> {
        try {
            return measure(broker, name);
        } catch (const std::exception& thrown) {
            return Error{.kind = ErrorKind::retriable, .code = std::string{codes::failed}, .message = thrown.what()};
        }
    };
    try {
        return std::async(policy_, work);
    } catch (const std::system_error&) {  // no more threads
        return std::async(std::launch::deferred, work);
    }
}

void SequenceLog::start(const std::string& name, Topic& topic, MonotonicTime at) {
    if (!topic.question.valid()) {
        if (at < topic.next_try) return;
        topic.next_try = at + pause_between_tries;
        topic.outdated = false;
        topic.question = ask(name);
    }
    if (topic.question.wait_for(Duration{0}) == std::future_status::timeout) return;
    Result<Extent> answer = topic.question.get();
    if (topic.outdated) return;
    take(name, topic, std::move(answer));
}

void SequenceLog::take(const std::string& name, Topic& topic, Result<Extent> answer) {
    topic.reader.reset();
    topic.bounds.clear();
    for (Source& source : topic.sources) source.found = {};
    topic.started = answer.has_value();
    // A topic that does not exist holds nothing; it may come later.
    topic.scanning = answer || answer.error().kind == ErrorKind::invalid_argument;
    if (answer) {
        topic.reader = std::move(answer->reader);
        topic.bounds = std::move(answer->bounds);
    } else if (!topic.scanning) {
        broker_.runtime().logger->log(
            LogLevel::warning, "dead letters cannot be read; trying on",
            {{"group", group_}, {"topic", name}, {"code", answer.error().code}, {"message", answer.error().message}});
    }
}

bool SequenceLog::at_end(const std::string& name, const Topic& topic) {
    return std::all_of(topic.bounds.begin(), topic.bounds.end(), [&](const auto& bound) {
        const auto& [partition, marks] = bound;
        // Not the last stable offset: behind an open transaction may lie letters, too.
        return marks.low >= marks.high || topic.reader->position({name, partition}) >= marks.high;
    });
}

void SequenceLog::note(Topic& topic, const ReceivedRecord& record, News& news) const {
    const auto key = sequence_key(record);
    if (!key) return;
    if (const auto marker = read_marker(record)) {
        const std::int64_t sent_back = marker->state == DeadLetterState::redriven ? marker->sent_offset : -1;
        for (Source& source : topic.sources) {
            if (source.waiting) source.found.settled(*key, record.partition, marker->offset, sent_back);
            const TopicPartition place{source.partition.topic, source.partition.partition};
            if (!source.waiting) news.settled.push_back({place, *key, record.partition, marker->offset, sent_back});
        }
        return;
    }
    const auto letter = read_letter(record);
    if (!letter || letter->group != group_) return;
    for (Source& source : topic.sources) {
        const AssignedPartition& ours = source.partition;
        if (source.waiting && ours.partition == letter->partition && ours.topic == letter->topic)
            source.found.add(*key, {letter->offset, record.partition, record.offset, -1});
    }
}

void SequenceLog::finish_scan(Topic& topic, News& news) {
    topic.scanning = false;
    for (Source& source : topic.sources) {
        if (!source.waiting) continue;
        source.waiting = false;
        const AssignedPartition& ours = source.partition;
        const auto done = decode_finished(ours.offset, ours.metadata);
        source.found.forget_returned([&](std::int64_t offset) {
            return offset < ours.offset || std::any_of(done.begin(), done.end(), [&](const OffsetRange& range) {
                       return range.from <= offset && offset < range.to;
                   });
        });
        news.known.push_back({{ours.topic, ours.partition}, std::move(source.found)});
        source.found = {};
    }
}

void SequenceLog::read_on(Topic& topic, MonotonicTime at, News& news) {
    for (int polls = 0; polls < most_polls; ++polls) {
        records_.clear();
        const auto polled = topic.reader->poll(records_, log_poll_records, Duration{0});
        for (const ReceivedRecord& record : records_) note(topic, record, news);
        if (!polled && polled.error().kind != ErrorKind::unavailable && polled.error().kind != ErrorKind::retriable) {
            topic.started = false;  // what was to be read is deleted: from the beginning
            topic.next_try = at + pause_between_tries;
            return;
        }
        if (records_.empty()) break;
    }
    records_.clear();
}

void SequenceLog::read(MonotonicTime at, News& news) {
    std::erase_if(unwanted_, [](const Question& question) {
        return question.wait_for(Duration{0}) != std::future_status::timeout;
    });
    for (auto& [name, topic] : topics_) {
        if (!topic.started) start(name, topic, at);
        if (topic.started) read_on(topic, at, news);
        if (topic.scanning && (topic.bounds.empty() || (topic.started && at_end(name, topic))))
            finish_scan(topic, news);
    }
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
