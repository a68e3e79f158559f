#pragma once

#include <eventsdk/core/config.hpp>

#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// Error::code values of the broker ports. Every adapter uses these, so that a caller (and the contract suite)
/// reads the same code whatever the broker; Error::native_code keeps the adapter's own number.
namespace codes {

// Topics, partitions, options: Writer::write() and its outcomes, Admin.
inline constexpr std::string_view topic_unknown = "kafka.topic_unknown";          ///< invalid_argument
inline constexpr std::string_view topic_exists = "kafka.topic_exists";            ///< conflict
inline constexpr std::string_view topic_invalid = "kafka.topic_invalid";          ///< invalid_argument: name or setting
inline constexpr std::string_view partition_unknown = "kafka.partition_unknown";  ///< invalid_argument: out of range
inline constexpr std::string_view options_invalid = "options.invalid";  ///< invalid_argument naming the option
inline constexpr std::string_view unauthorized = "kafka.unauthorized";  ///< permanent: refused by an ACL
inline constexpr std::string_view unavailable = "kafka.unavailable";    ///< unavailable: no broker answers
inline constexpr std::string_view timeout = "kafka.timeout";            ///< retriable: no answer in time
inline constexpr std::string_view failed = "kafka.failed";  ///< any kind: what has no code of its own; see native_code

// Writing.
inline constexpr std::string_view record_too_large = "record.too_large";  ///< permanent
inline constexpr std::string_view key_missing = "record.key_missing";     ///< permanent: a compacted topic needs keys
inline constexpr std::string_view timestamp_invalid = "record.timestamp_invalid";  ///< permanent: too far ahead
inline constexpr std::string_view queue_full = "writer.queue_full";                ///< retriable
inline constexpr std::string_view flush_timeout = "writer.flush_timeout";          ///< retriable
inline constexpr std::string_view not_stored = "writer.not_stored";  ///< retriable outcome: certainly not stored
inline constexpr std::string_view unacknowledged = "writer.unacknowledged";  ///< indeterminate outcome: may be stored
inline constexpr std::string_view writer_closed = "writer.closed";           ///< closed
inline constexpr std::string_view writer_fenced = "writer.fenced";           ///< fenced: a newer instance, or timed out
inline constexpr std::string_view writer_fatal = "writer.fatal";             ///< fatal: make a new writer

// Transactions.
inline constexpr std::string_view transaction_not_open = "transaction.not_open";  ///< invalid_argument: begin() first
inline constexpr std::string_view transaction_open = "transaction.already_open";  ///< invalid_argument: begun twice
inline constexpr std::string_view transaction_spoiled = "transaction.spoiled";  ///< abortable: a write or offset failed
inline constexpr std::string_view transaction_unknown =
    "transaction.indeterminate";  ///< indeterminate: commit unanswered

// Reading.
inline constexpr std::string_view offset_out_of_range = "reader.offset_out_of_range";  ///< permanent
inline constexpr std::string_view no_position =
    "reader.no_position";  ///< permanent: none committed, StartPosition fail
inline constexpr std::string_view reader_topic_unknown = "reader.topic_unknown";  ///< invalid_argument
inline constexpr std::string_view reader_unauthorized = "reader.unauthorized";    ///< invalid_argument
inline constexpr std::string_view not_owner = "reader.not_owner";                 ///< fenced: rebalanced away
inline constexpr std::string_view not_assigned = "reader.not_assigned";           ///< invalid_argument: seek elsewhere
inline constexpr std::string_view no_group = "reader.no_group";      ///< invalid_argument: needs a consumer group
inline constexpr std::string_view subscribed = "reader.subscribed";  ///< invalid_argument: assign() with topics
inline constexpr std::string_view metadata_too_large =
    "reader.metadata_too_large";                                               ///< invalid_argument: over 4,096 bytes
inline constexpr std::string_view instance_fenced = "reader.instance_fenced";  ///< fatal: same instance_id elsewhere
inline constexpr std::string_view reader_closed = "reader.closed";             ///< closed

}  // namespace codes

EVENTSDK_END_NAMESPACE
