#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/conformance/subject.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace conformance {

/// A broker adapter under test: one log, which lives as long as the run. The suite chooses names of topics, groups and
/// transactional ids that no earlier run used, and leaves its topics behind.
class EVENTSDK_API BrokerSubject : public Subject {
public:
    /// A new client of the log. Two brokers made here see the same topics.
    [[nodiscard]] virtual Broker make_broker() = 0;
    /// Creates a topic; by default through the admin port.
    virtual void create_topic(const TopicSpec& spec);
    /// Can a rebalance take away only what moves?
    [[nodiscard]] virtual bool cooperative() const { return true; }
    /// How long to look before saying that something does not happen. By default 500 ms.
    [[nodiscard]] virtual Duration quiet() const { return Duration{500}; }
    /// One poll's time-out while waiting for something: 0 where the answer is there already. By default 20 ms.
    [[nodiscard]] virtual Duration step() const { return Duration{20}; }
    /// The time by the log's own clock. By default the system's.
    [[nodiscard]] virtual Timestamp now() const;
};

}  // namespace conformance
EVENTSDK_END_NAMESPACE
