#pragma once

#include <eventsdk/broker/record.hpp>

#include <atomic>
#include <memory>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// The bytes of one record, shared by the log and every reader that holds it; never changed once made.
struct StoredRecord {
    std::shared_ptr<const std::string> topic;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<Header> headers;
    Timestamp timestamp{};
    bool log_append_time = false;
    mutable std::atomic<int> references{1};
};

/// One reference to a StoredRecord, counted in the record itself so that handing it to a reader allocates nothing.
class StoredRecordRef {
public:
    StoredRecordRef() = default;
    explicit StoredRecordRef(const StoredRecord* adopted) noexcept : record_{adopted} {}
    StoredRecordRef(const StoredRecordRef& other) noexcept : record_{other.record_} { retain(); }
    StoredRecordRef(StoredRecordRef&& other) noexcept : record_{std::exchange(other.record_, nullptr)} {}
    StoredRecordRef& operator=(StoredRecordRef other) noexcept {
        std::swap(record_, other.record_);
        return *this;
    }
    ~StoredRecordRef() { release(record_); }

    [[nodiscard]] const StoredRecord* operator->() const noexcept { return record_; }
    [[nodiscard]] const StoredRecord& operator*() const noexcept { return *record_; }
    explicit operator bool() const noexcept { return record_ != nullptr; }

    /// Hands one more reference out; give it back with release().
    [[nodiscard]] const StoredRecord* share() const noexcept {
        retain();
        return record_;
    }
    static void release(const StoredRecord* record) noexcept {
        if (record != nullptr && record->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete record;
    }

private:
    void retain() const noexcept {
        if (record_ != nullptr) record_->references.fetch_add(1, std::memory_order_relaxed);
    }

    const StoredRecord* record_ = nullptr;
};

[[nodiscard]] ReceivedRecord received(const StoredRecordRef& record, std::int32_t partition, std::int64_t offset,
                                      std::uint64_t assignment);

}  // namespace memory
EVENTSDK_END_NAMESPACE
