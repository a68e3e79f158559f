#pragma once

#include "support/schema_directory.hpp"

#include <eventsdk/aggregate/aggregate_traits.hpp>
#include <eventsdk/catalogue/catalogue.hpp>

#include <cstdint>
#include <string>
#include <vector>

// An event-sourced account, whose state depends on the order of its events, for tests of aggregates and snapshots.
namespace support {

struct Deposited {
    std::int64_t amount = 0;
};
struct Withdrawn {
    std::int64_t amount = 0;
    std::string reason{};
};
/// On the same topic, but no event that makes the state.
struct StatementSent {
    std::string to{};
};

struct Account {
    std::int64_t balance = 0;
    std::uint64_t chain = 0;  ///< of all amounts, in order
    std::vector<std::string> reasons{};
    friend bool operator==(const Account&, const Account&) = default;
};

inline void deposit(Account& account, std::int64_t amount) {
    account.balance += amount;
    account.chain = account.chain * 31 + static_cast<std::uint64_t>(amount);
}

inline constexpr std::string_view deposited_schema = R"({
    "type": "object", "additionalProperties": false, "required": ["amount"],
    "properties": {"amount": {"type": "integer", "minimum": 0, "maximum": 9223372036854775807}}})";
inline constexpr std::string_view withdrawn_schema = R"({
    "type": "object", "additionalProperties": false, "required": ["amount", "reason"],
    "properties": {"amount": {"type": "integer", "minimum": 0, "maximum": 9223372036854775807},
                   "reason": {"type": "string"}}})";
inline constexpr std::string_view sent_schema = R"({
    "type": "object", "additionalProperties": false, "required": ["to"], "properties": {"to": {"type": "string"}}})";

}  // namespace support

template <>
struct eventsdk::EventTraits<support::Deposited> {
    static constexpr EventType type{"Deposited", 1};
    static constexpr AggregateType aggregate{"bank", "account"};
    static constexpr auto fields = std::tuple{field("amount", &support::Deposited::amount)};
};
template <>
struct eventsdk::EventTraits<support::Withdrawn> {
    static constexpr EventType type{"Withdrawn", 1};
    static constexpr AggregateType aggregate{"bank", "account"};
    static constexpr auto fields =
        std::tuple{field("amount", &support::Withdrawn::amount), field("reason", &support::Withdrawn::reason)};
};
template <>
struct eventsdk::EventTraits<support::StatementSent> {
    static constexpr EventType type{"StatementSent", 1};
    static constexpr AggregateType aggregate{"bank", "account"};
    static constexpr auto fields = std::tuple{field("to", &support::StatementSent::to)};
};

template <>
struct eventsdk::AggregateTraits<support::Account> {
    using Account = support::Account;
    static constexpr AggregateType type{"bank", "account"};
    static constexpr int state_version = 2;
    using Events = std::variant<support::Deposited, support::Withdrawn>;
    static constexpr auto fields = std::tuple{field("balance", &Account::balance), field("chain", &Account::chain),
                                              field("reasons", &Account::reasons)};
    static void apply(Account& account, const support::Deposited& event) { support::deposit(account, event.amount); }
    static void apply(Account& account, const support::Withdrawn& event) {
        support::deposit(account, -event.amount);
        account.reasons.push_back(event.reason);
    }
};

namespace support {

inline constexpr const char* accounts = "test.bank.account";

/// @param environment the first part of the topic, `{environment}.bank.account`
inline eventsdk::Catalogue account_catalogue(const std::string& environment = "test") {
    SchemaDirectory schemas;
    schemas.add("bank/Deposited.v1.schema.json", deposited_schema);
    schemas.add("bank/Withdrawn.v1.schema.json", withdrawn_schema);
    schemas.add("bank/StatementSent.v1.schema.json", sent_schema);
    return eventsdk::Catalogue::load({.environment = environment, .schemas = schemas.path()},
                                     eventsdk::event<Deposited>(), eventsdk::event<Withdrawn>(),
                                     eventsdk::event<StatementSent>())
        .value();
}

}  // namespace support
