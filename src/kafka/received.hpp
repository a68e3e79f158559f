#pragma once

#include "kafka/client.hpp"

#include <eventsdk/broker/record.hpp>

#include <atomic>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// Keeps a consuming client handle until the Reader and the last record read through it are gone. Records find it
/// through the opaque of their topic, so that each costs one counter step and no memory.
class RecordOwner {
public:
    /// The owner is told to topics through `topic_conf` before it has a handle.
    [[nodiscard]] static RecordOwner* create() { return new RecordOwner; }

    void adopt(Handle handle) noexcept { handle_ = std::move(handle); }
    [[nodiscard]] Handle& handle() noexcept { return handle_; }

    void retain(std::size_t records) noexcept { users_.fetch_add(records, std::memory_order_relaxed); }
    void release() noexcept {
        if (users_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
    }

private:
    RecordOwner() = default;
    void destroy() noexcept;

    Handle handle_;
    std::atomic<std::size_t> users_{1};  // the Reader itself
};

/// Wraps a message that was consumed without error; the caller has retained the owner for it.
/// @param topic_name of the message's topic, which lives as long as the message
[[nodiscard]] ReceivedRecord make_record(rd_kafka_message_t* message, std::string_view topic_name,
                                         std::uint64_t assignment) noexcept;

}  // namespace kafka
EVENTSDK_END_NAMESPACE
