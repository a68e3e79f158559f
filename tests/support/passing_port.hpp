#pragma once

#include <eventsdk/broker/broker.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

// A broker and a reader that hand every call on: a test's own override what it watches.
namespace eventsdk::test {

class PassingPort : public BrokerPort {
public:
    explicit PassingPort(std::shared_ptr<BrokerPort> port) : port_{std::move(port)} {}

    Result<std::unique_ptr<Writer>> writer(const WriterOptions& options, WriteSink& sink) override {
        return port_->writer(options, sink);
    }
    Result<std::unique_ptr<TransactionalWriter>> transactional_writer(const TransactionalWriterOptions& options,
                                                                      WriteSink& sink) override {
        return port_->transactional_writer(options, sink);
    }
    Result<std::unique_ptr<Reader>> reader(const ReaderOptions& options, RebalanceListener* listener) override {
        return port_->reader(options, listener);
    }
    Result<std::unique_ptr<Admin>> admin() override { return port_->admin(); }
    Result<void> probe(Duration timeout) override { return port_->probe(timeout); }
    [[nodiscard]] const Runtime& runtime() const noexcept override { return port_->runtime(); }
    [[nodiscard]] std::string describe() const override { return port_->describe(); }

private:
    std::shared_ptr<BrokerPort> port_;
};

class PassingReader : public Reader {
public:
    explicit PassingReader(std::unique_ptr<Reader> reader) : reader_{std::move(reader)} {}

    Result<std::size_t> poll(std::vector<ReceivedRecord>& out, std::size_t max_records, Duration timeout) override {
        return reader_->poll(out, max_records, timeout);
    }
    Result<void> assign(std::span<const PartitionOffset> positions) override { return reader_->assign(positions); }
    void pause(std::span<const TopicPartition> partitions) override { reader_->pause(partitions); }
    void resume(std::span<const TopicPartition> partitions) override { reader_->resume(partitions); }
    Result<void> seek(const TopicPartition& partition, std::int64_t offset) override {
        return reader_->seek(partition, offset);
    }
    [[nodiscard]] std::int64_t position(const TopicPartition& partition) const override {
        return reader_->position(partition);
    }
    [[nodiscard]] std::vector<TopicPartition> assignment() const override { return reader_->assignment(); }
    [[nodiscard]] Watermarks known_bounds(const TopicPartition& partition) const override {
        return reader_->known_bounds(partition);
    }
    Result<void> commit(std::span<const PartitionOffset> positions, Duration timeout) override {
        return reader_->commit(positions, timeout);
    }
    void commit_async(std::span<const PartitionOffset> positions) override { reader_->commit_async(positions); }
    Result<std::vector<PartitionOffset>> committed(std::span<const TopicPartition> partitions,
                                                   Duration timeout) override {
        return reader_->committed(partitions, timeout);
    }
    Result<GroupMetadata> group_metadata() override { return reader_->group_metadata(); }
    void close(Duration timeout) noexcept override { reader_->close(timeout); }

private:
    std::unique_ptr<Reader> reader_;
};

}  // namespace eventsdk::test
