#pragma once

#include "support/account_events.hpp"

#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/transactional_producer.hpp>
#include <eventsdk/snapshot/snapshots.hpp>
#include <eventsdk/testing/collecting_logger.hpp>
#include <eventsdk/testing/collecting_metrics.hpp>
#include <eventsdk/testing/manual_clock.hpp>
#include <eventsdk/testing/sequential_ids.hpp>

#include <memory>
#include <string>

namespace support {

/// Accounts on a broker in memory, with their snapshot topics.
class Bank {
public:
    explicit Bank(std::int32_t partitions = 3, std::shared_ptr<eventsdk::Clock> time = nullptr)
        : broker{{},
                 {.clock = time != nullptr ? time : clock,
                  .ids = std::make_shared<eventsdk::testing::SequentialIds>(),
                  .logger = logger,
                  .metrics = metrics}} {
        eventsdk::TopicSpec spec{.name = accounts, .partitions = partitions};
        broker.create_topic(spec).value();
        broker.create_topic(eventsdk::snapshot_spec(spec)).value();
        broker.create_topic(eventsdk::snapshot_history_spec(spec)).value();
    }

    eventsdk::Snapshots<Account> snapshots(eventsdk::SnapshotOptions options = {}) {
        return eventsdk::Snapshots<Account>::create(broker, catalogue, std::move(options)).value();
    }
    template <class E>
    eventsdk::Record record(const std::string& id, const E& event, const eventsdk::PublishOptions& options = {}) {
        return catalogue.prepare(broker.runtime(), id, event, options).value();
    }
    template <class E>
    eventsdk::Receipt publish(const std::string& id, const E& event, const eventsdk::PublishOptions& options = {}) {
        return producer.publish(record(id, event, options)).value();
    }
    /// Deposits 1, 2, 3, … with the revisions `from` to `to`.
    void deposit(const std::string& id, std::int64_t from, std::int64_t to) {
        for (std::int64_t revision = from; revision <= to; ++revision)
            publish(id, Deposited{revision}, {.revision = revision});
    }
    /// Writes a value to a topic beside the aggregate's own records.
    eventsdk::Receipt write(const std::string& topic, const std::string& id, std::optional<std::string> value) {
        eventsdk::Record made;
        made.topic = topic;
        made.key = id;
        made.value = std::move(value);
        return producer.publish(made).value();
    }
    [[nodiscard]] std::vector<std::string> values(const std::string& topic) const {
        std::vector<std::string> all;
        for (const eventsdk::Record& each : broker.records(topic)) all.push_back(each.value.value_or("(null)"));
        return all;
    }

    std::shared_ptr<eventsdk::testing::ManualClock> clock = std::make_shared<eventsdk::testing::ManualClock>();
    std::shared_ptr<eventsdk::testing::CollectingLogger> logger =
        std::make_shared<eventsdk::testing::CollectingLogger>();
    std::shared_ptr<eventsdk::testing::CollectingMetrics> metrics =
        std::make_shared<eventsdk::testing::CollectingMetrics>();
    eventsdk::memory::Broker broker;
    eventsdk::Catalogue catalogue = account_catalogue();
    eventsdk::Producer producer = eventsdk::Producer::create(broker, catalogue).value();
};

inline const std::string newest = std::string{accounts} + ".snapshot";
inline const std::string older = std::string{accounts} + ".snapshot.history";

/// The state after deposits of 1 to `revision`.
inline Account deposited(std::int64_t revision) {
    Account account;
    for (std::int64_t amount = 1; amount <= revision; ++amount) deposit(account, amount);
    return account;
}

}  // namespace support
