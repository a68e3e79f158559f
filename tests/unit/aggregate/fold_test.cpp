#include "support/account_events.hpp"
#include "support/catch.hpp"

using namespace eventsdk;
using support::Account;
using support::Deposited;
using support::Withdrawn;

namespace {

/// A state that is no snapshot, and takes envelopes.
struct LastSeen {
    std::string by{};
    const void* of_no_description = nullptr;
};

}  // namespace

template <>
struct eventsdk::AggregateTraits<LastSeen> {
    static constexpr AggregateType type{"bank", "account"};
    using Events = std::variant<Deposited>;
    static void apply(LastSeen& state, const Deposited&, const EnvelopeView& envelope) { state.by = envelope.event_id; }
};

TEST_CASE("folding applies events in their order", "[aggregate][unit]") {
    const Account account = fold<Account>({Deposited{10}, Withdrawn{3, "coffee"}, Deposited{1}});
    REQUIRE(account.balance == 8);
    REQUIRE(account.reasons == std::vector<std::string>{"coffee"});
    REQUIRE(account.chain != fold<Account>({Deposited{1}, Withdrawn{3, "coffee"}, Deposited{10}}).chain);
    REQUIRE(fold<Account>({}) == Account{});
    REQUIRE(fold<Account>({Deposited{1}}, account).balance == 9);
}

TEST_CASE("apply may take the envelope", "[aggregate][unit]") {
    LastSeen state;
    EnvelopeView envelope;
    envelope.event_id = "e-1";
    eventsdk::apply(state, Deposited{1}, envelope);
    REQUIRE(state.by == "e-1");
}

TEST_CASE("a descriptor tells what compiled code needs of an aggregate", "[aggregate][unit]") {
    const AggregateDescriptor& account = describe_aggregate<Account>();
    REQUIRE(account.type.aggregate == "account");
    REQUIRE(account.state_version == 2);
    REQUIRE(account.handlers.size() == 2);
    REQUIRE(account.handlers[1].event == &describe_event<Withdrawn>());
    REQUIRE(account.state != nullptr);
    REQUIRE(account.state->fields.size() == 3);
    REQUIRE(describe_aggregate<LastSeen>().state == nullptr);
    REQUIRE(describe_aggregate<LastSeen>().state_version == 1);
    Account some = fold<Account>({Deposited{1}});
    account.reset(&some);
    REQUIRE(some == Account{});
}
