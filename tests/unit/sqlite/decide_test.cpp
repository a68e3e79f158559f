#include <eventsdk/aggregate/decide.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/snapshot/snapshots.hpp>
#include <eventsdk/sqlite/outbox.hpp>

#include "support/account_events.hpp"
#include "support/catch.hpp"
#include "support/sqlite_file.hpp"

using namespace eventsdk;
using support::Account;
using support::Deposited;
using support::Withdrawn;

namespace {

using AnyEvent = AggregateTraits<Account>::Events;
using Events = std::vector<AnyEvent>;

/// A bank whose accounts are restored from the log and changed through the outbox.
struct Bank {
    test::SqliteFile file;
    Catalogue catalogue = support::account_catalogue();
    sqlite::Outbox outbox{catalogue};
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    int pauses = 0;

    Bank() {
        outbox.ensure_tables(file.connection()).value();
        broker.create_topic({.name = support::accounts, .partitions = 1}).value();
    }
    void relay() {
        if (!relay_) relay_.emplace(OutboxRelay::create(sqlite::open_outbox(file.path()).value(), broker).value());
        while (relay_->run_once().value() > 0) {
        }
    }
    Result<void> append(const std::string& id, std::span<const AnyEvent> events, std::int64_t revision) {
        OutboxBatch batch{catalogue};
        for (const AnyEvent& event : events) {
            const AppendOptions options{.expected_revision = revision++};
            auto added = std::visit([&](const auto& each) { return batch.add(id, each, options); }, event);
            if (!added) return added;
        }
        auto stored = outbox.append_all(file.connection(), batch);
        if (!stored) return std::move(stored).error();
        return {};
    }
    /// Withdraws the amount, when it is there.
    Result<Decided<Account>> withdraw(const std::string& id, std::int64_t amount, bool relay_works) {
        auto snapshots = Snapshots<Account>::create(broker, catalogue).value();
        const DecideOptions options{.retry = {.max_retries = 2}, .pause = [this, relay_works](Duration) {
                                        ++pauses;
                                        if (relay_works) relay();
                                    }};
        return decide<Account>(
            [&] { return snapshots.restore(id); },
            [&](const Account& account) -> Result<Events> {
                if (account.balance < amount) return Error{.kind = ErrorKind::permanent, .code = "bank.balance"};
                return Events{Withdrawn{amount, "cash"}};
            },
            [&](std::span<const AnyEvent> events, std::int64_t revision) { return append(id, events, revision); },
            options);
    }

private:
    std::optional<OutboxRelay> relay_;
};

}  // namespace

TEST_CASE("a command through the outbox is never decided on an old state", "[sqlite][aggregate]") {
    Bank bank;
    const Events first{Deposited{10}, Deposited{5}};
    REQUIRE(bank.append("a", first, 0));
    bank.relay();
    REQUIRE(bank.withdraw("a", 12, true).value().revision == 3);
    // Its event is in the outbox only: the log still says 15.
    const auto second = bank.withdraw("a", 12, true);
    REQUIRE(second.error().code == "bank.balance");
    REQUIRE(bank.pauses == 1);
    REQUIRE(bank.withdraw("a", 3, true).value().state.balance == 0);
}

TEST_CASE("events that stay in the outbox are visible in the conflict", "[sqlite][aggregate]") {
    Bank bank;
    const Events first{Deposited{10}, Deposited{5}};
    REQUIRE(bank.append("a", first, 0));
    const auto refused = bank.withdraw("a", 0, false);
    REQUIRE(refused.error().kind == ErrorKind::conflict);
    REQUIRE(refused.error().code == "aggregate.behind");
    REQUIRE(refused.error().revision == 2);
    REQUIRE(refused.error().message.find("2 events are not yet in the log") != std::string::npos);
    REQUIRE(bank.pauses == 2);
    bank.relay();
    REQUIRE(bank.withdraw("a", 15, false).value().state.balance == 0);
}
