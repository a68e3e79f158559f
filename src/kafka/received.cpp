#include "kafka/received.hpp"

#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

// Message headers are parsed by librdkafka at the first call and kept with the message.
rd_kafka_headers_t* headers_of(const void* handle) noexcept {
    rd_kafka_headers_t* headers = nullptr;
    rd_kafka_message_headers(static_cast<const rd_kafka_message_t*>(handle), &headers);
    return headers;
}

std::size_t header_count(const void* handle) noexcept {
    const auto* headers = headers_of(handle);
    return headers != nullptr ? rd_kafka_header_cnt(headers) : 0;
}

HeaderView header_at(const void* handle, std::size_t index) noexcept {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    if (rd_kafka_header_get_all(headers_of(handle), index, &name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return {};
    }
    HeaderView view{name, std::nullopt};
    if (value != nullptr) view.value.emplace(static_cast<const char*>(value), size);
    return view;
}

// Only as much of a name is looked at as is alike: its length is not known, and most differ in the first letter.
bool is_named(const char* name, std::string_view wanted) noexcept {
    if (!wanted.empty() && *name != wanted.front()) return false;
    return std::strncmp(name, wanted.data(), wanted.size()) == 0 && std::strlen(name) == wanted.size();
}

std::optional<std::string_view> find_header(const void* handle, std::string_view wanted) noexcept {
    const auto* headers = headers_of(handle);
    if (headers == nullptr) return std::nullopt;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t index = rd_kafka_header_cnt(headers); index-- > 0;) {
        rd_kafka_header_get_all(headers, index, &name, &value, &size);
        if (!is_named(name, wanted)) continue;
        if (value == nullptr) return std::nullopt;
        return std::string_view{static_cast<const char*>(value), size};
    }
    return std::nullopt;
}

std::size_t read_headers(const void* handle, HeaderView* out, std::size_t room) noexcept {
    const auto* headers = headers_of(handle);
    if (headers == nullptr) return 0;
    const std::size_t count = rd_kafka_header_cnt(headers);
    if (count > room) return count;
    for (std::size_t index = 0; index < count; ++index) {
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        rd_kafka_header_get_all(headers, index, &name, &value, &size);
        out[index].name = name;
        out[index].value.reset();
        if (value != nullptr) out[index].value.emplace(static_cast<const char*>(value), size);
    }
    return count;
}

void forget_headers(void* handle) noexcept {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_detach_headers(static_cast<rd_kafka_message_t*>(handle), &headers) ==
        RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_headers_destroy(headers);
}

void release(void* handle) noexcept {
    auto* message = static_cast<rd_kafka_message_t*>(handle);
    auto* owner = static_cast<RecordOwner*>(rd_kafka_topic_opaque(message->rkt));
    rd_kafka_message_destroy(message);
    owner->release();
}

constexpr RecordStorage storage{header_count, header_at, release, find_header, read_headers, forget_headers};

}  // namespace

void RecordOwner::destroy() noexcept {
    handle_.dispose(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    delete this;
}

ReceivedRecord make_record(rd_kafka_message_t* message, std::string_view topic_name,
                           std::uint64_t assignment) noexcept {
    ReceivedRecord record{storage, message};
    record.topic = topic_name;
    record.partition = message->partition;
    record.offset = message->offset;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    const std::int64_t milliseconds = rd_kafka_message_timestamp(message, &type);
    record.timestamp = Timestamp{std::chrono::milliseconds{milliseconds}};
    record.log_append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
    if (message->key != nullptr) record.key.emplace(static_cast<const char*>(message->key), message->key_len);
    if (message->payload != nullptr) record.value.emplace(static_cast<const char*>(message->payload), message->len);
    record.assignment = assignment;
    return record;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
