#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>

#include "support/catch.hpp"

#include <stop_token>

using namespace eventsdk;

namespace {

struct Calls {
    std::stop_source stop;
    int leases = 0;
    int asked_for_news = 0;
};

/// A database that gives this relay nothing, because other relays hold all shards, and whose news nobody takes.
class StoreOfOthers final : public OutboxStore {
public:
    explicit StoreOfOthers(Calls& calls) : calls_{calls} {}

    Result<std::vector<ShardLease>> lease(const std::string& /*relay*/, Duration /*duration*/) override {
        ++calls_.leases;
        calls_.stop.request_stop();
        return std::vector<ShardLease>{};
    }
    Result<void> release(const std::string& /*relay*/) override { return {}; }
    Result<std::vector<OutboxRow>> pending(std::span<const ShardLease> /*leases*/, std::size_t /*most*/) override {
        return std::vector<OutboxRow>{};
    }
    void rewind() noexcept override {}
    Result<void> mark_published(std::span<const ShardLease> /*leases*/,
                                std::span<const OutboxRow* const> /*rows*/) override {
        return {};
    }
    Result<void> mark_failed(std::span<const ShardLease> /*leases*/,
                             std::span<const RowFailure> /*failures*/) override {
        return {};
    }
    Result<OutboxStatus> status(std::size_t /*most_blocked*/) override { return OutboxStatus{}; }
    Result<void> resolve(std::int64_t /*seq*/, Resolution /*resolution*/) override { return {}; }
    Result<std::int64_t> purge_archive(Duration /*age*/) override { return std::int64_t{0}; }
    int wake_descriptor() const noexcept override {
        ++calls_.asked_for_news;
        return -1;
    }

private:
    Calls& calls_;
};

}  // namespace

TEST_CASE("a relay without shards does not wait for news that it would never take", "[outbox][unit]") {
    Calls calls;
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    auto relay = OutboxRelay::create(std::make_unique<StoreOfOthers>(calls), broker, {}).value();
    REQUIRE(relay.run(calls.stop.get_token()));
    CHECK(calls.leases == 1);
    CHECK(calls.asked_for_news == 0);
}
