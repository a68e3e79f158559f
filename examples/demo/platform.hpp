#pragma once

#include <eventsdk/broker/broker.hpp>

#include <string>
#include <vector>

/// The log that the demonstration runs on, and what an operator does with it.
struct Platform {
    eventsdk::Broker broker;
    std::string name;         ///< "memory" or the cluster's address
    std::string environment;  ///< first part of the topics' names; its own for every run on a cluster

    /// In memory, unless --brokers HOST:PORT or KAFKA_BOOTSTRAP_SERVERS names a cluster.
    static eventsdk::Result<Platform> connect(int argc, char** argv);

    /// A consumer group of its own for every run on a cluster.
    [[nodiscard]] std::string group(const std::string& projection) const;
    /// What the demonstration made on somebody's cluster goes away again.
    void delete_topics(const std::vector<std::string>& topics) const;
    /// Every record of a topic as it stands.
    [[nodiscard]] std::vector<eventsdk::Record> read_all(const std::string& topic) const;
};
