#include "fixture.hpp"
#include "support/catch.hpp"

#include <eventsdk/snapshot/fold_lines.hpp>
#include <eventsdk/snapshot/untyped_aggregates.hpp>

#include <sstream>

using namespace eventsdk;
using support::Account;
using support::Bank;
using support::Deposited;
using support::deposited;

namespace {

/// Folds as a program does that is given lines: `lines` are what `eventsdk aggregate --fold` writes.
class AccountFold final : public StateFold {
public:
    explicit AccountFold(const Catalogue& catalogue) : catalogue_{catalogue} {}

    Result<void> begin(const StoredSnapshot* snapshot) override {
        began_with = snapshot == nullptr ? 0 : snapshot->revision;
        events = 0;
        lines = snapshot == nullptr ? "{\"snapshot\":null}\n"
                                    : "{\"snapshot\":{\"schemaVersion\":" + std::to_string(snapshot->state_version) +
                                          ",\"state\":" + snapshot->state + "}}\n";
        return {};
    }
    Result<bool> take(const HistoryEvent& event) override {
        ++events;
        std::string value{*event.record->value};
        for (std::size_t at = 0; (at = value.find('"', at)) != std::string::npos; at += 2) value.insert(at, "\\");
        lines += "{\"revision\":" + std::to_string(event.revision) + ",\"record\":{\"topic\":\"" +
                 std::string{event.record->topic} + "\",\"key\":\"" + std::string{*event.record->key} +
                 "\",\"headers\":[],\"value\":\"" + value + "\"}}\n";
        return true;
    }
    Result<FoldedState> finish() override {
        std::istringstream in{lines};
        std::ostringstream out;
        if (auto folded = fold_lines<Account>(catalogue_, in, out); !folded) return std::move(folded).error();
        constexpr std::string_view head = "{\"schemaVersion\":2,\"state\":";
        const std::string text = out.str();
        REQUIRE(text.starts_with(head));
        return FoldedState{2, text.substr(head.size(), text.size() - head.size() - 2)};
    }

    std::int64_t began_with = 0;
    int events = 0;
    std::string lines{};

private:
    const Catalogue& catalogue_;
};

UntypedAggregates untyped(Bank& bank, SnapshotOptions options = {}) {
    auto without_types = Catalogue::load({}, std::vector<EventRegistration>{}).value();
    return UntypedAggregates::create(bank.broker, without_types, support::accounts, "account", std::move(options))
        .value();
}

}  // namespace

TEST_CASE("a program without the aggregate's type is given the nearest snapshot and the events after it",
          "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 10);
    REQUIRE(bank.snapshots().publish("a").value().written);
    bank.deposit("a", 11, 13);
    auto aggregates = untyped(bank);
    AccountFold fold{bank.catalogue};
    const auto now = aggregates.fold("a", {}, fold).value();
    REQUIRE(now.revision == 13);
    REQUIRE(fold.began_with == 10);
    REQUIRE(fold.events == 3);
    std::int64_t read = 0;
    Moment early{.revision = 4};
    early.progress = [&read](std::int64_t records) { read += records; };
    REQUIRE(aggregates.fold("a", early, fold).value().revision == 4);
    REQUIRE(fold.began_with == 0);
    REQUIRE(fold.events == 4);
    REQUIRE(read >= 4);
    REQUIRE(aggregates.fold("a", {.greatest_snapshot = -1}, fold).value().report.events == 13);
    REQUIRE(aggregates.fold("a", {.revision = 14}, fold).error().code == "snapshot.revision");
    REQUIRE(aggregates.fold("nobody", {}, fold).value().revision == 0);
}

TEST_CASE("a snapshot that a fold took is used by restores", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 10);
    auto aggregates = untyped(bank);
    AccountFold fold{bank.catalogue};
    const auto first = aggregates.publish("a", fold).value();
    REQUIRE(first.written);
    REQUIRE(first.revision == 10);
    REQUIRE_FALSE(aggregates.publish("a", fold).value().written);
    bank.deposit("a", 11, 12);
    REQUIRE(aggregates.publish("a", fold).value().written);
    REQUIRE(fold.began_with == 10);
    bank.deposit("a", 13, 13);
    const auto restored = bank.snapshots().restore("a").value();
    REQUIRE(restored.state == deposited(13));
    REQUIRE(restored.report.snapshot_revision == 12);
    REQUIRE(restored.report.events == 1);
}

TEST_CASE("the records of a snapshot topic are shown with what is wrong with them", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 3);
    REQUIRE(bank.snapshots().publish("a").value().written);
    bank.write(support::newest, "b", "{\"schemaVersion\":2");
    bank.write(support::newest, "a", std::nullopt);
    auto aggregates = untyped(bank);
    std::vector<std::string> seen;
    const auto take = [&seen](const SnapshotEntry& entry) {
        std::string text{entry.record.key.value_or("")};
        if (entry.snapshot) text += " " + std::to_string(entry.snapshot->revision);
        if (entry.problem) text += " " + entry.problem->code;
        seen.push_back(text);
        return true;
    };
    REQUIRE(aggregates.visit_snapshots(false, take));
    REQUIRE(seen == std::vector<std::string>{"a 3", "b snapshot.record", "a"});
    REQUIRE(aggregates.visit_snapshots(true, take));
    REQUIRE(seen.size() == 3);
}

TEST_CASE("what a fold gives is checked before it is written", "[snapshot][unit]") {
    class Wrong final : public StateFold {
    public:
        Result<void> begin(const StoredSnapshot*) override { return {}; }
        Result<bool> take(const HistoryEvent&) override { return true; }
        Result<FoldedState> finish() override { return FoldedState{1, "[]"}; }
    };
    Bank bank{1};
    bank.deposit("a", 1, 3);
    Wrong fold;
    REQUIRE(untyped(bank).publish("a", fold).error().code == "snapshot.state");
    REQUIRE(bank.values(support::newest).empty());
    REQUIRE(UntypedAggregates::create(bank.broker, bank.catalogue, support::accounts, "").error().code ==
            "snapshot.aggregate");
}

TEST_CASE("a fold program refuses lines that are not meant for it", "[snapshot][unit]") {
    Bank bank{1};
    for (const std::string lines :
         {"", "{}\n", "no JSON\n", "{\"snapshot\":{\"state\":{}}}\n", "{\"snapshot\":null}\n{\"revision\":1}\n"}) {
        std::istringstream in{lines};
        std::ostringstream out;
        const auto folded = fold_lines<Account>(bank.catalogue, in, out);
        REQUIRE(folded.error().code == "fold.line");
        REQUIRE(out.str().empty());
    }
    std::istringstream future{"{\"snapshot\":{\"schemaVersion\":9,\"state\":{}}}\n"};
    std::ostringstream out;
    REQUIRE(fold_lines<Account>(bank.catalogue, future, out).error().code == "snapshot.state_version");
    std::istringstream nothing{"{\"snapshot\":null}\n"};
    out.setstate(std::ios::failbit);
    REQUIRE(fold_lines<Account>(bank.catalogue, nothing, out).error().code == "fold.output");
}
