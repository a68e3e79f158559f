#include "snapshot/snapshot_record.hpp"
#include "support/account_events.hpp"
#include "support/catch.hpp"

#include <eventsdk/core/time.hpp>
#include <eventsdk/event/json.hpp>
#include <eventsdk/schema/schema_set.hpp>

#include <fstream>
#include <iterator>

using namespace eventsdk;
using snapshot::SnapshotRecord;
using support::Account;

namespace {

SnapshotRecord some_snapshot() {
    const Account account{7, 217, {"coffee"}};
    SnapshotRecord record{2, "a-1", 12, parse_date_time("2026-11-20T12:00:00.1234Z").value().utc,
                          snapshot::encode_state(describe_aggregate<Account>(), &account).value()};
    record.covers = snapshot::Place{"test.bank.account", "id", 4, 3, 1'234, "e-12"};
    record.recent = {1, 0xffffffffffffffffU};
    return record;
}

const std::string written = snapshot::encode_snapshot("account", some_snapshot());

std::string code_of(std::string_view value, std::string_view id = "a-1") {
    auto decoded = snapshot::decode_snapshot("account", id, value);
    return decoded ? "" : decoded.error().code;
}

}  // namespace

TEST_CASE("a snapshot record has the members of the wire format, in order", "[snapshot][unit]") {
    REQUIRE(written.starts_with(
        R"({"schemaVersion":2,"type":"account.snapshot","aggregateId":"a-1","revision":12,)"
        R"("occurredAt":"2026-11-20T12:00:00.124Z","state":{"balance":7,"chain":217,"reasons":["coffee"]},)"
        R"("covers":{"topic":"test.bank.account","partition":3,"offset":1234,"partitions":4,"topicId":"id",)"
        R"("eventId":"e-12","recent":["0000000000000001","ffffffffffffffff"]},"checksum":")"));
    REQUIRE(written.size() == written.find("\"checksum\":\"") + 12 + 64 + 2);
}

TEST_CASE("a snapshot record is what its published schema says", "[snapshot][unit]") {
    std::ifstream file{EVENTSDK_TEST_SOURCE_DIR "/../schemas/envelope/snapshot.schema.json"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const Schema schema = SchemaSet::compile(text).value();
    REQUIRE(schema.validate(written));
}

TEST_CASE("a snapshot record read is the one that was written", "[snapshot][unit]") {
    const SnapshotRecord read = snapshot::decode_snapshot("account", "a-1", written).value();
    REQUIRE(read.version == 2);
    REQUIRE(read.revision == 12);
    REQUIRE(format_timestamp(read.occurred_at) == "2026-11-20T12:00:00.124Z");
    REQUIRE(read.covers->topic == "test.bank.account");
    REQUIRE(read.covers->topic_id == "id");
    REQUIRE(read.covers->partitions == 4);
    REQUIRE(read.covers->partition == 3);
    REQUIRE(read.covers->offset == 1'234);
    REQUIRE(read.covers->event_id == "e-12");
    REQUIRE(read.recent == some_snapshot().recent);
    Account account;
    REQUIRE(snapshot::fill_state(describe_aggregate<Account>(), {}, read, &account));
    REQUIRE(account == Account{7, 217, {"coffee"}});
}

TEST_CASE("a snapshot of which any part is lost or changed is refused", "[snapshot][unit]") {
    for (std::size_t size = 0; size < written.size(); ++size)
        REQUIRE(code_of(std::string_view{written}.substr(0, size)) == "snapshot.record");
    for (std::size_t at = 0; at < written.size(); ++at) {
        std::string changed = written;
        changed[at] = changed[at] == '7' ? '8' : '7';
        if (changed != written) REQUIRE(code_of(changed) == "snapshot.record");
    }
    REQUIRE(code_of(written, "a-2") == "snapshot.record");
    REQUIRE(code_of("null") == "snapshot.record");
    REQUIRE(code_of(R"({"schemaVersion":1,"type":"account.snapshot","revision":3})") == "snapshot.record");
}

TEST_CASE("the plain snapshots of others are read", "[snapshot][unit]") {
    const auto plain = snapshot::decode_snapshot(
        "account", "a-1",
        R"({"schemaVersion":1,"type":"account.snapshot","revision":3,"occurredAt":"2026-11-20T12:00:00+01:00",)"
        R"("state":{"balance":1}})");
    REQUIRE(plain);
    REQUIRE(plain->revision == 3);
    REQUIRE_FALSE(plain->covers);
    REQUIRE(plain->state == R"({"balance":1})");
}

TEST_CASE("older states are upcast, newer ones refused", "[snapshot][unit]") {
    SnapshotRecord record = some_snapshot();
    record.version = 1;
    record.state = R"({"balance":5})";
    Account account;
    const std::map<std::int32_t, Upcaster> upcasters{{1, [](nlohmann::json& state) {
                                                          state["chain"] = 9;
                                                          state["reasons"] = nlohmann::json::array();
                                                      }}};
    REQUIRE(snapshot::fill_state(describe_aggregate<Account>(), upcasters, record, &account));
    REQUIRE(account == Account{5, 9, {}});
    REQUIRE(snapshot::fill_state(describe_aggregate<Account>(), {}, record, &account).error().code ==
            "snapshot.state_version");
    const std::map<std::int32_t, Upcaster> failing{{1, [](nlohmann::json&) { throw std::runtime_error{"no"}; }}};
    REQUIRE(snapshot::fill_state(describe_aggregate<Account>(), failing, record, &account).error().code ==
            "snapshot.upcast");
    record.version = 3;
    REQUIRE(snapshot::fill_state(describe_aggregate<Account>(), upcasters, record, &account).error().code ==
            "snapshot.state_version");
}

namespace {

struct Listed {
    std::vector<int> items{};
};
void to_json(nlohmann::json& json, const Listed& listed) { json = listed.items; }
void from_json(const nlohmann::json& json, Listed& listed) { json.get_to(listed.items); }

}  // namespace

template <>
struct eventsdk::AggregateTraits<Listed> {
    static constexpr AggregateType type{"bank", "account"};
    using Events = std::variant<support::Deposited>;
    static void apply(Listed& state, const support::Deposited&) { state.items.push_back(1); }
};

TEST_CASE("a state that is no JSON object is refused", "[snapshot][unit]") {
    const Listed listed{{1, 2}};
    REQUIRE(snapshot::encode_state(describe_aggregate<Listed>(), &listed).error().code == "snapshot.state");
}
