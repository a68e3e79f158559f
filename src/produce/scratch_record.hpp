#pragma once

#include <eventsdk/broker/record.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {

/// A record whose memory the thread keeps for its next event. Leases nest, since a completion that runs inside a write
/// may publish too.
class ScratchRecord {
public:
    ScratchRecord();
    ~ScratchRecord();
    ScratchRecord(const ScratchRecord&) = delete;
    ScratchRecord& operator=(const ScratchRecord&) = delete;
    [[nodiscard]] Record& operator*() const noexcept { return *record_; }

private:
    Record* record_;
};

}  // namespace produce
EVENTSDK_END_NAMESPACE
