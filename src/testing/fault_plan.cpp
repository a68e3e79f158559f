#include <eventsdk/testing/fault_plan.hpp>

#include "testing/faulty_admin.hpp"
#include "testing/faulty_reader.hpp"
#include "testing/faulty_writers.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

class FaultyPort final : public BrokerPort {
public:
    explicit FaultyPort(std::shared_ptr<FaultState> state) : state_{std::move(state)} {}

    Result<std::unique_ptr<Writer>> writer(const WriterOptions& options, WriteSink& sink) override {
        return FaultyWriter::make(state_, options, sink);
    }
    Result<std::unique_ptr<TransactionalWriter>> transactional_writer(const TransactionalWriterOptions& options,
                                                                      WriteSink& sink) override {
        return FaultyTransactionalWriter::make(state_, options, sink);
    }
    Result<std::unique_ptr<Reader>> reader(const ReaderOptions& options, RebalanceListener* listener) override {
        return FaultyReader::make(state_, options, listener);
    }
    Result<std::unique_ptr<Admin>> admin() override {
        auto inner = state_->port().admin();
        if (!inner) return inner.error();
        return std::make_unique<FaultyAdmin>(state_, std::move(*inner));
    }
    Result<void> probe(Duration timeout) override {
        if (!state_->wait_until_due({}, deadline_after(timeout))) {
            return fault(ErrorKind::unavailable, codes::unavailable, "the fault plan has taken the broker down");
        }
        return state_->port().probe(timeout);
    }
    const Runtime& runtime() const noexcept override { return state_->port().runtime(); }
    std::string describe() const override { return state_->port().describe() + " under a fault plan"; }

private:
    const std::shared_ptr<FaultState> state_;
};

}  // namespace

FaultPlan::FaultPlan(Broker& broker) : state_{std::make_shared<FaultState>(broker.shared_port())} {
    broker.decorate(std::make_shared<FaultyPort>(state_));
}

FaultPlan::~FaultPlan() { heal(); }

void FaultPlan::fail_next(Operation operation, int count, ErrorKind kind) {
    fail_next(operation, count, fault(kind, "testing.fault", "spoiled by the fault plan"));
}

void FaultPlan::fail_next(Operation operation, int count, Error error) {
    state_->add_rule(operation, count, {.error = std::move(error)}, Duration{0});
}

void FaultPlan::fail_when(Predicate predicate, Error error) {
    state_->add_predicate(std::move(predicate), std::move(error));
}

void FaultPlan::delay_next(Operation operation, int count, Duration time) {
    state_->add_rule(operation, count, {}, time);
}

void FaultPlan::lose_acknowledgements(Operation operation, int count) {
    state_->add_rule(operation, count, {.unacknowledged = true}, Duration{0});
}

void FaultPlan::revoke(std::vector<TopicPartition> partitions) { state_->add_loss(true, std::move(partitions)); }
void FaultPlan::lose(std::vector<TopicPartition> partitions) { state_->add_loss(false, std::move(partitions)); }
void FaultPlan::broker_down() { state_->set_down(true); }
void FaultPlan::broker_up() { state_->set_down(false); }
void FaultPlan::settle() { state_->settle(false); }
void FaultPlan::heal() { state_->heal(); }
std::uint64_t FaultPlan::calls(Operation operation) const { return state_->calls(operation); }

}  // namespace testing
EVENTSDK_END_NAMESPACE
