#include "contract/cases.hpp"
#include "support/catch.hpp"

#include <eventsdk/event/event_traits.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

struct ContractNoted {
    std::int64_t number = 0;
};

template <>
struct eventsdk::EventTraits<ContractNoted> {
    static constexpr EventType type{"ContractNoted", 1};
    static constexpr AggregateType aggregate{"contract", "note"};
    static constexpr auto fields = std::tuple{field("number", &ContractNoted::number)};
};

using namespace eventsdk;
using namespace std::chrono_literals;

CONTRACT_CASES(outbox_test)

namespace {

constexpr Duration long_lease = 10min;
constexpr const char* topic = "test.contract.note";

Catalogue made_catalogue() {
    const auto folder = std::filesystem::temp_directory_path() / contract::fresh_name("schemas");
    std::filesystem::create_directories(folder / "contract");
    std::ofstream{folder / "contract" / "ContractNoted.v1.schema.json"}
        << R"({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",)"
        << R"("properties": {"number": {"type": "integer"}}, "required": ["number"]})";
    auto made = Catalogue::load({.environment = "test", .schemas = folder}, event<ContractNoted>()).value();
    std::filesystem::remove_all(folder);
    return made;
}

conformance::OutboxStoreSubject& subject() { return *contract::subjects().outbox; }

OutboxBatch empty_batch() {
    static const Catalogue notes = made_catalogue();
    return OutboxBatch{notes};
}

/// Commits one event for each of the aggregates, in order, numbered from 1.
OutboxBatch append(const std::vector<const char*>& aggregates) {
    OutboxBatch batch = empty_batch();
    std::int64_t number = 0;
    for (const char* aggregate : aggregates) batch.add(aggregate, ContractNoted{++number}).value();
    subject().append(batch);
    return batch;
}

std::unique_ptr<OutboxStore> empty_store() {
    subject().clear();
    return subject().open();
}

std::vector<OutboxRow> pending(OutboxStore& store, std::span<const ShardLease> leases, std::size_t most = 100) {
    return store.pending(leases, most).value();
}

/// Asks again until `count` rows came or patience is at its end: a store may hold rows back for a moment.
std::vector<OutboxRow> wait_for(OutboxStore& store, std::span<const ShardLease> leases, std::size_t count) {
    std::vector<OutboxRow> rows;
    const auto end = std::chrono::steady_clock::now() + subject().patience();
    while (rows.size() < count && std::chrono::steady_clock::now() < end)
        for (OutboxRow& row : pending(store, leases)) rows.push_back(std::move(row));
    return rows;
}

std::vector<std::string> ids(const std::vector<OutboxRow>& rows, std::string_view aggregate) {
    std::vector<std::string> found;
    for (const OutboxRow& row : rows)
        if (row.record.key == aggregate) found.push_back(row.record.event_id);
    return found;
}

std::vector<std::string> ids(const OutboxBatch& batch, std::string_view aggregate) {
    std::vector<std::string> found;
    for (const PreparedRow& row : batch.rows())
        if (row.aggregate_id == aggregate) found.push_back(row.record.event_id);
    return found;
}

void publish(OutboxStore& store, std::span<const ShardLease> leases, const std::vector<OutboxRow>& rows) {
    std::vector<const OutboxRow*> all;
    for (const OutboxRow& row : rows) all.push_back(&row);
    store.mark_published(leases, all).value();
}

Error rejected() { return {.kind = ErrorKind::permanent, .code = "broker.too_large", .message = "too large"}; }

void fail(OutboxStore& store, std::span<const ShardLease> leases, const OutboxRow& row, bool blocked,
          Duration delay = 0ms) {
    const RowFailure failure{row.seq, row.shard, rejected(), blocked, delay};
    store.mark_failed(leases, {&failure, 1}).value();
}

}  // namespace

