#pragma once

#include <eventsdk/conformance/broker.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include <cstdlib>
#include <utility>

/// An adapter of somebody's own: here one that hands everything on to a log in memory. With FORGETFUL in the environment
/// its writers lose the headers of records, which the suite must notice.
class SomebodysPort final : public eventsdk::BrokerPort {
public:
    explicit SomebodysPort(eventsdk::Broker log) : log_{std::move(log)} {}

    eventsdk::Result<std::unique_ptr<eventsdk::Writer>> writer(const eventsdk::WriterOptions& options,
                                                               eventsdk::WriteSink& sink) override {
        auto made = log_.port().writer(options, sink);
        if (!made || std::getenv("FORGETFUL") == nullptr) return made;
        return std::make_unique<Forgetful>(std::move(*made));
    }
    eventsdk::Result<std::unique_ptr<eventsdk::TransactionalWriter>> transactional_writer(
        const eventsdk::TransactionalWriterOptions& options, eventsdk::WriteSink& sink) override {
        return log_.port().transactional_writer(options, sink);
    }
    eventsdk::Result<std::unique_ptr<eventsdk::Reader>> reader(const eventsdk::ReaderOptions& options,
                                                               eventsdk::RebalanceListener* listener) override {
        return log_.port().reader(options, listener);
    }
    eventsdk::Result<std::unique_ptr<eventsdk::Admin>> admin() override { return log_.port().admin(); }
    eventsdk::Result<void> probe(eventsdk::Duration timeout) override { return log_.port().probe(timeout); }
    const eventsdk::Runtime& runtime() const noexcept override { return log_.runtime(); }
    std::string describe() const override { return "somebody's " + log_.port().describe(); }

private:
    class Forgetful final : public eventsdk::Writer {
    public:
        explicit Forgetful(std::unique_ptr<eventsdk::Writer> writer) : writer_{std::move(writer)} {}
        eventsdk::Result<void> write(const eventsdk::Record& record, std::uint64_t tag) override {
            eventsdk::Record bare = record;
            bare.headers.clear();
            return writer_->write(bare, tag);
        }
        void hurry() noexcept override { writer_->hurry(); }
        eventsdk::Result<void> flush(eventsdk::Duration timeout) override { return writer_->flush(timeout); }
        std::size_t pending() const noexcept override { return writer_->pending(); }
        void close(eventsdk::Duration timeout) noexcept override { writer_->close(timeout); }

    private:
        std::unique_ptr<eventsdk::Writer> writer_;
    };
    eventsdk::Broker log_;
};

// [subject]
/// What the suite must know of a broker: how to make a client, and how time passes for it.
class SomebodysBroker final : public eventsdk::conformance::BrokerSubject {
public:
    std::string_view name() const override { return "somebody's"; }
    eventsdk::Broker make_broker() override { return eventsdk::Broker{std::make_shared<SomebodysPort>(log_)}; }
    void pass(eventsdk::Duration time) override { clock_->advance(time); }
    eventsdk::Timestamp now() const override { return clock_->now(); }
    eventsdk::Duration patience() const override { return eventsdk::Duration{1'000}; }
    eventsdk::Duration quiet() const override { return eventsdk::Duration{0}; }
    eventsdk::Duration step() const override { return eventsdk::Duration{0}; }
    std::vector<eventsdk::conformance::LeftOut> left_out() const override {
        return {{"a static member that restarts keeps its partitions without a rebalance", "no static members yet"}};
    }

private:
    std::shared_ptr<eventsdk::testing::ManualClock> clock_ = std::make_shared<eventsdk::testing::ManualClock>();
    eventsdk::memory::Broker log_{{}, {.clock = clock_, .logger = eventsdk::silent_logger()}};
};
// [subject]
