#include "kafka/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

using enum ErrorKind;

constexpr std::string_view check_brokers = "check that the brokers run and that bootstrap_servers names them";
constexpr std::string_view login_hint = "check sasl_mechanism, sasl_username and sasl_password";
constexpr std::string_view tls_hint =
    "check ssl_ca_location, the broker's certificate and host name, and security_protocol";
constexpr std::string_view check_acl = "grant the client's user the right on the brokers (ACL)";
constexpr std::string_view create_it = "create the topic: the SDK never creates one by writing or reading";
constexpr std::string_view same_record = "publish the same prepared record again: readers drop the double";
constexpr std::string_view new_writer = "make a new writer";
constexpr std::string_view one_instance =
    "run one instance for each transactional id; a longer transaction_timeout helps slow ones";
constexpr std::string_view passing = "";  // passes by itself

// Codes that librdkafka uses inside only (callbacks' reasons, serialisers of its C++ API) are left out.
constexpr std::array table{
    // The way to the brokers.
    ErrorRow{RD_KAFKA_RESP_ERR__TRANSPORT, unavailable, codes::unavailable, check_brokers},
    ErrorRow{RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, unavailable, codes::unavailable, check_brokers},
    ErrorRow{RD_KAFKA_RESP_ERR__RESOLVE, unavailable, "kafka.host_unknown", check_brokers},
    ErrorRow{RD_KAFKA_RESP_ERR__UNKNOWN_BROKER, unavailable, codes::unavailable, check_brokers},
    ErrorRow{RD_KAFKA_RESP_ERR__NODE_UPDATE, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, unavailable, "kafka.no_resources",
             "the process lacks memory, threads or file handles"},
    ErrorRow{RD_KAFKA_RESP_ERR__FS, unavailable, "kafka.no_resources", "check the files that the options name"},
    ErrorRow{RD_KAFKA_RESP_ERR__AUTHENTICATION, unavailable, "kafka.authentication", login_hint},
    ErrorRow{RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, unavailable, "kafka.authentication", login_hint},
    ErrorRow{RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, unavailable, "kafka.authentication", login_hint},
    ErrorRow{RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, unavailable, "kafka.authentication", login_hint},
    ErrorRow{RD_KAFKA_RESP_ERR__SSL, unavailable, "kafka.tls", tls_hint},
    ErrorRow{RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, invalid_argument, "kafka.unsupported",
             "the brokers or librdkafka are too old for this"},
    ErrorRow{RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, invalid_argument, "kafka.unsupported",
             "the brokers are too old for this"},
    ErrorRow{RD_KAFKA_RESP_ERR_SECURITY_DISABLED, invalid_argument, "kafka.unsupported",
             "the brokers run without an authoriser"},
    ErrorRow{RD_KAFKA_RESP_ERR__TIMED_OUT, retriable, codes::timeout, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, retriable, codes::timeout, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, retriable, codes::not_stored, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, retriable, codes::timeout, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__WAIT_COORD, retriable, "kafka.coordinator", passing},
    ErrorRow{RD_KAFKA_RESP_ERR__WAIT_CACHE, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__IN_PROGRESS, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__RETRY, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__OUTDATED, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__INTR, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__DESTROY, closed, "kafka.closed", passing},
    ErrorRow{RD_KAFKA_RESP_ERR__BAD_MSG, retriable, "kafka.bad_response", passing},
    ErrorRow{RD_KAFKA_RESP_ERR__UNDERFLOW, retriable, "kafka.bad_response", passing},
    ErrorRow{RD_KAFKA_RESP_ERR__BAD_COMPRESSION, permanent, "kafka.bad_batch", "the log holds a damaged batch"},
    ErrorRow{RD_KAFKA_RESP_ERR__STATE, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__INVALID_ARG, invalid_argument, codes::options_invalid, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__NOT_CONFIGURED, invalid_argument, codes::options_invalid, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__CONFLICT, invalid_argument, codes::options_invalid, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, invalid_argument, "kafka.unsupported", passing},
    ErrorRow{RD_KAFKA_RESP_ERR__PARTIAL, retriable, codes::failed, "some of the answers failed"},
    ErrorRow{RD_KAFKA_RESP_ERR__FAIL, retriable, codes::failed, passing},

    // Topics and partitions.
    ErrorRow{RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, invalid_argument, codes::topic_unknown, create_it},
    ErrorRow{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, invalid_argument, codes::topic_unknown, create_it},
    ErrorRow{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID, invalid_argument, codes::topic_unknown,
             "the topic was deleted or created anew"},
    ErrorRow{RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, invalid_argument, codes::partition_unknown,
             "the topic has fewer partitions"},
    ErrorRow{RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, invalid_argument, codes::topic_invalid,
             "topic names hold [A-Za-z0-9._-], at most 249 characters"},
    ErrorRow{RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, conflict, codes::topic_exists, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, invalid_argument, codes::topic_invalid,
             "a partition count is at least 1 and never shrinks"},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, invalid_argument, codes::topic_invalid,
             "a topic cannot have more replicas than there are brokers"},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT, invalid_argument, codes::topic_invalid, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_CONFIG, invalid_argument, codes::topic_invalid, "check the topic's settings"},
    ErrorRow{RD_KAFKA_RESP_ERR_POLICY_VIOLATION, permanent, "kafka.policy", "the brokers' policy refuses it"},
    ErrorRow{RD_KAFKA_RESP_ERR_TOPIC_DELETION_DISABLED, permanent, "kafka.policy",
             "the brokers have delete.topic.enable=false"},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_REQUEST, invalid_argument, "kafka.bad_request", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, permanent, codes::unauthorized, check_acl},
    ErrorRow{RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, permanent, codes::unauthorized, check_acl},
    ErrorRow{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, permanent, codes::unauthorized, check_acl},
    ErrorRow{RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, permanent, codes::unauthorized, check_acl},
    ErrorRow{RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED, permanent, codes::unauthorized, check_acl},
    ErrorRow{RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, retriable, "kafka.leader", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, retriable, "kafka.leader", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, retriable, "kafka.leader", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, retriable, "kafka.leader", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, retriable, "kafka.leader", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_STALE_CTRL_EPOCH, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_NOT_CONTROLLER, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, retriable, "kafka.storage", "look at the broker's disks"},
    ErrorRow{RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND, retriable, codes::failed, "the broker has no such listener"},
    ErrorRow{RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, retriable, "kafka.throttled",
             "the client's quota is used up"},
    ErrorRow{RD_KAFKA_RESP_ERR_REASSIGNMENT_IN_PROGRESS, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_OPERATION_NOT_ATTEMPTED, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_UNKNOWN, retriable, codes::failed, "look at the broker's log"},

    // Writing.
    ErrorRow{RD_KAFKA_RESP_ERR__QUEUE_FULL, retriable, codes::queue_full,
             "slow down, or raise queue_records or queue_bytes"},
    ErrorRow{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, permanent, codes::record_too_large,
             "make the record smaller or raise the topic's max.message.bytes"},
    ErrorRow{RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, permanent, codes::record_too_large,
             "make the record smaller or raise the topic's segment.bytes"},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, permanent, codes::record_too_large, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_MSG, retriable, "kafka.corrupt", "the record was damaged on its way"},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_RECORD, permanent, codes::key_missing,
             "a compacted topic takes no record without a key"},
    ErrorRow{RD_KAFKA_RESP_ERR__INVALID_DIFFERENT_RECORD, retriable, codes::not_stored,
             "another record of its batch was refused"},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, permanent, codes::timestamp_invalid,
             "the topic bounds how far a timestamp may be off"},
    ErrorRow{RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, invalid_argument, codes::options_invalid,
             "choose another compression"},
    ErrorRow{RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, invalid_argument, "kafka.unsupported",
             "the topic keeps an old record format"},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, invalid_argument, codes::options_invalid, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, retriable, "kafka.replicas",
             "fewer replicas are in sync than min.insync.replicas asks for"},
    ErrorRow{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, retriable, "kafka.replicas",
             "fewer replicas are in sync than min.insync.replicas asks for"},
    ErrorRow{RD_KAFKA_RESP_ERR__ISR_INSUFF, retriable, "kafka.replicas", "fewer replicas are in sync than needed"},
    ErrorRow{RD_KAFKA_RESP_ERR__PURGE_QUEUE, retriable, codes::not_stored, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, retriable, codes::not_stored, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__FATAL, fatal, codes::writer_fatal, new_writer},
    ErrorRow{RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, fatal, codes::writer_fatal, new_writer},
    ErrorRow{RD_KAFKA_RESP_ERR__INCONSISTENT, fatal, codes::writer_fatal, new_writer},
    ErrorRow{RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, fatal, codes::writer_fatal, new_writer},
    ErrorRow{RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER, fatal, codes::writer_fatal, new_writer},
    ErrorRow{RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, fatal, codes::writer_fatal, new_writer},

    // Transactions.
    ErrorRow{RD_KAFKA_RESP_ERR__FENCED, fenced, codes::writer_fenced, one_instance},
    ErrorRow{RD_KAFKA_RESP_ERR_PRODUCER_FENCED, fenced, codes::writer_fenced, one_instance},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, fenced, codes::writer_fenced, one_instance},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, fenced, codes::writer_fenced, one_instance},
    ErrorRow{RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, fenced, codes::writer_fenced, one_instance},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, fatal, codes::writer_fatal, new_writer},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, invalid_argument, codes::options_invalid,
             "the brokers' transaction.max.timeout.ms is smaller than transaction_timeout"},
    ErrorRow{RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, retriable, codes::failed, passing},

    // Groups and offsets.
    ErrorRow{RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, retriable, "kafka.coordinator", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, retriable, "kafka.coordinator", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_NOT_COORDINATOR, retriable, "kafka.coordinator", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, retriable, "kafka.unstable_offset",
             "a transaction with offsets of the group is open"},
    ErrorRow{RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, fenced, codes::not_owner, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, fenced, codes::not_owner, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, retriable, "kafka.rebalance", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_FENCED_MEMBER_EPOCH, fenced, codes::not_owner, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH, retriable, "kafka.rebalance", passing},
    ErrorRow{RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, fenced, codes::not_owner, passing},
    ErrorRow{RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, retriable, "reader.poll_too_late",
             "call poll() more often, or raise max_poll_interval"},
    ErrorRow{RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, fatal, codes::instance_fenced,
             "give each running instance its own instance_id"},
    ErrorRow{RD_KAFKA_RESP_ERR_UNRELEASED_INSTANCE_ID, fatal, codes::instance_fenced,
             "give each running instance its own instance_id"},
    ErrorRow{RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, invalid_argument, "reader.group_protocol",
             "members of one group must share an assignment strategy"},
    ErrorRow{RD_KAFKA_RESP_ERR_UNSUPPORTED_ASSIGNOR, invalid_argument, "reader.group_protocol", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, invalid_argument, codes::options_invalid, "check the group's name"},
    ErrorRow{RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, invalid_argument, codes::no_group, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND, invalid_argument, "kafka.group_unknown", passing},
    ErrorRow{RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP, conflict, "kafka.group_in_use", "stop the group's members first"},
    ErrorRow{RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC, conflict, "kafka.group_in_use",
             "stop the group's members first"},
    ErrorRow{RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED, permanent, "kafka.group_full",
             "the brokers' group.max.size is reached"},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, invalid_argument, codes::options_invalid,
             "session_timeout must lie within the brokers' group.min/max.session.timeout.ms"},
    ErrorRow{RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, invalid_argument, codes::metadata_too_large, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, permanent, codes::offset_out_of_range,
             "the records were deleted: choose where to go on"},
    ErrorRow{RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, permanent, codes::offset_out_of_range,
             "the records were deleted: choose where to go on"},
    ErrorRow{RD_KAFKA_RESP_ERR__LOG_TRUNCATION, permanent, "reader.log_truncated",
             "the log lost records after an unclean leader election: choose where to go on"},
    ErrorRow{RD_KAFKA_RESP_ERR__NO_OFFSET, permanent, codes::no_position, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND, retriable, codes::failed, passing},
    ErrorRow{RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH, retriable, codes::failed, passing},
};

