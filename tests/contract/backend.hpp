#pragma once

#include <eventsdk/broker/broker.hpp>

#include <chrono>
#include <string>
#include <string_view>

/// The contract of the broker ports: cases written against the ports alone, run once for each backend.
///
/// A backend is one log that lives as long as the test binary. Each binary (`contract_memory`, `contract_mock`,
/// `contract_kafka`) links the same cases and one file that defines backend().
namespace contract {

using eventsdk::Broker;
using eventsdk::Duration;
using eventsdk::TopicSpec;

class Backend {
public:
    virtual ~Backend() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// A new client of the log. Two brokers made here see the same topics.
    [[nodiscard]] virtual Broker make_broker() = 0;
    /// Can a rebalance take away only what moves?
    [[nodiscard]] virtual bool cooperative() const { return true; }
    /// Creates a topic; by default through the admin port.
    virtual void create_topic(const TopicSpec& spec);
    /// How long something that must happen may take.
    [[nodiscard]] virtual Duration patience() const = 0;
    /// How long to look before saying that something does not happen.
    [[nodiscard]] virtual Duration quiet() const = 0;
    /// One poll's timeout while waiting for something: 0 where the answer is there already.
    [[nodiscard]] virtual Duration step() const = 0;
    /// Lets time pass: moves the clock where it can be moved, waits where it cannot.
    virtual void pass(Duration time) = 0;
    /// The time by the backend's own clock.
    [[nodiscard]] virtual eventsdk::Timestamp now() const = 0;
};

/// The one that this binary is about.
Backend& backend();

/// A name that no earlier case and no earlier run used.
std::string fresh_name(std::string_view what);
/// A new topic of that many partitions.
std::string fresh_topic(std::int32_t partitions = 1);
/// A new topic; `spec.name` is chosen here.
std::string fresh_topic(TopicSpec spec);

/// Notes that `backend` cannot show the running case, for the table at the end of the run.
/// @return true when it is the one that runs: leave the case
bool cannot_show(std::string_view name, std::string_view reason);

}  // namespace contract

/// First line of a case that a backend cannot show.
#define CANNOT_SHOW(name, reason) \
  if (contract::cannot_show(name, reason)) return
