#include <eventsdk/broker/record.hpp>

#include <memory>

EVENTSDK_BEGIN_NAMESPACE
namespace {

const Record& record_of(const void* handle) noexcept { return *static_cast<const Record*>(handle); }

HeaderView record_header_at(const void* handle, std::size_t index) noexcept {
    const Header& header = record_of(handle).headers[index];
    return {header.name, header.value};
}

constexpr RecordStorage record_storage{
    [](const void* handle) noexcept { return record_of(handle).headers.size(); },
    record_header_at,
    [](void* handle) noexcept { delete static_cast<Record*>(handle); },
};

std::optional<std::string> owned(std::optional<std::string_view> view) {
    return view ? std::optional<std::string>{*view} : std::nullopt;
}

}  // namespace

std::optional<std::string_view> Record::header(std::string_view name) const noexcept {
    for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
        if (header->name == name) return header->value;
    }
    return std::nullopt;
}

std::size_t Record::size_bytes() const noexcept {
    std::size_t bytes = (key ? key->size() : 0) + (value ? value->size() : 0);
    for (const Header& header : headers) bytes += header.name.size() + (header.value ? header.value->size() : 0);
    return bytes;
}

std::optional<std::string_view> ReceivedRecord::header(std::string_view name) const noexcept {
    if (storage_ != nullptr && storage_->find_header != nullptr) return storage_->find_header(handle_, name);
    for (std::size_t index = header_count(); index-- > 0;) {
        const HeaderView header = header_at(index);
        if (header.name == name) return header.value;
    }
    return std::nullopt;
}

std::span<const HeaderView> ReceivedRecord::headers(std::vector<HeaderView>& memory) const {
    if (storage_ != nullptr && storage_->read_headers != nullptr) {
        const std::size_t count = storage_->read_headers(handle_, memory.data(), memory.size());
        if (count > memory.size()) {
            memory.resize(count);
            storage_->read_headers(handle_, memory.data(), count);
        }
        return std::span{memory}.first(count);
    }
    const std::size_t count = header_count();
    if (count > memory.size()) memory.resize(count);
    for (std::size_t index = 0; index < count; ++index) memory[index] = header_at(index);
    return std::span{memory}.first(count);
}

Record ReceivedRecord::to_record() const {
    Record record{.topic = std::string{topic}, .key = owned(key), .value = owned(value), .timestamp = timestamp};
    record.headers.reserve(header_count());
    for (std::size_t index = 0; index < header_count(); ++index) {
        const HeaderView header = header_at(index);
        record.headers.push_back({std::string{header.name}, owned(header.value)});
    }
    return record;
}

ReceivedRecord make_received(Record record, std::int32_t partition, std::int64_t offset) {
    auto owner = std::make_unique<Record>(std::move(record));
    const Record& kept = *owner;
    ReceivedRecord received{record_storage, owner.release()};
    received.topic = kept.topic;
    received.partition = partition;
    received.offset = offset;
    received.timestamp = kept.timestamp.value_or(Timestamp{});
    if (kept.key) received.key = *kept.key;
    if (kept.value) received.value = *kept.value;
    return received;
}

EVENTSDK_END_NAMESPACE
