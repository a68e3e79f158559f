#pragma once

#include <eventsdk/core/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// A record header; names may repeat, the value may be null (not the same as empty).
struct Header {
    std::string name;
    std::optional<std::string> value;

    friend bool operator==(const Header&, const Header&) = default;
};

/// A finished record, ready to be written: the unit that a retry writes again, byte for byte.
///
/// A plain value: copy, compare, store it. `Catalogue::prepare` makes one from an event.
struct Record {
    std::string topic{};
    std::optional<std::string> key{};    ///< absent: Kafka null
    std::optional<std::string> value{};  ///< absent: tombstone
    std::vector<Header> headers{};
    std::optional<std::int32_t> partition{};  ///< absent: chosen by the topic's partitioner from the key
    std::optional<Timestamp> timestamp{};     ///< absent: the time of writing; milliseconds are stored
    std::string event_id{};                   ///< names the event in reports and errors; not written

    /// The value of the last header of that name (Kafka's rule), or nothing; a null value is nothing too.
    [[nodiscard]] EVENTSDK_API std::optional<std::string_view> header(std::string_view name) const noexcept;
    /// Bytes of key, value, header names and header values; Kafka's limits add about 70 bytes of framing to it.
    [[nodiscard]] EVENTSDK_API std::size_t size_bytes() const noexcept;

    friend bool operator==(const Record&, const Record&) = default;
};

/// Where an acknowledged record is.
struct Receipt {
    std::string topic{};
    std::int32_t partition = -1;
    std::int64_t offset = -1;

    friend bool operator==(const Receipt&, const Receipt&) = default;
};

/// A partition of a topic.
struct TopicPartition {
    std::string topic{};
    std::int32_t partition = 0;

    friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

/// A position in a partition: `offset` is the next record to read.
struct PartitionOffset {
    std::string topic{};
    std::int32_t partition = 0;
    std::int64_t offset = -1;  ///< -1: none
    std::string metadata{};    ///< free text committed with it, at most 4,096 bytes

    friend bool operator==(const PartitionOffset&, const PartitionOffset&) = default;
};

/// The views of a header of a received record.
struct HeaderView {
    std::string_view name;
    std::optional<std::string_view> value;
};

/// What a broker adapter implements for the records that it hands out: how to reach the headers and how to give
/// the memory back. Functions, not a class, so that a record costs no allocation of its own.
struct RecordStorage {
    std::size_t (*header_count)(const void* handle) noexcept;
    HeaderView (*header_at)(const void* handle, std::size_t index) noexcept;
    void (*release)(void* handle) noexcept;
    /// Optional: the value of the last header of that name, in one step.
    std::optional<std::string_view> (*find_header)(const void* handle, std::string_view name) noexcept = nullptr;
    /// Optional: writes the views of all headers when there is `room` for them; answers how many there are.
    std::size_t (*read_headers)(const void* handle, HeaderView* out, std::size_t room) noexcept = nullptr;
    /// Optional: gives back what the functions above took in memory; they may still be called.
    void (*forget_headers)(void* handle) noexcept = nullptr;
};

/// A record as read: views into memory that the record itself keeps alive. Move-only.
///
/// **Thread safety**: may be read and destroyed on any thread, one at a time.
/// **Ownership**: outlives its Reader safely; the adapter keeps what is needed until the last record is gone.
class EVENTSDK_API ReceivedRecord {
public:
    ReceivedRecord() = default;
    ReceivedRecord(const RecordStorage& storage, void* handle) noexcept : storage_{&storage}, handle_{handle} {}
    ReceivedRecord(ReceivedRecord&& other) noexcept { take(other); }
    ReceivedRecord& operator=(ReceivedRecord&& other) noexcept {
        if (this == &other) return *this;
        if (storage_ != nullptr) storage_->release(handle_);
        take(other);
        return *this;
    }
    ~ReceivedRecord() {
        if (storage_ != nullptr) storage_->release(handle_);
    }

    std::string_view topic{};
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    Timestamp timestamp{};
    bool log_append_time = false;  ///< the broker's clock wrote the timestamp, not the producer's
    std::optional<std::string_view> key{};
    std::optional<std::string_view> value{};
    std::uint64_t assignment = 0;  ///< epoch of the partition's assignment under which it was read

    [[nodiscard]] std::size_t header_count() const noexcept {
        return storage_ != nullptr ? storage_->header_count(handle_) : 0;
    }
    /// @param index below header_count()
    [[nodiscard]] HeaderView header_at(std::size_t index) const noexcept { return storage_->header_at(handle_, index); }
    /// The value of the last header of that name, or nothing.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
    /// All headers, in order, at once.
    /// @param memory where they are written, for reuse from record to record: it grows and never shrinks
    [[nodiscard]] std::span<const HeaderView> headers(std::vector<HeaderView>& memory) const;
    /// Gives back the memory that looking at headers took, on the thread that took it, long before the record itself
    /// goes. All views of headers end.
    void forget_headers() noexcept {
        if (storage_ != nullptr && storage_->forget_headers != nullptr) storage_->forget_headers(handle_);
    }
    /// A copy that can be kept or written again: same topic, key, value, headers, timestamp; no partition.
    [[nodiscard]] Record to_record() const;

private:
    /// What was held before is released.
    void take(ReceivedRecord& other) noexcept {
        topic = other.topic;
        partition = other.partition;
        offset = other.offset;
        timestamp = other.timestamp;
        log_append_time = other.log_append_time;
        key = other.key;
        value = other.value;
        assignment = other.assignment;
        handle_ = other.handle_;
        storage_ = std::exchange(other.storage_, nullptr);
        other.topic = {};
        other.key.reset();
        other.value.reset();
    }

    const RecordStorage* storage_ = nullptr;
    void* handle_ = nullptr;
};

/// A received record made of a Record, for tests, command-line tools and stores.
[[nodiscard]] EVENTSDK_API ReceivedRecord make_received(Record record, std::int32_t partition, std::int64_t offset);

EVENTSDK_END_NAMESPACE
