#include "contract/cases.hpp"
#include "support/catch.hpp"

using namespace eventsdk;

CONTRACT_CASES(index_test)

namespace {

const TopicPartition orders{"orders", 0};
constexpr const char* topic_id = "the first topic of that name";

std::shared_ptr<EventIndex> empty_index() {
    contract::subjects().index->clear();
    return contract::subjects().index->open();
}

ReceivedRecord record(std::int64_t offset, std::optional<std::string> key, std::optional<std::string> value = "event",
                      const std::string& topic = "orders") {
    return make_received({.topic = topic,
                          .key = std::move(key),
                          .value = std::move(value),
                          .headers = {{"n", std::to_string(offset)}},
                          .timestamp = Timestamp{std::chrono::seconds{1'700'000'000}}},
                         0, offset);
}

std::vector<ReceivedRecord> five() {
    std::vector<ReceivedRecord> records;
    for (const char* key : {"a", "b", "a", "a", "b"})
        records.push_back(record(static_cast<std::int64_t>(records.size()), key));
    return records;
}

std::vector<std::int64_t> offsets(EventIndex& index, std::string_view key, std::int64_t from, std::int64_t to,
                                  const TopicPartition& partition = orders) {
    std::vector<std::int64_t> found;
    for (const IndexedRecord& one : index.find(partition, key, from, to).value()) found.push_back(one.offset);
    return found;
}

using Offsets = std::vector<std::int64_t>;

}  // namespace

CONTRACT_CASE("an index knows nothing of a partition before something was added", "[index]") {
    const auto index = empty_index();
    CHECK(index->partition(orders).value().next == 0);
    CHECK(offsets(*index, "a", 0, 100).empty());
}

CONTRACT_CASE("a key's records are found in order, from an offset up to another", "[index]") {
    const auto index = empty_index();
    index->add(orders, topic_id, 0, five(), 5).value();
    CHECK(index->partition(orders).value().next == 5);
    CHECK(index->partition(orders).value().topic_id == topic_id);
    CHECK(offsets(*index, "a", 0, 5) == Offsets{0, 2, 3});
    CHECK(offsets(*index, "a", 1, 3) == Offsets{2});
    CHECK(offsets(*index, "b", 0, 5) == Offsets{1, 4});
    CHECK(offsets(*index, "c", 0, 5).empty());
    CHECK(offsets(*index, "a", 0, 5, {"orders", 1}).empty());
}

CONTRACT_CASE("an index goes on where it ends, past what it was not given", "[index]") {
    const auto index = empty_index();
    index->add(orders, topic_id, 0, five(), 5).value();
    std::vector<ReceivedRecord> later;
    later.push_back(record(8, "a"));
    index->add(orders, topic_id, 5, later, 10).value();
    CHECK(index->partition(orders).value().next == 10);
    CHECK(offsets(*index, "a", 0, 10) == Offsets{0, 2, 3, 8});
}

CONTRACT_CASE("an index that does not end where the records begin is left alone", "[index]") {
    const auto index = empty_index();
    index->add(orders, topic_id, 0, five(), 5).value();
    std::vector<ReceivedRecord> later;
    later.push_back(record(4, "a"));
    const auto refused = index->add(orders, topic_id, 4, later, 6);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(refused.error().code == "index.moved");
    CHECK(index->partition(orders).value().next == 5);
    CHECK(offsets(*index, "a", 0, 10) == Offsets{0, 2, 3});
}

CONTRACT_CASE("a topic that was made anew is indexed anew", "[index]") {
    const auto index = empty_index();
    index->add(orders, topic_id, 0, five(), 5).value();
    std::vector<ReceivedRecord> first;
    first.push_back(record(0, "b"));
    index->add(orders, "the second", 0, first, 1).value();
    CHECK(index->partition(orders).value().topic_id == "the second");
    CHECK(index->partition(orders).value().next == 1);
    CHECK(offsets(*index, "a", 0, 10).empty());
    CHECK(offsets(*index, "b", 0, 10) == Offsets{0});
}

CONTRACT_CASE("records without a key are passed over, those without a value are places", "[index]") {
    const auto index = empty_index();
    std::vector<ReceivedRecord> records;
    records.push_back(record(0, std::nullopt));
    records.push_back(record(1, "a", std::nullopt));
    records.push_back(record(2, ""));
    index->add(orders, topic_id, 0, records, 3).value();
    CHECK(offsets(*index, "a", 0, 3) == Offsets{1});
    CHECK(offsets(*index, "", 0, 3) == Offsets{2});
    CHECK_FALSE(index->find(orders, "a", 0, 3).value()[0].record);
}

CONTRACT_CASE("bytes that an index keeps are those of the record", "[index]") {
    const auto index = empty_index();
    std::vector<ReceivedRecord> records;
    records.push_back(record(0, "a", std::string{"{\"text\": \"zero \0 and ü\"}", 25}));
    index->add(orders, topic_id, 0, records, 1).value();
    const auto found = index->find(orders, "a", 0, 1).value();
    REQUIRE(found.size() == 1);
    if (!found[0].record) return;  // it keeps none
    const Record expected = records[0].to_record();
    CHECK(found[0].record->key == expected.key);
    CHECK(found[0].record->value == expected.value);
    CHECK(found[0].record->headers == expected.headers);
    CHECK(found[0].record->timestamp == expected.timestamp);
}

CONTRACT_CASE("clearing a topic leaves the others", "[index]") {
    const auto index = empty_index();
    const TopicPartition returns{"returns", 0};
    index->add(orders, topic_id, 0, five(), 5).value();
    std::vector<ReceivedRecord> other;
    other.push_back(record(0, "a", "event", "returns"));
    index->add(returns, topic_id, 0, other, 1).value();
    index->clear("orders").value();
    CHECK(index->partition(orders).value().next == 0);
    CHECK(offsets(*index, "a", 0, 5).empty());
    CHECK(offsets(*index, "a", 0, 5, returns) == Offsets{0});
}

CONTRACT_CASE("what one index adds, another one of the store finds", "[index]") {
    const auto first = empty_index();
    const auto second = contract::subjects().index->open();
    first->add(orders, topic_id, 0, five(), 5).value();
    CHECK(second->partition(orders).value().next == 5);
    CHECK(offsets(*second, "b", 0, 5) == Offsets{1, 4});
}
