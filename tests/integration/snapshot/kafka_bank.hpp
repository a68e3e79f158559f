#pragma once

#include "support/account_events.hpp"
#include "support/kafka_env.hpp"

#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/snapshot/snapshots.hpp>

#include <string>

namespace support {

inline constexpr eventsdk::Duration patience{30'000};

inline eventsdk::Broker connect_to(const std::string& bootstrap) {
    eventsdk::kafka::Options options;
    options.bootstrap_servers = bootstrap;
    return eventsdk::kafka::connect(options, {.logger = eventsdk::silent_logger()}).value();
}

/// Accounts on topics of a real Kafka that no other test uses.
struct KafkaBank {
    std::string environment = eventsdk::test::unique_name("bank");
    std::string topic = environment + ".bank.account";
    eventsdk::Broker broker = connect_to(eventsdk::test::kafka_bootstrap());
    eventsdk::Catalogue catalogue = account_catalogue(environment);
    eventsdk::Producer producer = eventsdk::Producer::create(broker, catalogue).value();
    std::shared_ptr<eventsdk::Admin> admin{broker.port().admin().value()};

    explicit KafkaBank(std::int32_t partitions = 4) {
        const eventsdk::TopicSpec spec{.name = topic, .partitions = partitions};
        for (const auto& each : {spec, eventsdk::snapshot_spec(spec), eventsdk::snapshot_history_spec(spec)})
            admin->create_topic(each, patience).value();
    }
    eventsdk::Snapshots<Account> snapshots(eventsdk::SnapshotOptions options = {}) const {
        return eventsdk::Snapshots<Account>::create(broker, catalogue, std::move(options)).value();
    }
    /// Deposits `from`, …, `to` as the events of these revisions.
    void deposit(const std::string& id, std::int64_t from, std::int64_t to) {
        for (std::int64_t revision = from; revision <= to; ++revision)
            producer
                .publish_async(id, Deposited{revision}, [](const eventsdk::Result<eventsdk::Receipt>&) {},
                               {.revision = revision})
                .value();
        producer.flush(patience).value();
    }
    /// Deletes the event topic and makes it again, with new clients: librdkafka 2.8.0 crashes in one that knew the
    /// topic by its former id.
    void make_again(std::int32_t partitions) {
        broker = connect_to(eventsdk::test::kafka_bootstrap());
        producer = eventsdk::Producer::create(broker, catalogue).value();
        admin = broker.port().admin().value();
        admin->delete_topic(topic, patience).value();
        eventsdk::Result<void> made;
        for (int tries = 0; tries < 100; ++tries) {  // Kafka deletes in the background
            made = admin->create_topic({.name = topic, .partitions = partitions}, patience);
            if (made || made.error().kind != eventsdk::ErrorKind::conflict) break;
        }
        made.value();
    }
};

/// The state after deposits of 1 to `revision`.
inline Account deposited(std::int64_t revision) {
    Account account;
    for (std::int64_t amount = 1; amount <= revision; ++amount) deposit(account, amount);
    return account;
}

}  // namespace support
