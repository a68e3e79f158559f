#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// How dead letters are written: to `{topic}.dlq`, key, value and headers of the original untouched, followed by the
/// text headers `eventsdk-dlq-*`.
struct DeadLetterOptions {
    /// Dead-letter topic by source topic, where it is not `{topic}.dlq`.
    std::map<std::string, std::string> topics{};
    /// Longest `eventsdk-dlq-error-message` in bytes, 64…16,384; longer ones are cut.
    std::size_t max_message_bytes = 1'000;
    /// Also write the headers of other systems' tools: Spring Kafka (kafka_dlt-…), Kafka Connect
    /// (__connect.errors.…), Kafka Streams (__streams.errors.…, KIP-1034).
    bool spring_headers = false;
    bool connect_headers = false;  ///< as `spring_headers`
    bool streams_headers = false;  ///< as `spring_headers`
    /// "Sequence" mode: once an event of a key is dead, the key's later events of that partition follow it to the
    /// dead-letter topic, unhandled and in order, until it is settled: handled after a redrive, parked or purged. For
    /// state that must not be built with a gap. Records without a key (or with one over 32 KiB) follow nothing.
    bool sequence = false;
    /// With `sequence`: unsettled dead letters of a partition, 1…10,000,000 (about 100 bytes each); beyond, it waits.
    int sequence_letters = 100'000;
};

/// Names of the headers that a dead letter carries; all values are UTF-8 text.
namespace dead_letter_headers {
inline constexpr std::string_view topic = "eventsdk-dlq-topic";          ///< of the first failure
inline constexpr std::string_view partition = "eventsdk-dlq-partition";  ///< of the first failure
inline constexpr std::string_view offset = "eventsdk-dlq-offset";        ///< of the first failure
inline constexpr std::string_view timestamp = "eventsdk-dlq-timestamp";  ///< of the original record, RFC 3339
inline constexpr std::string_view group = "eventsdk-dlq-group";          ///< who failed
inline constexpr std::string_view stage = "eventsdk-dlq-stage";          ///< parse, schema, upcast, handler, sequence
inline constexpr std::string_view error_code = "eventsdk-dlq-error-code";
inline constexpr std::string_view error_message = "eventsdk-dlq-error-message";
inline constexpr std::string_view attempts = "eventsdk-dlq-attempts";            ///< runs of the last failure
inline constexpr std::string_view first_failure = "eventsdk-dlq-first-failure";  ///< RFC 3339
inline constexpr std::string_view last_failure = "eventsdk-dlq-last-failure";    ///< RFC 3339
inline constexpr std::string_view redrive_count = "eventsdk-dlq-redrive-count";
/// Only on a dead letter by reference, whose original is too large for the dead-letter topic: its value is null, and
/// these tell the original's value apart. The original is at topic, partition, offset.
inline constexpr std::string_view value_sha256 = "eventsdk-dlq-value-sha256";  ///< hex
inline constexpr std::string_view value_bytes = "eventsdk-dlq-value-bytes";
/// On a redriven record: the group that it is for; other groups of the topic skip it.
inline constexpr std::string_view redrive_for = "eventsdk-redrive-for";
/// On a record without a value in the dead-letter topic: the dead letter at that offset of the same partition is settled.
inline constexpr std::string_view resolves = "eventsdk-dlq-resolves";
inline constexpr std::string_view resolution = "eventsdk-dlq-resolution";  ///< redriven, parked, purged, repeated
inline constexpr std::string_view sent_offset =
    "eventsdk-dlq-sent-offset";  ///< where a redriven record is in its topic
}  // namespace dead_letter_headers

/// Names of the headers that a record in a retry topic carries beside those of its first position
/// (`eventsdk-dlq-topic`, `-partition`, `-offset`, …) and of the group that it is for (`eventsdk-redrive-for`).
namespace retry_headers {
inline constexpr std::string_view attempts = "eventsdk-retry-attempts";      ///< runs so far
inline constexpr std::string_view not_before = "eventsdk-retry-not-before";  ///< RFC 3339
}  // namespace retry_headers

EVENTSDK_END_NAMESPACE
