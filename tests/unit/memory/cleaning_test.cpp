#include "unit/memory/support.hpp"

using namespace memory_test;

TEST_CASE("retention by time cuts off the front and raises the low watermark", "[memory][unit]") {
    World world{{.retention = 1h}};
    world.write("a", "old");
    world.clock->advance(50min);
    world.write("a", "newer");
    world.clock->advance(20min);
    world.broker.clean();
    CHECK(world.values() == std::vector<std::string>{"newer"});
    CHECK(world.watermarks().low == 1);
    CHECK(world.watermarks().high == 2);
    world.clock->advance(1h);
    world.broker.clean();
    CHECK(world.values().empty());
    CHECK(world.watermarks().low == 2);
}

TEST_CASE("retention for ever keeps everything", "[memory][unit]") {
    World world{{.retention = Duration::max()}};
    world.write("a", "old");
    world.clock->advance(std::chrono::hours{24 * 365 * 50});
    world.broker.clean();
    CHECK(world.values().size() == 1);
}

TEST_CASE("a record that is not expired protects those behind it", "[memory][unit]") {
    World world{{.retention = 1h}};
    const Timestamp now = world.clock->now();
    world.writer->write({.topic = "t", .value = "young", .timestamp = now}, 1).value();
    world.writer->write({.topic = "t", .value = "old", .timestamp = now - 3h}, 2).value();
    world.broker.clean();
    CHECK(world.values() == std::vector<std::string>{"young", "old"});
}

TEST_CASE("retention by size keeps the newest records that fit", "[memory][unit]") {
    World world{{.config = {{"retention.bytes", "10"}}}};
    for (int i = 0; i < 6; ++i) world.write(std::nullopt, "abc" + std::to_string(i));
    world.broker.clean();
    CHECK(world.values() == std::vector<std::string>{"abc4", "abc5"});
    CHECK(world.watermarks().low == 4);
}

TEST_CASE("retention stops at an open transaction", "[memory][unit]") {
    World world{{.retention = 1h}};
    world.write("a", "before");
    const auto transaction =
        world.broker.port()
            .transactional_writer({.transactional_id = "id", .transaction_timeout = 15min}, world.sink)
            .value();
    transaction->begin().value();
    const Record old{.topic = "t", .value = "open", .partition = 0, .timestamp = world.clock->now() - 5h};
    transaction->write(old, 1).value();
    world.clock->jump_to(world.clock->now() + 2h);
    world.broker.clean();
    CHECK(world.watermarks().low == 1);
    transaction->commit(0ms).value();
    world.broker.clean();
    CHECK(world.watermarks().low == 2);
}

TEST_CASE("compaction keeps the newest record of each key and leaves gaps", "[memory][unit]") {
    World world{{.cleanup = CleanupPolicy::compact}};
    for (int i = 0; i < 10; ++i) world.write(i % 2 == 0 ? "even" : "odd", std::to_string(i));
    world.write("single", "s");
    world.broker.clean();
    CHECK(world.values() == std::vector<std::string>{"8", "9", "s"});
    CHECK(world.watermarks().low == 0);
    CHECK(world.watermarks().high == 11);
    const auto reader = world.reader({});
    const std::vector<PartitionOffset> from_three{{"t", 0, 3, ""}};
    reader->assign(from_three).value();
    CHECK(poll_offsets(*reader) == std::vector<std::int64_t>{8, 9, 10});
    world.write("odd", "last");
    CHECK(poll_offsets(*reader) == std::vector<std::int64_t>{11});
}

TEST_CASE("a tombstone outlives the value that it deletes, for the time that the topic says", "[memory][unit]") {
    World world{{.cleanup = CleanupPolicy::compact, .config = {{"delete.retention.ms", "60000"}}}};
    world.write("k", "v");
    world.write("k", std::nullopt);
    world.broker.clean();
    CHECK(world.values() == std::vector<std::string>{"(null)"});
    world.clock->advance(59s);
    world.broker.clean();
    CHECK(world.values().size() == 1);
    world.clock->advance(1s);
    world.broker.clean();
    CHECK(world.values().empty());
    CHECK(world.watermarks().high == 2);
}

TEST_CASE("compaction does not touch open transactions and drops aborted records", "[memory][unit]") {
    World world{{.cleanup = CleanupPolicy::compact}};
    const auto transaction = world.broker.port().transactional_writer({.transactional_id = "id"}, world.sink).value();
    world.write("k", "committed");
    transaction->begin().value();
    transaction->write({.topic = "t", .key = "k", .value = "open"}, 1).value();
    world.write("k", "later");
    world.broker.clean();
    const auto reader = world.reader({.isolation = Isolation::read_uncommitted});
    const std::vector<PartitionOffset> start{{"t", 0, 0, ""}};
    reader->assign(start).value();
    CHECK(poll_offsets(*reader) == std::vector<std::int64_t>{0, 1, 2});
    transaction->abort(0ms).value();
    world.broker.clean();
    CHECK(world.values() == std::vector<std::string>{"later"});
    reader->assign(start).value();
    CHECK(poll_offsets(*reader) == std::vector<std::int64_t>{2});
}

TEST_CASE("a record that a reader holds survives compaction and the topic's end", "[memory][unit]") {
    World world{{.cleanup = CleanupPolicy::compact}};
    world.write("k", "first");
    const auto reader = world.reader({});
    const std::vector<PartitionOffset> start{{"t", 0, 0, ""}};
    reader->assign(start).value();
    std::vector<ReceivedRecord> held;
    reader->poll(held, 1, 0ms).value();
    world.write("k", "second");
    world.broker.clean();
    world.broker.port().admin().value()->delete_topic("t", 0ms).value();
    CHECK(held.at(0).value == "first");
    CHECK(held.at(0).topic == "t");
}
