#pragma once

#include "kafka/producer_core.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

class KafkaWriter final : public Writer {
public:
    explicit KafkaWriter(std::unique_ptr<ProducerCore> core) : core_{std::move(core)} {}

    Result<void> write(const Record& record, std::uint64_t tag) override { return core_->write(record, tag); }
    void hurry() noexcept override { core_->hurry(); }
    Result<void> flush(Duration timeout) override { return core_->flush(timeout); }
    [[nodiscard]] std::size_t pending() const noexcept override { return core_->pending(); }
    void close(Duration timeout) noexcept override { core_->close(timeout); }

private:
    std::unique_ptr<ProducerCore> core_;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
