#pragma once

#include "outbox/forwarding_store.hpp"
#include "support/passing_port.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Decorators of what a relay works with, which stop before each of its steps.
namespace eventsdk::test {

/// Called before a step; what it throws or does (a signal, another relay's run) happens there. False: the process is
/// dead, the step and all later ones do nothing.
using Step = std::function<bool(std::string_view name)>;

inline Error dead_process() { return {.kind = ErrorKind::unavailable, .code = "test.dead", .message = "dead"}; }

class SteppedStore final : public outbox::ForwardingStore {
public:
    SteppedStore(std::unique_ptr<OutboxStore> store, Step step)
        : ForwardingStore{std::move(store)}, step_{std::move(step)} {}

    Result<std::vector<ShardLease>> lease(const std::string& relay, Duration duration) override {
        if (!step_("lease")) return dead_process();
        return ForwardingStore::lease(relay, duration);
    }
    Result<void> release(const std::string& relay) override {
        if (!step_("release")) return dead_process();
        return ForwardingStore::release(relay);
    }
    Result<std::vector<OutboxRow>> pending(std::span<const ShardLease> leases, std::size_t most) override {
        if (!step_("pending")) return dead_process();
        return ForwardingStore::pending(leases, most);
    }
    Result<void> mark_published(std::span<const ShardLease> leases, std::span<const OutboxRow* const> rows) override {
        if (!step_("mark")) return dead_process();
        return ForwardingStore::mark_published(leases, rows);
    }
    Result<void> mark_failed(std::span<const ShardLease> leases, std::span<const RowFailure> failures) override {
        if (!step_("mark_failed")) return dead_process();
        return ForwardingStore::mark_failed(leases, failures);
    }

private:
    Step step_;
};

/// A dead process says no farewell: its transaction stays open until the broker or a successor ends it.
class SteppedWriter final : public TransactionalWriter {
public:
    SteppedWriter(std::unique_ptr<TransactionalWriter> writer, Step step)
        : writer_{std::move(writer)}, step_{std::move(step)} {}
    ~SteppedWriter() override {
        static auto* dead = new std::vector<std::unique_ptr<TransactionalWriter>>;  // never closed
        if (!step_("destroy")) dead->push_back(std::move(writer_));
    }

    Result<void> begin() override {
        if (!step_("begin")) return dead_process();
        return writer_->begin();
    }
    Result<void> write(const Record& record, std::uint64_t tag) override {
        if (!step_("write")) return dead_process();
        return writer_->write(record, tag);
    }
    Result<void> add_offsets(const GroupMetadata& group, std::span<const PartitionOffset> offsets,
                             Duration timeout) override {
        return writer_->add_offsets(group, offsets, timeout);
    }
    Result<void> commit(Duration timeout) override {
        if (!step_("commit")) return dead_process();
        return writer_->commit(timeout);
    }
    Result<void> abort(Duration timeout) override {
        if (!step_("abort")) return dead_process();
        return writer_->abort(timeout);
    }
    void close(Duration timeout) noexcept override {
        if (step_("close")) writer_->close(timeout);
    }

private:
    std::unique_ptr<TransactionalWriter> writer_;
    Step step_;
};

class SteppedPort final : public PassingPort {
public:
    SteppedPort(std::shared_ptr<BrokerPort> port, Step step) : PassingPort{std::move(port)}, step_{std::move(step)} {}

    Result<std::unique_ptr<TransactionalWriter>> transactional_writer(const TransactionalWriterOptions& options,
                                                                      WriteSink& sink) override {
        if (!step_("initialise")) return dead_process();
        auto made = PassingPort::transactional_writer(options, sink);
        if (!made) return std::move(made).error();
        return std::unique_ptr<TransactionalWriter>{std::make_unique<SteppedWriter>(std::move(*made), step_)};
    }
    Result<std::unique_ptr<Reader>> reader(const ReaderOptions& options, RebalanceListener* listener) override {
        if (!step_("reader")) return dead_process();
        return PassingPort::reader(options, listener);
    }

private:
    Step step_;
};

}  // namespace eventsdk::test
