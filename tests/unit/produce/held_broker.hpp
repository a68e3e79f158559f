#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/broker/error_codes.hpp>

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

// A broker whose outcomes arrive when the test says so.
namespace support {

class HeldBroker final : public eventsdk::BrokerPort, public std::enable_shared_from_this<HeldBroker> {
public:
    explicit HeldBroker(eventsdk::Runtime runtime) : runtime_{std::move(runtime)} {}

    /// Gives the oldest records their outcome; the first `count` of them.
    void acknowledge(std::size_t count) { settle(count, nullptr); }
    void fail(std::size_t count, const eventsdk::Error& error) { settle(count, &error); }
    /// The next write() calls are refused so.
    void refuse(std::size_t count, eventsdk::Error error) {
        const std::lock_guard lock{mutex_};
        for (std::size_t i = 0; i < count; ++i) refusals_.push_back(error);
    }
    [[nodiscard]] std::vector<eventsdk::Record> written() const {
        const std::lock_guard lock{mutex_};
        return written_;
    }
    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard lock{mutex_};
        return tags_.size();
    }
    [[nodiscard]] eventsdk::WriterOptions options() const { return options_; }
    /// Called at each hurry(), on the thread that publishes.
    std::function<void()> on_hurry{};

    eventsdk::Result<std::unique_ptr<eventsdk::Writer>> writer(const eventsdk::WriterOptions& options,
                                                               eventsdk::WriteSink& sink) override {
        options_ = options;
        sink_ = &sink;
        return std::make_unique<HeldWriter>(*this);
    }
    eventsdk::Result<std::unique_ptr<eventsdk::TransactionalWriter>> transactional_writer(
        const eventsdk::TransactionalWriterOptions&, eventsdk::WriteSink&) override {
        return eventsdk::Error{};
    }
    eventsdk::Result<std::unique_ptr<eventsdk::Reader>> reader(const eventsdk::ReaderOptions&,
                                                               eventsdk::RebalanceListener*) override {
        return eventsdk::Error{};
    }
    eventsdk::Result<std::unique_ptr<eventsdk::Admin>> admin() override { return eventsdk::Error{}; }
    eventsdk::Result<void> probe(eventsdk::Duration) override { return {}; }
    [[nodiscard]] const eventsdk::Runtime& runtime() const noexcept override { return runtime_; }
    [[nodiscard]] std::string describe() const override { return "held"; }

private:
    class HeldWriter final : public eventsdk::Writer {
    public:
        explicit HeldWriter(HeldBroker& broker) : broker_{broker} {}
        eventsdk::Result<void> write(const eventsdk::Record& record, std::uint64_t tag) override {
            const std::lock_guard lock{broker_.mutex_};
            if (!broker_.refusals_.empty()) {
                eventsdk::Error refusal = broker_.refusals_.front();
                broker_.refusals_.pop_front();
                return refusal;
            }
            broker_.written_.push_back(record);
            broker_.tags_.push_back(tag);
            return {};
        }
        void hurry() noexcept override {
            if (broker_.on_hurry) broker_.on_hurry();
        }
        eventsdk::Result<void> flush(eventsdk::Duration) override {
            if (broker_.waiting() == 0) return {};
            return eventsdk::Error{eventsdk::ErrorKind::retriable, std::string{eventsdk::codes::flush_timeout}};
        }
        [[nodiscard]] std::size_t pending() const noexcept override { return broker_.waiting(); }
        void close(eventsdk::Duration) noexcept override {
            const eventsdk::Error unanswered{eventsdk::ErrorKind::indeterminate,
                                             std::string{eventsdk::codes::unacknowledged}};
            broker_.fail(broker_.waiting(), unanswered);
        }

    private:
        HeldBroker& broker_;
    };

    void settle(std::size_t count, const eventsdk::Error* error) {
        std::vector<eventsdk::WriteOutcome> outcomes;
        {
            const std::lock_guard lock{mutex_};
            for (; count > 0 && !tags_.empty(); --count) {
                outcomes.push_back({tags_.front(), 0, error == nullptr ? offset_++ : -1, error});
                tags_.pop_front();
            }
        }
        if (sink_ != nullptr && !outcomes.empty()) sink_->written(outcomes);
    }

    eventsdk::Runtime runtime_;
    eventsdk::WriteSink* sink_ = nullptr;
    eventsdk::WriterOptions options_{};
    mutable std::mutex mutex_;
    std::vector<eventsdk::Record> written_;
    std::deque<std::uint64_t> tags_;
    std::deque<eventsdk::Error> refusals_;
    std::int64_t offset_ = 0;
};

}  // namespace support
