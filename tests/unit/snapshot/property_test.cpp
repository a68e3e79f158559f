#include "fixture.hpp"
#include "snapshot/snapshot_record.hpp"
#include "support/catch.hpp"

#include <map>
#include <random>

using namespace eventsdk;
using namespace std::chrono_literals;
using support::Account;
using support::Bank;
using support::Deposited;
using support::Withdrawn;

namespace {

/// An event as it happened, kept apart from the log.
struct Happened {
    Record record{};
    std::int64_t revision = 0;
    Timestamp occurred_at{};
    std::int64_t amount = 0;
    std::string reason{};  ///< empty: a deposit
    bool counts = true;    ///< false: of a type that makes no state
};

void apply_to(Account& account, const Happened& event) {
    if (!event.counts) return;
    support::deposit(account, event.reason.empty() ? event.amount : -event.amount);
    if (!event.reason.empty()) account.reasons.push_back(event.reason);
}

/// A random history of a few accounts with several publishers of snapshots, good and bad ones, beside a model of what
/// is right that knows nothing of snapshots.
class World {
public:
    explicit World(unsigned seed) : random_{seed}, start_{bank_.clock->now()} {
        revised_ = below(2) == 0;
        for (int i = 0; i < 3; ++i)
            publishers_.push_back(bank_.snapshots(
                {.history = i == 0, .upcasters = {{1, unchanged}}, .remembered_aggregates = i == 2 ? 1U : 1'000U}));
    }

    void step() {
        const std::string id = ids_.at(below(ids_.size()));
        switch (below(10)) {
            case 0: return snapshot(id);
            case 1: return repeat(id);
            case 2: return write_late_snapshot(id);
            case 3: return write_bad_snapshot(id);
            case 4: return rarely(id);
            default: return happen(id);
        }
    }

    void check() {
        const std::string id = ids_.at(below(ids_.size()));
        auto& snapshots = publishers_.at(below(publishers_.size()));
        const std::vector<Happened>& events = model_[id];
        const auto all = snapshots.restore(id).value();
        REQUIRE(all.state == folded(id, [](const Happened&) { return true; }));
        REQUIRE(all.revision == static_cast<std::int64_t>(events.size()));
        const auto revision = static_cast<std::int64_t>(below(events.size() + 1));
        const auto then = snapshots.restore_at(id, revision).value();
        INFO("aggregate " << id << " at revision " << revision << ", from snapshot "
                          << then.report.snapshot_revision.value_or(-1) << ", " << then.report.events << " events");
        REQUIRE(then.state == folded(id, [&](const Happened& event) { return event.revision <= revision; }));
        REQUIRE(then.revision == revision);
        const Timestamp time = start_ + std::chrono::milliseconds{below(2'000)};
        const auto past = snapshots.restore_at(id, time).value();
        REQUIRE(past.state == folded(id, [&](const Happened& event) { return event.occurred_at <= time; }));
        check_history(snapshots, id);
    }

private:
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>{0, bound - 1}(random_); }

    template <class Which>
    Account folded(const std::string& id, Which which) {
        Account account;
        for (const Happened& event : model_[id])
            if (which(event)) apply_to(account, event);
        return account;
    }

    void happen(const std::string& id) {
        Happened made;
        made.revision = static_cast<std::int64_t>(model_[id].size()) + 1;
        made.occurred_at = start_ + std::chrono::milliseconds{below(2'000)};
        made.amount = static_cast<std::int64_t>(below(1'000));
        PublishOptions options{.occurred_at = made.occurred_at};
        if (revised_) options.revision = made.revision;
        const std::size_t kind = below(5);
        made.counts = kind != 0;
        if (kind == 1) made.reason = "r" + std::to_string(made.amount);
        if (kind == 0) made.record = bank_.record(id, support::StatementSent{"x"}, options);
        if (kind == 1) made.record = bank_.record(id, Withdrawn{made.amount, made.reason}, options);
        if (kind > 1) made.record = bank_.record(id, Deposited{made.amount}, options);
        bank_.producer.publish(made.record).value();
        model_[id].push_back(std::move(made));
    }

    /// As a relay does after a crash: an event again, not too long after.
    void repeat(const std::string& id) {
        const std::vector<Happened>& events = model_[id];
        if (events.empty()) return;
        const std::size_t back = below(std::min<std::size_t>(events.size(), 20));
        bank_.producer.publish(events.at(events.size() - 1 - back).record).value();
    }

    void snapshot(const std::string& id) {
        auto& publisher = publishers_.at(below(publishers_.size()));
        publisher.publish(id).value();
        for (std::string& value : bank_.values(support::newest))
            if (value.find("\"aggregateId\":\"" + id + "\"") != std::string::npos)
                taken_[id].push_back(std::move(value));
    }

    void write_late_snapshot(const std::string& id) {
        const auto& taken = taken_[id];
        if (!taken.empty()) bank_.write(support::newest, id, taken.at(below(taken.size())));
    }

    void write_bad_snapshot(const std::string& id) {
        const auto& taken = taken_[id];
        std::string value = taken.empty() ? "{}" : taken.back();
        switch (below(4)) {
            case 0: value.resize(below(value.size())); break;
            case 1: value.at(below(value.size())) = '5'; break;
            case 2: value = ahead_of_the_log(id, value); break;
            default: value = plain(id, 9, below(model_[id].size() + 1)); break;  // of a version to come
        }
        if (value != (taken.empty() ? "" : taken.back())) bank_.write(support::newest, id, value);
    }

    static std::string ahead_of_the_log(const std::string& id, const std::string& value) {
        auto record = snapshot::decode_snapshot("account", id, value);
        if (!record || !record->covers) return value;
        record->revision += 7;
        record->covers->offset += 30;
        return snapshot::encode_snapshot("account", *record);
    }

    void rarely(const std::string& id) {
        switch (below(4)) {
            case 0: bank_.broker.clean(); return;
            case 1: publishers_.front().remove(id).value(); return;
            case 2: bank_.write(support::newest, id, plain(id, 1 + below(2), below(model_[id].size() + 1))); return;
            default: publishers_.at(below(3)) = bank_.snapshots(); return;  // a restart
        }
    }

    /// A right snapshot as another system writes it.
    std::string plain(const std::string& id, std::size_t version, std::size_t revision) {
        const Account state =
            folded(id, [&](const Happened& event) { return event.revision <= static_cast<std::int64_t>(revision); });
        std::string reasons;
        for (const std::string& reason : state.reasons) reasons += (reasons.empty() ? "\"" : ",\"") + reason + "\"";
        return R"({"schemaVersion":)" + std::to_string(version) + R"(,"type":"account.snapshot","revision":)" +
               std::to_string(revision) + R"(,"occurredAt":"2026-01-01T00:00:00Z","state":{"balance":)" +
               std::to_string(state.balance) + R"(,"chain":)" + std::to_string(state.chain) + R"(,"reasons":[)" +
               reasons + "]}}";
    }

    void check_history(Snapshots<Account>& snapshots, const std::string& id) {
        const std::vector<Happened>& events = model_[id];
        const auto from = static_cast<std::int64_t>(below(events.size() + 1));
        const std::int64_t to = from + static_cast<std::int64_t>(below(10));
        std::vector<std::string> seen;
        std::vector<std::string> right;
        REQUIRE(snapshots.history(id, from, to, [&](const HistoryEvent& event) {
            seen.emplace_back(event.envelope().event_id);
            return true;
        }));
        for (const Happened& event : events)
            if (event.revision >= from && event.revision <= to) right.push_back(event.record.event_id);
        REQUIRE(seen == right);
    }

    Bank bank_{2};
    std::mt19937 random_;
    Timestamp start_;
    bool revised_ = true;
    std::vector<std::string> ids_{"a", "b", "c", "d"};
    std::map<std::string, std::vector<Happened>> model_;
    std::map<std::string, std::vector<std::string>> taken_;
    std::vector<Snapshots<Account>> publishers_;
};

}  // namespace

TEST_CASE("whatever snapshots exist, a restored state is the fold of the events", "[snapshot][property]") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        INFO("seed " << seed);
        World world{seed};
        for (int i = 0; i < 60; ++i) {
            world.step();
            world.check();
        }
    }
}

TEST_CASE("the state at each of 1,000 random times is the fold of the events that had occurred",
          "[snapshot][property]") {
    Bank bank{1};
    std::mt19937 random{8};
    const auto moment = [&] {
        return bank.clock->now() + std::chrono::milliseconds{std::uniform_int_distribution<int>{0, 100'000}(random)};
    };
    auto snapshots = bank.snapshots({.history = true});
    std::vector<std::pair<Timestamp, std::int64_t>> events;
    for (std::int64_t revision = 1; revision <= 120; ++revision) {
        // Mostly in order, now and then late.
        const Timestamp time =
            revision % 7 == 0 ? moment() : bank.clock->now() + std::chrono::milliseconds{revision * 833};
        bank.publish("a", Deposited{revision}, {.revision = revision, .occurred_at = time});
        events.emplace_back(time, revision);
        if (revision % 10 == 0) REQUIRE(snapshots.publish("a").value().written);
    }
    bank.broker.clean();
    std::int64_t begun_with_snapshot = 0;
    for (int i = 0; i < 1'000; ++i) {
        const Timestamp time = moment();
        Account right;
        for (const auto& [occurred_at, amount] : events)
            if (occurred_at <= time) support::deposit(right, amount);
        const auto restored = snapshots.restore_at("a", time).value();
        REQUIRE(restored.state == right);
        begun_with_snapshot += restored.report.snapshot_revision ? 1 : 0;
    }
    REQUIRE(begun_with_snapshot > 0);
}
