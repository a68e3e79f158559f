#include "kafka/errors.hpp"
#include "kafka/positions.hpp"
#include "kafka/reader.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr Duration lookup_bound{5'000};      // of one attempt; poll() tries again
constexpr Duration lookup_patience{10'000};  // before an error that should pass is told

}  // namespace

bool KafkaReader::cooperative() const {
    const char* protocol = rd_kafka_rebalance_protocol(native());
    return protocol != nullptr && std::strcmp(protocol, "COOPERATIVE") == 0;
}

void KafkaReader::take_rebalance(rd_kafka_event_t* event) {
    const auto partitions = partitions_of(rd_kafka_event_topic_partition_list(event));
    if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        pending_ = partitions;
        pending_since_ = std::chrono::steady_clock::now();
        complete_assignment();
        return;
    }
    give_up(partitions, rd_kafka_assignment_lost(native()) != 0);
    pending_.reset();
    const PartitionList list = to_native(partitions);
    const NativeError failed{cooperative() ? rd_kafka_incremental_unassign(native(), list.get()) : nullptr};
    if (!cooperative()) rd_kafka_assign(native(), nullptr);
}

void KafkaReader::give_up(std::span<const TopicPartition> partitions, bool lost) {
    std::vector<TopicPartition> known;
    for (const TopicPartition& partition : partitions) {
        if (find(partition)) known.push_back(partition);
    }
    if (listener_ != nullptr && !known.empty()) {
        lost ? listener_->lost(known) : listener_->revoked(known);
    }
    remove(known);
}

// Until this succeeds the group waits for the member to take its partitions; each poll() tries again.
void KafkaReader::complete_assignment() {
    auto found = find_positions();
    if (!found) {
        const bool passing = found.error().kind == ErrorKind::retriable &&
                             std::chrono::steady_clock::now() - pending_since_ < lookup_patience;
        if (!passing) report(found.error());
        return;
    }
    for (AssignedPartition& partition : *found) partition.assignment = ++assignments_;
    if (listener_ != nullptr && !found->empty()) listener_->assigned(*found);
    pending_.reset();
    if (auto begun = begin_reading(*found); !begun) report(begun.error());
}

Result<std::vector<AssignedPartition>> KafkaReader::find_positions() {
    std::vector<AssignedPartition> partitions;
    if (pending_->empty()) return partitions;
    const PartitionList list = to_native(std::span<const TopicPartition>{*pending_});
    const std::string subject = fmt::format("committed offsets of group '{}'", options_.group);
    const auto timeout = std::min(request_timeout_, lookup_bound);
    const rd_kafka_resp_err_t failed = rd_kafka_committed(native(), list.get(), milliseconds(timeout));
    if (failed == RD_KAFKA_RESP_ERR__TIMED_OUT) return context().causes.explain_timeout(subject, timeout);
    if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(failed, subject);
    for (int i = 0; i < list->cnt; ++i) {
        const rd_kafka_topic_partition_t& answer = list->elems[i];
        if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(answer.err, subject);
        PartitionOffset position = from_native(answer);
        partitions.push_back({.topic = std::move(position.topic),
                              .partition = position.partition,
                              .offset = position.offset,
                              .metadata = std::move(position.metadata),
                              .committed = position.offset >= 0});
    }
    if (auto started = find_start(partitions); !started) return started.error();
    return partitions;
}

Result<void> KafkaReader::find_start(std::span<AssignedPartition> partitions) {
    std::vector<OffsetQuestion> questions;
    std::vector<AssignedPartition*> asked;
    using Kind = StartPosition::Kind;
    std::int64_t spec = std::chrono::ceil<std::chrono::milliseconds>(options_.start.time).time_since_epoch().count();
    if (options_.start.kind == Kind::earliest) spec = RD_KAFKA_OFFSET_SPEC_EARLIEST;
    if (options_.start.kind == Kind::latest) spec = RD_KAFKA_OFFSET_SPEC_LATEST;
    const auto from_earliest = [&](const std::string& topic) {
        const auto& all = options_.from_earliest;
        return std::find(all.begin(), all.end(), topic) != all.end();
    };
    for (AssignedPartition& partition : partitions) {
        const bool earliest = from_earliest(partition.topic);
        if (partition.committed) continue;
        if (options_.start.kind == Kind::fail && !earliest) continue;  // the listener may still give one
        questions.push_back(
            {partition.topic, partition.partition, earliest ? std::int64_t{RD_KAFKA_OFFSET_SPEC_EARLIEST} : spec});
        asked.push_back(&partition);
    }
    if (questions.empty()) return {};
    auto offsets = list_offsets(questions);
    if (!offsets) return offsets.error();
    for (std::size_t i = 0; i < asked.size(); ++i) asked[i]->offset = (*offsets)[i];
    return {};
}

