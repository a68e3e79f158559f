#include "consume/dead_letter.hpp"

#include "consume/letter.hpp"
#include "consume/sequence_log.hpp"
#include "core/utf8.hpp"

#include <eventsdk/core/time.hpp>
#include <eventsdk/event/topic_name.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

namespace names = dead_letter_headers;

constexpr std::size_t max_kept_key_bytes = 32 * 1024;
constexpr std::size_t max_kept_header_bytes = 16 * 1024;
constexpr std::array<std::string_view, 6> replaced_prefixes{
    "eventsdk-dlq-", "eventsdk-redrive-for", "eventsdk-retry-", "kafka_dlt-", "__connect.errors.", "__streams.errors."};

/// Where and when the record failed first.
struct Origin {
    std::string topic;
    std::int64_t partition = -1;
    std::int64_t offset = -1;
    Timestamp timestamp{};
    Timestamp first_failure{};
    std::int64_t redrives = 0;
};

Timestamp time_or(std::optional<std::string_view> text, Timestamp fallback) {
    if (!text) return fallback;
    const auto parsed = parse_date_time(*text);
    return parsed ? parsed->utc : fallback;
}

Origin origin_of(const ReceivedRecord& record, const Failure& failure) {
    Origin origin{std::string{record.topic}, record.partition, record.offset, record.timestamp, failure.first};
    const auto topic = record.header(names::topic);
    const auto partition = number(record.header(names::partition));
    const auto offset = number(record.header(names::offset));
    if (!topic || !partition || !offset || !check_topic_name(*topic)) return origin;
    origin.topic = *topic;
    origin.partition = *partition;
    origin.offset = *offset;
    origin.timestamp = time_or(record.header(names::timestamp), record.timestamp);
    origin.first_failure = time_or(record.header(names::first_failure), failure.first);
    origin.redrives = number(record.header(names::redrive_count)).value_or(0);
    return origin;
}

std::string big_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift & 0xFFU));
    return text;
}

class Headers {
public:
    Headers(Record& record, const Origin& origin, const Failure& failure, std::string message)
        : record_{record}, origin_{origin}, failure_{failure}, message_{std::move(message)} {}

    void origin() {
        add(names::topic, origin_.topic);
        add(names::partition, std::to_string(origin_.partition));
        add(names::offset, std::to_string(origin_.offset));
        add(names::timestamp, format_timestamp(origin_.timestamp));
    }
    void retry(const std::string& group) {
        origin();
        add(names::error_code, failure_.code);
        add(names::error_message, message_);
        add(names::first_failure, format_timestamp(origin_.first_failure));
        add(names::redrive_count, std::to_string(origin_.redrives));
        add(names::redrive_for, group);
        add(retry_headers::attempts, std::to_string(failure_.attempts));
        add(retry_headers::not_before, format_timestamp(failure_.not_before));
    }
    void own(const std::string& group) {
        origin();
        add(names::group, group);
        add(names::stage, std::string{failure_.stage});
        add(names::error_code, failure_.code);
        add(names::error_message, message_);
        add(names::attempts, std::to_string(failure_.attempts));
        add(names::first_failure, format_timestamp(origin_.first_failure));
        add(names::last_failure, format_timestamp(failure_.last));
        add(names::redrive_count, std::to_string(origin_.redrives));
    }
    void reference(std::string_view value) {
        add(names::value_sha256, sha256(value));
        add(names::value_bytes, std::to_string(value.size()));
    }
    // Spring Kafka 3: DeadLetterPublishingRecoverer; partition int32, offset and timestamp int64, big-endian.
    void spring(const std::string& group, bool log_append_time) {
        const auto milliseconds = std::chrono::floor<Duration>(origin_.timestamp).time_since_epoch().count();
        add("kafka_dlt-original-topic", origin_.topic);
        add("kafka_dlt-original-partition", big_endian(static_cast<std::uint64_t>(origin_.partition), 4));
        add("kafka_dlt-original-offset", big_endian(static_cast<std::uint64_t>(origin_.offset), 8));
        add("kafka_dlt-original-timestamp", big_endian(static_cast<std::uint64_t>(milliseconds), 8));
        add("kafka_dlt-original-timestamp-type", log_append_time ? "LogAppendTime" : "CreateTime");
        add("kafka_dlt-original-consumer-group", group);
        add("kafka_dlt-exception-fqcn", failure_.code);
        add("kafka_dlt-exception-message", message_);
        add("kafka_dlt-exception-stacktrace", failure_.detail);
    }
    void connect() {
        add("__connect.errors.topic", origin_.topic);
        add("__connect.errors.partition", std::to_string(origin_.partition));
        add("__connect.errors.offset", std::to_string(origin_.offset));
        add("__connect.errors.connector.name", "eventsdk");
        add("__connect.errors.task.id", "0");
        add("__connect.errors.stage", failure_.stage == "handler" ? "TASK_PUT" : "VALUE_CONVERTER");
        add("__connect.errors.class.name", "eventsdk");
        add("__connect.errors.exception.class.name", failure_.code);
        add("__connect.errors.exception.message", message_);
        add("__connect.errors.exception.stacktrace", failure_.detail);
    }
    void streams() {
        add("__streams.errors.exception", failure_.code + ": " + message_);
        add("__streams.errors.message", message_);
        add("__streams.errors.stacktrace", failure_.detail);
        add("__streams.errors.topic", origin_.topic);
        add("__streams.errors.partition", std::to_string(origin_.partition));
        add("__streams.errors.offset", std::to_string(origin_.offset));
    }

private:
    void add(std::string_view name, std::string value) {
        record_.headers.push_back({std::string{name}, std::move(value)});
    }

