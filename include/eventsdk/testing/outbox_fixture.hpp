#pragma once

#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/testing/event_difference.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// Given a database with an outbox, when the service has done its work there, then these events are published: the real
/// relay on a broker in memory.
///
///     testing::OutboxFixture outbox{sqlite::open_outbox(file).value(), catalogue};
///     orders.place("order-1", "tea", 3);  // the service, on its own connection to the database
///     CHECK(outbox.then(testing::with_id("order-1", OrderPlaced{"tea", 3})) == "");
///
/// Every topic of the catalogue exists with one partition.
/// **Thread safety**: belongs to one thread.
class EVENTSDK_API OutboxFixture {
public:
    /// @param store of the outbox's database, for the relay alone
    /// @param options of the relay. A row that could not be sent is tried again after RelayOptions::retry by the
    ///   database's clock: make it short
    OutboxFixture(std::unique_ptr<OutboxStore> store, Catalogue catalogue, RelayOptions options = brisk());
    ~OutboxFixture();
    OutboxFixture(const OutboxFixture&) = delete;
    OutboxFixture& operator=(const OutboxFixture&) = delete;

    /// The relay's defaults, and 1 ms between tries.
    [[nodiscard]] static RelayOptions brisk();

    /// Relays until no row is left but rejected ones and those behind them.
    /// @param patience of your clock: rows wait by that of the database
    /// @return false when patience was at its end, or the store failed for good
    bool run(Duration patience = Duration{60'000});

    /// run(), and how what was published since the last call differs from these events, in words; "" when it is the same.
    /// Events of one topic are compared in their order.
    template <class... Expected>
    [[nodiscard]] std::string then(const Expected&... events) {
        return compare(testing::events(catalogue_, events...));
    }

    /// All that was published to the topic.
    [[nodiscard]] std::vector<Record> published(const std::string& topic) const { return broker_.records(topic); }
    /// What waits, and what was rejected.
    [[nodiscard]] OutboxStatus status();
    /// Tries a rejected row again, drops it, or sends it to the dead letters.
    void resolve(std::int64_t seq, Resolution resolution);
    /// Between relay and broker: spoils what the next run() sends.
    [[nodiscard]] FaultPlan& faults() noexcept { return *faults_; }
    [[nodiscard]] memory::Broker& broker() noexcept { return broker_; }

private:
    [[nodiscard]] std::string compare(const std::vector<Record>& expected);

    Catalogue catalogue_;
    memory::Broker broker_;
    std::unique_ptr<FaultPlan> faults_;
    std::shared_ptr<OutboxStore> store_;
    std::unique_ptr<OutboxRelay> relay_;
    std::map<std::string, std::size_t> compared_{};  // records of each topic
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