// A time after the last record gives -1: that is the end.
Result<std::vector<std::int64_t>> KafkaReader::list_offsets(std::span<const OffsetQuestion> questions) {
    const Deadline deadline{std::min(request_timeout_, lookup_bound)};
    const AdminOptions options{rd_kafka_AdminOptions_new(native(), RD_KAFKA_ADMIN_OP_LISTOFFSETS)};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), milliseconds(deadline.timeout()), nullptr, 0);
    const NativeError ignored{rd_kafka_AdminOptions_set_isolation_level(
        options.get(), options_.isolation == Isolation::read_committed ? RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED
                                                                       : RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED)};
    const Queue answers{rd_kafka_queue_new(native())};
    send_list_offsets(native(), questions, options.get(), answers.get());
    const Event event{rd_kafka_queue_poll(answers.get(), milliseconds(deadline.timeout()))};
    constexpr std::string_view subject = "start positions";
    if (event == nullptr) return context().causes.explain_timeout(subject, deadline.timeout());
    if (const auto failed = rd_kafka_event_error(event.get())) {
        if (failed == RD_KAFKA_RESP_ERR__TIMED_OUT)
            return context().causes.explain_timeout(subject, deadline.timeout());
        if (failed == RD_KAFKA_RESP_ERR__NOENT) return explain_no_leader(native(), questions, deadline.left());
        return make_error(failed, subject, rd_kafka_event_error_string(event.get()));
    }
    auto offsets = read_offsets(event.get(), questions);
    if (!offsets) return offsets;
    std::vector<OffsetQuestion> ends;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < offsets->size(); ++i) {
        if ((*offsets)[i] >= 0 || questions[i].spec == RD_KAFKA_OFFSET_SPEC_LATEST) continue;
        ends.push_back({questions[i].topic, questions[i].partition, RD_KAFKA_OFFSET_SPEC_LATEST});
        places.push_back(i);
    }
    if (ends.empty()) return offsets;
    auto last = list_offsets(ends);
    if (!last) return last;
    for (std::size_t i = 0; i < places.size(); ++i) (*offsets)[places[i]] = (*last)[i];
    return offsets;
}

// Where a partition that is stopped from the start waits for a seek. Never a logical offset: an answer to librdkafka's
// own question for it that comes after the seek undoes the seek.
std::int64_t KafkaReader::end_of(const AssignedPartition& partition) {
    const OffsetQuestion question{partition.topic, partition.partition, RD_KAFKA_OFFSET_SPEC_LATEST};
    const auto offsets = list_offsets({&question, 1});
    return offsets ? offsets->front() : 0;
}

Result<void> KafkaReader::begin_reading(std::span<const AssignedPartition> partitions) {
    const PartitionList list{rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size()))};
    for (const AssignedPartition& partition : partitions) {
        add(partition);
        rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)->offset =
            partition.offset >= 0 ? partition.offset : end_of(partition);
    }
    if (subscribed() && cooperative()) {
        const NativeError failed{rd_kafka_incremental_assign(native(), list.get())};
        if (failed != nullptr) return make_error(failed.get(), "taking the assignment");
        return {};
    }
    const rd_kafka_resp_err_t failed = rd_kafka_assign(native(), list.get());
    if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(failed, "taking the assignment");
    return {};
}