    Record& record_;
    const Origin& origin_;
    const Failure& failure_;
    std::string message_;
};

bool is_replaced(const Header& header) {
    return std::any_of(replaced_prefixes.begin(), replaced_prefixes.end(),
                       [&](std::string_view prefix) { return header.name.compare(0, prefix.size(), prefix) == 0; });
}

void leave_out_what_is_large(Record& record) {
    record.value.reset();
    if (record.key && record.key->size() > max_kept_key_bytes) record.key.reset();
    Record headers{.headers = record.headers};
    if (headers.size_bytes() > max_kept_header_bytes) record.headers.clear();
}

}  // namespace

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) return {};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (unsigned at = 0; at < length; ++at) {
        hex.push_back(digits[digest[at] >> 4U]);
        hex.push_back(digits[digest[at] & 0xFU]);
    }
    return hex;
}

std::string printable_message(std::string_view text, std::size_t max_bytes) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string valid;
    while (!text.empty()) {
        const std::size_t length = utf8::sequence_length(text);
        const std::string_view next = length == 0 ? replacement : text.substr(0, length);
        if (valid.size() + next.size() > max_bytes) break;
        valid.append(next);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return valid;
}

Record make_dead_letter(const ReceivedRecord& record, const Failure& failure, const std::string& group,
                        const DeadLetterOptions& options, bool by_reference) {
    const Origin origin = origin_of(record, failure);
    Record letter = record.to_record();
    letter.topic = letters_of(letter.topic, options);
    letter.timestamp.reset();
    erase_dead_letter_headers(letter.headers);
    if (by_reference) leave_out_what_is_large(letter);

    Headers headers{letter, origin, failure, printable_message(failure.message, options.max_message_bytes)};
    headers.own(group);
    if (by_reference) headers.reference(record.value.value_or(""));
    if (options.spring_headers) headers.spring(group, record.log_append_time);
    if (options.connect_headers) headers.connect();
    if (options.streams_headers) headers.streams();
    return letter;
}

Record make_retry(const ReceivedRecord& record, const Failure& failure, const std::string& group,
                  const DeadLetterOptions& options, std::string retry_topic) {
    const Origin origin = origin_of(record, failure);
    Record retry = record.to_record();
    retry.topic = std::move(retry_topic);
    retry.timestamp.reset();
    erase_dead_letter_headers(retry.headers);
    Headers headers{retry, origin, failure, printable_message(failure.message, options.max_message_bytes)};
    headers.retry(group);
    return retry;
}

void erase_dead_letter_headers(std::vector<Header>& headers) { std::erase_if(headers, is_replaced); }

Record make_redriven(Record original, const ReceivedRecord& letter) {
    const auto from = read_letter(letter);
    original.topic = from->topic;
    original.partition = from->partition;
    original.timestamp.reset();
    erase_dead_letter_headers(original.headers);
    const auto keep = [&](std::string_view name) {
        if (const auto value = letter.header(name))
            original.headers.push_back({std::string{name}, std::string{*value}});
    };
    for (const auto name : {names::topic, names::partition, names::offset, names::timestamp, names::first_failure})
        keep(name);
    original.headers.push_back({std::string{names::redrive_count}, std::to_string(from->redrives + 1)});
    original.headers.push_back({std::string{names::redrive_for}, from->group});
    return original;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
