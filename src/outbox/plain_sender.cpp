#include "outbox/relay_sender.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {
namespace {

class PlainSender final : public RelaySender {
public:
    PlainSender(Broker broker, const WriterOptions& options) : broker_{std::move(broker)}, options_{options} {}
    ~PlainSender() override { PlainSender::close(); }

    Result<std::vector<ShardLease>> prepare(OutboxStore&, std::span<const ShardLease> leases, MonotonicTime) override {
        if (writer_ == nullptr) {
            auto made = broker_.port().writer(options_, batch_);
            if (!made) return std::move(made).error();
            writer_ = std::move(*made);
        }
        return std::vector<ShardLease>(leases.begin(), leases.end());
    }
    RelayBatch::Ended send(std::span<const OutboxRow> rows, const RecordLimits& limits,
                           MonotonicTime deadline) override {
        std::vector<const OutboxRow*> all;
        all.reserve(rows.size());
        for (const OutboxRow& row : rows) all.push_back(&row);
        RelayBatch::Ended ended = batch_.send(*writer_, all, limits, deadline);
        // Records still under way could land behind those that are sent again.
        if (ended.failed) PlainSender::close();
        return ended;
    }
    void not_marked() noexcept override {}
    void close() noexcept override {
        if (writer_ != nullptr) writer_->close(Duration{0});
        writer_.reset();
    }

private:
    Broker broker_;
    WriterOptions options_;
    RelayBatch batch_;
    std::unique_ptr<Writer> writer_;
};

}  // namespace

std::unique_ptr<RelaySender> make_plain_sender(Broker broker, const WriterOptions& options) {
    return std::make_unique<PlainSender>(std::move(broker), options);
}

}  // namespace outbox
EVENTSDK_END_NAMESPACE
