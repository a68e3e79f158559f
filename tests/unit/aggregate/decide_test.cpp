#include <eventsdk/aggregate/decide.hpp>

#include "support/account_events.hpp"
#include "support/catch.hpp"

using namespace eventsdk;
using support::Account;
using support::Deposited;
using support::Withdrawn;

namespace {

using Events = std::vector<AggregateTraits<Account>::Events>;

struct Loaded {
    Account state{};
    std::int64_t revision = 0;
};

Error conflict_at(std::int64_t revision) {
    return {
        .kind = ErrorKind::conflict, .code = "outbox.revision", .message = "another was first", .revision = revision};
}

/// An account and the events that were stored for it.
struct Store {
    Events log{};
    int loads = 0;
    std::vector<Duration> pauses{};

    Result<Loaded> load() {
        ++loads;
        return Loaded{fold<Account>(log), static_cast<std::int64_t>(log.size())};
    }
    Result<void> append(std::span<const AggregateTraits<Account>::Events> events, std::int64_t expected) {
        if (expected != static_cast<std::int64_t>(log.size()))
            return conflict_at(static_cast<std::int64_t>(log.size()));
        log.insert(log.end(), events.begin(), events.end());
        return {};
    }
    DecideOptions options(int retries = 5) {
        return {.retry = {.max_retries = retries, .first_delay = Duration{20}, .jitter = 0.0},
                .pause = [this](Duration time) { pauses.push_back(time); }};
    }
};

}  // namespace

TEST_CASE("a command's events are decided on the state and appended at its revision", "[aggregate][unit]") {
    Store store{.log = {Deposited{10}}};
    const auto decided =
        decide<Account>([&] { return store.load(); },
                        [](const Account& account) -> Result<Events> {
                            return Events{Withdrawn{account.balance, "all"}, Deposited{1}};
                        },
                        [&](auto events, std::int64_t revision) { return store.append(events, revision); });
    REQUIRE(decided);
    REQUIRE(decided->state.balance == 1);
    REQUIRE(decided->revision == 3);
    REQUIRE(decided->events.size() == 2);
    REQUIRE(decided->attempts == 1);
    REQUIRE(fold<Account>(store.log) == decided->state);
}

TEST_CASE("a command that comes to nothing appends nothing, and its refusal is the result", "[aggregate][unit]") {
    Store store{.log = {Deposited{10}}};
    const auto append = [](auto, std::int64_t) -> Result<void> { return conflict_at(99); };
    const auto nothing = decide<Account>([&] { return store.load(); },
                                         [](const Account&) -> Result<Events> { return Events{}; }, append);
    REQUIRE(nothing.value().revision == 1);
    const Error too_much{.kind = ErrorKind::permanent, .code = "bank.balance"};
    const auto refused = decide<Account>([&] { return store.load(); },
                                         [&](const Account&) -> Result<Events> { return too_much; }, append);
    REQUIRE(refused.error().code == "bank.balance");
    const auto not_loaded = decide<Account>([&]() -> Result<Loaded> { return too_much; },
                                            [](const Account&) -> Result<Events> { return Events{}; }, append);
    REQUIRE(not_loaded.error().code == "bank.balance");
}

TEST_CASE("after a conflict the command is decided again on the new state", "[aggregate][unit]") {
    Store store{.log = {Deposited{10}}};
    int rivals = 2;
    const auto decided = decide<Account>([&] { return store.load(); },
                                         [&](const Account& account) -> Result<Events> {
                                             return Events{Withdrawn{account.balance, "all"}};
                                         },
                                         [&](auto events, std::int64_t revision) {
                                             if (rivals-- > 0) store.log.push_back(Deposited{5});
                                             return store.append(events, revision);
                                         },
                                         store.options());
    REQUIRE(decided);
    REQUIRE(decided->attempts == 3);
    REQUIRE(decided->state.balance == 0);
    REQUIRE(fold<Account>(store.log).balance == 0);
    REQUIRE(store.pauses == std::vector<Duration>{Duration{20}, Duration{40}});
}

TEST_CASE("a conflict that stays is returned, and says when events are not yet in the log", "[aggregate][unit]") {
    Store store{.log = {Deposited{10}}};
    const auto always = [](std::int64_t revision) {
        return [revision](auto, std::int64_t) -> Result<void> { return conflict_at(revision); };
    };
    const auto choose = [](const Account&) -> Result<Events> { return Events{Deposited{1}}; };
    const Error behind = decide<Account>([&] { return store.load(); }, choose, always(4), store.options(3)).error();
    REQUIRE(behind.kind == ErrorKind::conflict);
    REQUIRE(behind.code == "aggregate.behind");
    REQUIRE(behind.revision == 4);
    REQUIRE(behind.message.find("3 events are not yet in the log") != std::string::npos);
    REQUIRE(store.loads == 4);
    REQUIRE(decide<Account>([&] { return store.load(); }, choose, always(1), store.options(0)).error().code ==
            "outbox.revision");
    const auto broken = [](auto, std::int64_t) -> Result<void> { return Error{.kind = ErrorKind::unavailable}; };
    store.loads = 0;
    REQUIRE(decide<Account>([&] { return store.load(); }, choose, broken, store.options()).error().kind ==
            ErrorKind::unavailable);
    REQUIRE(store.loads == 1);
}
