#include <eventsdk/conformance/run.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/testing/fault_plan.hpp>
#include <eventsdk/testing/manual_clock.hpp>

using namespace eventsdk;

namespace {

// Compiled twice: with CONTRACT_UNDER_FAULT_PLAN every port is decorated by a plan without faults, which must not show.
class Memory final : public conformance::BrokerSubject {
public:
    std::string_view name() const override { return "memory"; }
    Broker make_broker() override { return broker_; }
    Duration patience() const override { return Duration{1'000}; }
    Duration quiet() const override { return Duration{0}; }
    Duration step() const override { return Duration{0}; }
    void pass(Duration time) override { clock_->advance(time); }
    Timestamp now() const override { return clock_->now(); }

private:
    std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
    memory::Broker broker_{{}, {.clock = clock_, .logger = silent_logger()}};
#ifdef CONTRACT_UNDER_FAULT_PLAN
    testing::FaultPlan faults_{broker_};
#endif
};

}  // namespace

int main(int argc, char** argv) {
    Memory broker;
    return conformance::run({.broker = &broker}, argc, argv);
}