constexpr ErrorRow unknown_row{RD_KAFKA_RESP_ERR_UNKNOWN, retriable, codes::failed, passing};

}  // namespace

const ErrorRow& error_row(rd_kafka_resp_err_t native) noexcept {
    const auto* row = std::find_if(table.begin(), table.end(), [&](const ErrorRow& r) { return r.native == native; });
    return row != table.end() ? *row : unknown_row;
}

Error make_error(ErrorKind kind, std::string_view code, std::string message, std::string hint) {
    return {.kind = kind, .code = std::string{code}, .message = std::move(message), .hint = std::move(hint)};
}

Error make_error(rd_kafka_resp_err_t native, std::string_view subject, std::string_view detail) {
    const ErrorRow& row = error_row(native);
    std::string message = fmt::format("{}: {}", subject, rd_kafka_err2str(native));
    if (!detail.empty() && detail != rd_kafka_err2str(native)) message += fmt::format(" ({})", detail);
    Error error = make_error(row.kind, row.code, std::move(message), std::string{row.hint});
    error.native_code = native;
    return error;
}

Error make_error(const rd_kafka_error_t* native, std::string_view subject) {
    Error error = make_error(rd_kafka_error_code(native), subject, rd_kafka_error_string(native));
    if (rd_kafka_error_is_fatal(native) != 0 && error.kind != fenced && error.kind != invalid_argument &&
        error.kind != permanent) {
        error.kind = fatal;
        if (error.code != codes::instance_fenced) error.code = codes::writer_fatal;
    }
    return error;
}

Error outcome_error(const rd_kafka_message_t& message) {
    const rd_kafka_resp_err_t native = message.err;
    const std::string subject =
        fmt::format("record for topic '{}' partition {}", rd_kafka_topic_name(message.rkt), message.partition);
    Error error = make_error(native, subject);
    if (error.kind == fenced) return error;
    if (rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) {
        error.kind = indeterminate;
        error.code = codes::unacknowledged;
        error.message += "; it may be stored or not";
        error.hint = same_record;
    } else if (error.kind == retriable || error.kind == unavailable) {
        error.kind = retriable;
        error.code = codes::not_stored;
        error.message += "; it is certainly not stored";
    }
    return error;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
