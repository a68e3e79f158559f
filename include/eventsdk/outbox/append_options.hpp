#pragma once

#include <eventsdk/catalogue/publish_options.hpp>

#include <cstdint>
#include <optional>
#include <string>

EVENTSDK_BEGIN_NAMESPACE

/// What may be said about one event that is appended to an outbox.
struct AppendOptions {
    /// The aggregate's revision as the caller loaded it, 0 for a new one. The append succeeds only when it is still
    /// so, writes the event with the next revision and keeps it in the revisions table. Absent: no check, no
    /// revision kept. An aggregate that uses this must use it for every event.
    std::optional<std::int64_t> expected_revision{};
    /// Id, time, causation, trace and the like; `revision` and `partition` as in publishing.
    PublishOptions publish{};
};

/// What an append stored.
struct Appended {
    std::string event_id{};
    std::int64_t revision = -1;  ///< after the event; -1 when none is kept
};

/// Names of the outbox's tables; each `[A-Za-z_][A-Za-z0-9_]{0,62}`, quoted in every statement.
struct OutboxTables {
    std::string schema{};           ///< PostgreSQL schema; empty: the connection's search path. SQLite: empty
    std::string outbox = "outbox";  ///< rows that wait
    std::string revisions = "outbox_revisions";  ///< of aggregates
    std::string leases = "outbox_leases";        ///< of relays
    std::string archive = "outbox_archive";      ///< published rows, where they are kept

    /// The names, or `invalid_argument` naming the member.
    [[nodiscard]] EVENTSDK_API Result<OutboxTables> validated() const;
};

/// How a service appends to its outbox.
struct OutboxOptions {
    OutboxTables tables{};
    /// Serialise the transactions that append to one aggregate (PostgreSQL: an advisory transaction lock), without
    /// which no order between them exists. Off only where the caller locks the aggregate itself.
    bool serialize_aggregates = true;
    /// PostgreSQL: each commit wakes the relays that listen (postgres::StoreOptions::listen). Off, because NOTIFY takes a
    /// lock that all committing transactions of the database share. **Source**: PostgreSQL, NOTIFY.
    bool notify = false;
};

EVENTSDK_END_NAMESPACE
