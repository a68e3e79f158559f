#include "memory/stored_record.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

const StoredRecord& stored(const void* handle) noexcept { return *static_cast<const StoredRecord*>(handle); }

constexpr RecordStorage storage{
    [](const void* handle) noexcept { return stored(handle).headers.size(); },
    [](const void* handle, std::size_t index) noexcept {
        const Header& header = stored(handle).headers[index];
        return HeaderView{header.name, header.value};
    },
    [](void* handle) noexcept { StoredRecordRef::release(static_cast<const StoredRecord*>(handle)); },
};

}  // namespace

ReceivedRecord received(const StoredRecordRef& record, std::int32_t partition, std::int64_t offset,
                        std::uint64_t assignment) {
    ReceivedRecord view{storage, const_cast<StoredRecord*>(record.share())};
    view.topic = *record->topic;
    view.partition = partition;
    view.offset = offset;
    view.timestamp = record->timestamp;
    view.log_append_time = record->log_append_time;
    if (record->key) view.key = *record->key;
    if (record->value) view.value = *record->value;
    view.assignment = assignment;
    return view;
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
