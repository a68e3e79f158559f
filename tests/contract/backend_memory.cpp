#include "contract/backend.hpp"

#include <eventsdk/memory/broker.hpp>
#include <eventsdk/testing/fault_plan.hpp>
#include <eventsdk/testing/manual_clock.hpp>

namespace contract {
namespace {

using namespace std::chrono_literals;

// Compiled twice: with CONTRACT_UNDER_FAULT_PLAN every port is decorated by a plan without faults, which must not show.
class MemoryBackend final : public Backend {
public:
    std::string_view name() const override { return "memory"; }
    Broker make_broker() override { return broker_; }
    Duration patience() const override { return 1s; }
    Duration quiet() const override { return 0ms; }
    Duration step() const override { return 0ms; }
    void pass(Duration time) override { clock_->advance(time); }
    eventsdk::Timestamp now() const override { return clock_->now(); }

private:
    std::shared_ptr<eventsdk::testing::ManualClock> clock_ = std::make_shared<eventsdk::testing::ManualClock>();
    eventsdk::memory::Broker broker_{{}, {.clock = clock_, .logger = eventsdk::silent_logger()}};
#ifdef CONTRACT_UNDER_FAULT_PLAN
    eventsdk::testing::FaultPlan faults_{broker_};
#endif
};

}  // namespace

Backend& backend() {
    static MemoryBackend memory;
    return memory;
}

}  // namespace contract