// The queue is cut off from the main one before reading begins, so that no record ever takes the other way.
void KafkaReader::add(const AssignedPartition& assigned) {
    auto partition = std::make_shared<ReadPartition>();
    partition->id = {assigned.topic, assigned.partition};
    partition->assignment = assigned.assignment;
    partition->position = assigned.offset;
    partition->waker = &waker_;
    if (assigned.offset < 0) {
        partition->error = make_error(ErrorKind::permanent, codes::no_position,
                                      fmt::format("group '{}' has no committed offset for topic '{}' partition {}",
                                                  options_.group, assigned.topic, assigned.partition),
                                      "seek to or commit a first position, or choose another StartPosition");
    }
    partition->queue.reset(rd_kafka_queue_get_partition(native(), assigned.topic.c_str(), assigned.partition));
    rd_kafka_queue_forward(partition->queue.get(), nullptr);
    rd_kafka_queue_cb_event_enable(
        partition->queue.get(),
        [](rd_kafka_t*, void* opaque) noexcept {
            auto* read = static_cast<ReadPartition*>(opaque);
            read->ready = true;
            read->waker->wake();
        },
        partition.get());
    const std::lock_guard lock{mutex_};
    partitions_.push_back(std::move(partition));
}

void KafkaReader::remove(std::span<const TopicPartition> partitions) {
    std::vector<std::shared_ptr<ReadPartition>> gone;  // destroyed without the lock
    commits_->forget(partitions);
    const std::lock_guard lock{mutex_};
    for (const TopicPartition& id : partitions) {
        const auto found = std::find_if(partitions_.begin(), partitions_.end(),
                                        [&](const auto& candidate) { return candidate->id == id; });
        if (found == partitions_.end()) continue;
        gone.push_back(std::move(*found));
        partitions_.erase(found);
    }
}

Result<void> KafkaReader::assign(std::span<const PartitionOffset> positions) {
    if (auto usable = check_usable(); !usable) return usable;
    if (subscribed()) {
        return make_error(ErrorKind::invalid_argument, codes::subscribed,
                          fmt::format("a reader with topics gets its partitions from group '{}'", options_.group),
                          "make a reader without topics");
    }
    std::vector<AssignedPartition> partitions;
    std::vector<OffsetQuestion> questions;
    for (const PartitionOffset& position : positions) {
        partitions.push_back({.topic = position.topic, .partition = position.partition, .offset = position.offset});
        questions.push_back({position.topic, position.partition,
                             position.offset == -2 ? std::int64_t{RD_KAFKA_OFFSET_SPEC_LATEST}
                                                   : std::int64_t{RD_KAFKA_OFFSET_SPEC_EARLIEST}});
    }
    if (!questions.empty()) {
        const auto offsets = list_offsets(questions);
        // Positions that are given need no answer; that there is no such topic or partition is better said now.
        const bool needed = std::any_of(positions.begin(), positions.end(), [](const auto& p) { return p.offset < 0; });
        if (!offsets && (needed || offsets.error().kind == ErrorKind::invalid_argument)) {
            return reader_error(offsets.error());
        }
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            if (partitions[i].offset < 0) partitions[i].offset = (*offsets)[i];
        }
    }
    for (AssignedPartition& partition : partitions) partition.assignment = ++assignments_;
    remove(assignment());
    return begin_reading(partitions);
}

// Seeking needs a partition whose reading is under way; one that has stopped, or not begun, is given anew.
Result<void> KafkaReader::reassign_at(const TopicPartition& sought, std::int64_t offset) {
    std::vector<PartitionOffset> positions;
    const bool single = subscribed() && cooperative();
    for (const auto& partition : partitions_) {
        if (single && partition->id != sought) continue;
        positions.push_back({partition->id.topic,
                             partition->id.partition,
                             partition->id == sought ? offset : partition->position.load(),
                             {}});
        if (partition->id != sought) continue;
        partition->error.reset();
        partition->position = offset;
    }
    const PartitionList list = to_native(std::span<const PartitionOffset>{positions});
    if (single) {
        NativeError failed{rd_kafka_incremental_unassign(native(), list.get())};
        if (failed == nullptr) failed.reset(rd_kafka_incremental_assign(native(), list.get()));
        if (failed != nullptr) return make_error(failed.get(), fmt::format("seek in topic '{}'", sought.topic));
        return {};
    }
    const rd_kafka_resp_err_t failed = rd_kafka_assign(native(), list.get());
    if (failed != RD_KAFKA_RESP_ERR_NO_ERROR)
        return make_error(failed, fmt::format("seek in topic '{}'", sought.topic));
    return {};
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
