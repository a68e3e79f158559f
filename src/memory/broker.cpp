#include <eventsdk/memory/broker.hpp>

#include "broker/check_options.hpp"
#include "memory/admin.hpp"
#include "memory/cluster.hpp"
#include "memory/reader.hpp"
#include "memory/subscription.hpp"
#include "memory/writer.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

class Port final : public BrokerPort {
public:
    explicit Port(std::shared_ptr<Cluster> cluster) : cluster_{std::move(cluster)} {}

    Result<std::unique_ptr<Writer>> writer(const WriterOptions& options, WriteSink& sink) override {
        if (auto checked = check_options(options); !checked) return checked.error();
        return std::make_unique<MemoryWriter>(cluster_, options, sink);
    }
    Result<std::unique_ptr<TransactionalWriter>> transactional_writer(const TransactionalWriterOptions& options,
                                                                      WriteSink& sink) override {
        if (auto checked = check_options(options); !checked) return checked.error();
        return std::make_unique<MemoryTransactionalWriter>(cluster_, options, sink);
    }
    Result<std::unique_ptr<Reader>> reader(const ReaderOptions& options, RebalanceListener* listener) override {
        if (auto checked = check_options(options); !checked) return checked.error();
        if (auto checked = check_subscription(options.topics); !checked) return checked.error();
        return std::make_unique<MemoryReader>(cluster_, options, listener);
    }
    Result<std::unique_ptr<Admin>> admin() override { return std::make_unique<MemoryAdmin>(cluster_); }
    Result<void> probe(Duration) override { return {}; }
    const Runtime& runtime() const noexcept override { return cluster_->runtime(); }
    std::string describe() const override { return "memory"; }

private:
    const std::shared_ptr<Cluster> cluster_;
};

std::shared_ptr<Cluster> make_cluster(const Options& options, Runtime runtime) {
    return std::make_shared<Cluster>(options, std::move(runtime));
}

}  // namespace

Broker::Broker(Options options, Runtime runtime) : Broker{make_cluster(options, std::move(runtime))} {}

Broker::Broker(std::shared_ptr<Cluster> cluster)
    : eventsdk::Broker{std::make_shared<Port>(cluster)}, cluster_{std::move(cluster)} {}

Result<void> Broker::create_topic(const TopicSpec& spec) {
    const Cluster::Lock lock = cluster_->enter();
    return cluster_->create_topic(spec);
}

std::vector<Record> Broker::records(const std::string& topic) const {
    const Cluster::Lock lock = cluster_->enter();
    std::vector<Record> records;
    const Topic* found = cluster_->topics().find(topic);
    if (found == nullptr) return records;
    for (std::int32_t partition = 0; partition < found->partitions(); ++partition) {
        const Log& log = found->logs[static_cast<std::size_t>(partition)];
        std::int64_t position = log.watermarks().low;
        log.read(position, SIZE_MAX, Isolation::read_committed, [&](const Log::Entry& entry) {
            records.push_back(received(entry.record, partition, entry.offset, 0).to_record());
            records.back().partition = partition;
        });
    }
    return records;
}

void Broker::clean() {
    const Cluster::Lock lock = cluster_->enter();
    cluster_->topics().clean(cluster_->now());
    cluster_->notify();
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