CONTRACT_CASE("committed rows come out whole, per aggregate in order", "[outbox]") {
    const auto store = empty_store();
    const auto leases = store->lease("relay", long_lease).value();
    const OutboxBatch batch = append({"a", "b", "a", "c", "a"});
    const auto rows = wait_for(*store, leases, 5);
    REQUIRE(rows.size() == 5);
    for (const char* aggregate : {"a", "b", "c"}) CHECK(ids(rows, aggregate) == ids(batch, aggregate));
    for (const OutboxRow& row : rows) {
        const auto same = [&](const PreparedRow& one) { return one.record.event_id == row.record.event_id; };
        const auto prepared = std::find_if(batch.rows().begin(), batch.rows().end(), same);
        REQUIRE(prepared != batch.rows().end());
        CHECK(row.record.topic == topic);
        CHECK(row.record.value == prepared->record.value);
        CHECK(row.record.headers == prepared->record.headers);
        CHECK(row.attempts == 0);
        CHECK_FALSE(row.unreadable);
        CHECK(row.shard == outbox_shard(*row.record.key));
    }
}

CONTRACT_CASE("no lease, no rows, and never more than asked for", "[outbox]") {
    const auto store = empty_store();
    append({"a", "a", "a"});
    CHECK(pending(*store, {}).empty());
    const auto leases = store->lease("relay", long_lease).value();
    CHECK(leases.size() == static_cast<std::size_t>(outbox_shards));
    CHECK(wait_for(*store, leases, 1).size() <= 3);
    store->rewind();
    CHECK(pending(*store, leases, 2).size() <= 2);
}

CONTRACT_CASE("a row that was handed out and not marked comes again after a rewind", "[outbox]") {
    const auto store = empty_store();
    const auto leases = store->lease("relay", long_lease).value();
    append({"a", "b"});
    REQUIRE(wait_for(*store, leases, 2).size() == 2);
    store->rewind();
    CHECK(wait_for(*store, leases, 2).size() == 2);
}

CONTRACT_CASE("a published row is gone, and marking it again is no error", "[outbox]") {
    const auto store = empty_store();
    const auto leases = store->lease("relay", long_lease).value();
    const OutboxBatch batch = append({"a", "a"});
    auto rows = wait_for(*store, leases, 2);
    REQUIRE(rows.size() == 2);
    const std::vector<OutboxRow> first{rows[0]};
    publish(*store, leases, first);
    publish(*store, leases, first);
    CHECK(store->status(10).value().pending == 1);
    store->rewind();
    CHECK(ids(wait_for(*store, leases, 1), "a") == std::vector{batch.rows()[1].record.event_id});
}

CONTRACT_CASE("a row is known by its number and its event id together", "[outbox]") {
    const auto store = empty_store();
    const auto leases = store->lease("relay", long_lease).value();
    append({"a"});
    auto rows = wait_for(*store, leases, 1);
    REQUIRE(rows.size() == 1);
    rows[0].record.event_id = "another event";
    publish(*store, leases, rows);
    CHECK(store->status(10).value().pending == 1);
}

CONTRACT_CASE("a row that failed for now holds back its aggregate and no other", "[outbox]") {
    const auto store = empty_store();
    const auto leases = store->lease("relay", long_lease).value();
    append({"a", "a", "b"});
    const auto rows = wait_for(*store, leases, 3);
    REQUIRE(rows.size() == 3);
    const auto first =
        std::find_if(rows.begin(), rows.end(), [](const OutboxRow& row) { return row.record.key == "a"; });
    fail(*store, leases, *first, false, 1h);
    store->rewind();
    const auto later = wait_for(*store, leases, 1);
    REQUIRE(later.size() == 1);
    CHECK(later[0].record.key == "b");
    CHECK(store->status(10).value().blocked.empty());
}

CONTRACT_CASE("a row that failed comes again after its delay with its attempts counted", "[outbox]") {
    const auto store = empty_store();
    const auto leases = store->lease("relay", long_lease).value();
    append({"a"});
    const auto rows = wait_for(*store, leases, 1);
    REQUIRE(rows.size() == 1);
    fail(*store, leases, rows[0], false, 100ms);
    store->rewind();
    subject().pass(150ms);
    const auto again = wait_for(*store, leases, 1);
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 1);
    CHECK(again[0].record.event_id == rows[0].record.event_id);
}

