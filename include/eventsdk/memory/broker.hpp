#pragma once

#include <eventsdk/broker/broker.hpp>

#include <memory>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

class Cluster;

/// What the log in memory does by itself.
struct Options {
    /// Partitions and settings of topics that are created by the first write; 0: unknown topics are refused, as on
    /// the brokers that the SDK is made for.
    std::int32_t auto_create_partitions = 0;
    /// Largest record in bytes, unless the topic says otherwise.
    std::size_t max_record_bytes = 1'048'588;
};

/// A whole Kafka log in memory: partitions, consumer groups with rebalances, transactions with control records
/// and fencing, retention, compaction. For unit tests, demos, and a service's run without Kafka.
///
/// No threads and no sockets: everything happens inside the calls made on it, in their order; time is the
/// runtime's clock. It is held to the same contract suite as the Kafka adapter.
///
/// **Thread safety**: may be used from many threads; one lock guards the log.
class EVENTSDK_API Broker : public eventsdk::Broker {
public:
    explicit Broker(Options options = {}, Runtime runtime = {});

    /// Creates a topic that must not exist yet.
    [[nodiscard]] Result<void> create_topic(const TopicSpec& spec);
    /// Every record of the topic in the order of partitions and offsets, without those of aborted and unfinished
    /// transactions; Record::partition tells where each is. For assertions.
    [[nodiscard]] std::vector<Record> records(const std::string& topic) const;
    /// Applies retention by time and compaction to every partition now.
    void clean();

private:
    explicit Broker(std::shared_ptr<Cluster> cluster);

    std::shared_ptr<Cluster> cluster_;
};

}  // namespace memory
EVENTSDK_END_NAMESPACE
