#pragma once

#include <eventsdk/core/config.hpp>

#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {

/// Marks a transactional id of a cluster as in use by this process, as long as it lives.
class LiveId {
public:
    LiveId(const std::string& cluster, const std::string& transactional_id);
    ~LiveId();
    LiveId(const LiveId&) = delete;
    LiveId& operator=(const LiveId&) = delete;

    /// Somebody else of this process used it already.
    [[nodiscard]] bool shared() const noexcept { return shared_; }

private:
    std::string name_;
    bool shared_;
};

}  // namespace produce
EVENTSDK_END_NAMESPACE