CONTRACT_CASE("a rejected row holds back what follows it until it is tried again", "[outbox]") {
    const auto store = empty_store();
    const auto leases = store->lease("relay", long_lease).value();
    const OutboxBatch batch = append({"a", "a", "a", "b"});
    const auto rows = wait_for(*store, leases, 4);
    REQUIRE(rows.size() == 4);
    const auto first =
        std::find_if(rows.begin(), rows.end(), [](const OutboxRow& row) { return row.record.key == "a"; });
    fail(*store, leases, *first, true);
    const auto status = store->status(10).value();
    CHECK(status.pending == 4);
    REQUIRE(status.blocked.size() == 1);
    CHECK(status.blocked[0].event_id == first->record.event_id);
    CHECK(status.blocked[0].aggregate_id == "a");
    CHECK(status.blocked[0].topic == topic);
    CHECK(status.blocked[0].waiting_behind == 2);
    CHECK(status.blocked[0].error.find("too large") != std::string::npos);
    store->rewind();
    CHECK(ids(wait_for(*store, leases, 1), "a").empty());
    store->resolve(first->seq, Resolution::retry).value();
    store->rewind();
    CHECK(ids(wait_for(*store, leases, 4), "a") == ids(batch, "a"));
}

CONTRACT_CASE("a rejected row may be dropped, or sent to the dead letters of its topic", "[outbox]") {
    const auto store = empty_store();
    const auto leases = store->lease("relay", long_lease).value();
    append({"a", "b"});
    const auto rows = wait_for(*store, leases, 2);
    REQUIRE(rows.size() == 2);
    for (const OutboxRow& row : rows) fail(*store, leases, row, true);
    store->resolve(rows[0].seq, Resolution::skip).value();
    store->resolve(rows[1].seq, Resolution::dead_letter).value();
    CHECK(store->status(10).value().pending == 1);
    store->rewind();
    const auto letters = wait_for(*store, leases, 1);
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].record.topic == std::string{topic} + ".dlq");
    CHECK(letters[0].record.event_id == rows[1].record.event_id);
    const auto refused = store->resolve(rows[0].seq, Resolution::retry);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::invalid_argument);
}

CONTRACT_CASE("no shard has two holders, and what is released can be taken at once", "[outbox]") {
    const auto first = empty_store();
    const auto second = subject().open();
    const auto held = first->lease("first", long_lease).value();
    REQUIRE(held.size() == static_cast<std::size_t>(outbox_shards));
    CHECK(second->lease("second", long_lease).value().empty());
    first->release("first").value();
    std::vector<ShardLease> taken;
    const auto end = std::chrono::steady_clock::now() + subject().patience();
    while (taken.empty() && std::chrono::steady_clock::now() < end) taken = second->lease("second", long_lease).value();
    REQUIRE_FALSE(taken.empty());
    for (const ShardLease& lease : taken) {
        const auto same = [&](const ShardLease& one) { return one.shard == lease.shard; };
        CHECK(lease.token > std::find_if(held.begin(), held.end(), same)->token);
    }
}

CONTRACT_CASE("a relay whose lease was taken over marks nothing any more", "[outbox]") {
    const auto late = empty_store();
    const auto next = subject().open();
    append({"a"});
    const auto lost = late->lease("late", 500ms).value();
    const auto rows = wait_for(*late, lost, 1);
    REQUIRE(rows.size() == 1);
    std::vector<ShardLease> taken;
    const auto end = std::chrono::steady_clock::now() + subject().patience();
    while (taken.size() < lost.size() && std::chrono::steady_clock::now() < end) {
        subject().pass(50ms);
        taken = next->lease("next", long_lease).value();
    }
    REQUIRE(taken.size() == lost.size());
    const std::vector<const OutboxRow*> all{&rows[0]};
    const auto refused = late->mark_published(lost, all);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::fenced);
    CHECK(refused.error().code == "outbox.lease_lost");
    const RowFailure failure{rows[0].seq, rows[0].shard, rejected(), true, 0ms};
    const auto not_failed = late->mark_failed(lost, {&failure, 1});
    REQUIRE_FALSE(not_failed);
    CHECK(not_failed.error().code == "outbox.lease_lost");
    const auto again = wait_for(*next, taken, 1);
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 0);
    publish(*next, taken, again);
    CHECK(next->status(10).value().pending == 0);
}

CONTRACT_CASE("the status counts what waits and knows the age of the oldest", "[outbox]") {
    const auto store = empty_store();
    CHECK(store->status(10).value().pending == 0);
    CHECK_FALSE(store->status(10).value().oldest);
    append({"a", "b"});
    const auto status = store->status(10).value();
    CHECK(status.pending == 2);
    REQUIRE(status.oldest);
    CHECK(*status.oldest >= 0ms);
}
