#include "unit/memory/support.hpp"

using namespace memory_test;

TEST_CASE("topics are created by the first write only when the options say so", "[memory][unit]") {
    CountingSink sink;
    memory::Broker strict;
    strict.port().writer({}, sink).value()->write({.topic = "new", .value = "v"}, 1).value();
    CHECK(sink.failed == 1);
    CHECK(sink.last_code == codes::topic_unknown);
    memory::Broker lenient{{.auto_create_partitions = 3}};
    lenient.port().writer({}, sink).value()->write({.topic = "new", .value = "v"}, 1).value();
    CHECK(sink.stored == 1);
    CHECK(lenient.port().admin().value()->describe_topic("new", 0ms)->partitions == 3);
}

TEST_CASE("records without a key go round the partitions", "[memory][unit]") {
    World world{{.partitions = 3}};
    for (int i = 0; i < 6; ++i) world.writer->write({.topic = "t", .value = std::to_string(i)}, 1).value();
    std::vector<std::int32_t> partitions;
    for (const Record& record : world.broker.records("t")) partitions.push_back(record.partition.value_or(-1));
    CHECK(partitions == std::vector<std::int32_t>{0, 0, 1, 1, 2, 2});
}

TEST_CASE("what is handed out outlives the broker", "[memory][unit]") {
    CountingSink sink;
    std::unique_ptr<Writer> writer;
    std::unique_ptr<Reader> reader;
    std::unique_ptr<Admin> admin;
    std::unique_ptr<TransactionalWriter> transaction;
    {
        memory::Broker broker;
        broker.create_topic({.name = "t"}).value();
        writer = broker.port().writer({}, sink).value();
        reader = broker.port().reader({.group = "g", .topics = {"t"}}, nullptr).value();
        admin = broker.port().admin().value();
        transaction = broker.port().transactional_writer({.transactional_id = "id"}, sink).value();
    }
    writer->write({.topic = "t", .value = "v"}, 1).value();
    CHECK(poll_offsets(*reader).size() == 1);
    CHECK(admin->watermarks({"t", 0}, 0ms)->high == 1);
    transaction->begin().value();
}

TEST_CASE("a topic that was created anew under a reader's feet is reported", "[memory][unit]") {
    World world;
    world.write("k", "v");
    const auto reader = world.reader({});
    const std::vector<PartitionOffset> start{{"t", 0, 0, ""}};
    reader->assign(start).value();
    CHECK(poll_offsets(*reader).size() == 1);
    const auto admin = world.broker.port().admin().value();
    admin->delete_topic("t", 0ms).value();
    world.broker.create_topic({.name = "t"}).value();
    std::vector<ReceivedRecord> records;
    const auto polled = reader->poll(records, 1, 0ms);
    REQUIRE_FALSE(polled);
    CHECK(polled.error().code == codes::reader_topic_unknown);
    CHECK(polled.error().message.find("created again") != std::string::npos);
}

TEST_CASE("deleting a topic takes it from the group, with what it had committed", "[memory][unit]") {
    World world;
    world.broker.create_topic({.name = "other"}).value();
    world.write("k", "v");
    const auto reader = world.reader({.group = "g", .topics = {"t", "other"}});
    CHECK(poll_offsets(*reader).size() == 1);
    const std::vector<PartitionOffset> position{{"t", 0, 1, ""}};
    reader->commit(position, 0ms).value();
    const auto admin = world.broker.port().admin().value();
    admin->delete_topic("t", 0ms).value();
    CHECK(admin->group_offsets("g", 0ms)->empty());
    std::vector<ReceivedRecord> records;
    CHECK_FALSE(reader->poll(records, 1, 0ms));
    CHECK(reader->assignment() == std::vector<TopicPartition>{{"other", 0}});
    CHECK(reader->poll(records, 1, 0ms));
    world.broker.create_topic({.name = "t"}).value();
    world.write("k", "again");
    CHECK(poll_offsets(*reader) == std::vector<std::int64_t>{0});
}

TEST_CASE("a wall clock that jumps neither expires members nor transactions", "[memory][unit]") {
    World world;
    const auto reader = world.reader({.group = "g", .topics = {"t"}});
    poll_offsets(*reader);
    const auto transaction = world.broker.port().transactional_writer({.transactional_id = "id"}, world.sink).value();
    transaction->begin().value();
    transaction->write({.topic = "t", .value = "v"}, 1).value();
    world.clock->jump_to(world.clock->now() + std::chrono::hours{10'000});
    CHECK(transaction->commit(0ms));
    world.clock->jump_to(Timestamp{});
    CHECK(poll_offsets(*reader).size() == 1);
    const std::vector<PartitionOffset> position{{"t", 0, 1, ""}};
    CHECK(reader->commit(position, 0ms));
    world.broker.clean();
    CHECK(world.values().size() == 1);
}

TEST_CASE("a member is dead when its time between polls has passed, to the millisecond", "[memory][unit]") {
    World world;
    const auto one = world.reader({.group = "g", .topics = {"t"}, .max_poll_interval = 10s});
    poll_offsets(*one);
    const std::vector<PartitionOffset> position{{"t", 0, 0, ""}};
    world.clock->advance(9'999ms);
    CHECK(one->commit(position, 0ms));
    world.clock->advance(1ms);
    const auto late = one->commit(position, 0ms);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == codes::not_owner);
    poll_offsets(*one);
    CHECK(one->commit(position, 0ms));
}

TEST_CASE("the transaction's time begins with its first record", "[memory][unit]") {
    World world;
    const auto transaction =
        world.broker.port()
            .transactional_writer({.transactional_id = "id", .transaction_timeout = 5s}, world.sink)
            .value();
    transaction->begin().value();
    world.clock->advance(1h);
    transaction->write({.topic = "t", .value = "v"}, 1).value();
    world.clock->advance(4'999ms);
    CHECK(transaction->commit(0ms));
    transaction->begin().value();
    transaction->write({.topic = "t", .value = "v"}, 2).value();
    world.clock->advance(5s);
    const auto late = transaction->commit(0ms);
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == ErrorKind::fenced);
    CHECK(late.error().message.find("timeout") != std::string::npos);
}

TEST_CASE("a listener may commit, seek and pause inside its calls", "[memory][unit]") {
    struct Busy final : RebalanceListener {
        Reader* reader = nullptr;
        bool committed = false;
        void assigned(std::span<AssignedPartition> partitions) noexcept override {
            for (const AssignedPartition& each : partitions) {
                const std::vector<TopicPartition> place{{each.topic, each.partition}};
                if (each.partition == 0) (void)reader->seek(place[0], 2);
                if (each.partition == 1) reader->pause(place);
            }
        }
        void revoked(std::span<const TopicPartition> partitions) noexcept override {
            std::vector<PartitionOffset> positions;
            for (const TopicPartition& each : partitions) positions.push_back({each.topic, each.partition, 3, "bye"});
            committed = reader->commit(positions, 0ms).has_value();
        }
        void lost(std::span<const TopicPartition>) noexcept override {}
    };
    World world{{.partitions = 2}};
    for (int i = 0; i < 6; ++i) world.writer->write({.topic = "t", .value = "v", .partition = i % 2}, 1).value();
    Busy listener;
    const auto reader = world.reader({.group = "g", .topics = {"t"}}, &listener);
    listener.reader = reader.get();
    CHECK(poll_offsets(*reader) == std::vector<std::int64_t>{2});
    reader->close(0ms);
    CHECK(listener.committed);
    const auto next = world.reader({.group = "g", .topics = {"t"}});
    CHECK(poll_offsets(*next).empty());
}

TEST_CASE("a member whose listener takes too long is put out and joins again", "[memory][unit]") {
    struct Slow final : RebalanceListener {
        testing::ManualClock* clock = nullptr;
        std::unique_ptr<Reader>* rival = nullptr;
        int slow_calls = 0;
        int lost_partitions = 0;
        void assigned(std::span<AssignedPartition>) noexcept override {}
        void revoked(std::span<const TopicPartition>) noexcept override {
            if (slow_calls++ > 0) return;
            clock->advance(1h);
            std::vector<ReceivedRecord> records;
            (void)(*rival)->poll(records, 1, 0ms);
        }
        void lost(std::span<const TopicPartition> partitions) noexcept override {
            lost_partitions += static_cast<int>(partitions.size());
        }
    };
    World world{{.partitions = 2}};
    Slow listener;
    const auto reader = world.reader({.group = "g", .topics = {"t"}, .cooperative = false}, &listener);
    poll_offsets(*reader);
    std::unique_ptr<Reader> rival = world.reader({.group = "g", .topics = {"t"}, .cooperative = false});
    listener.clock = world.clock.get();
    listener.rival = &rival;
    poll_offsets(*rival);
    poll_offsets(*reader);
    poll_offsets(*rival);
    CHECK(listener.slow_calls == 1);
    CHECK(listener.lost_partitions == 0);
    CHECK(reader->assignment().size() == 1);
    CHECK(rival->assignment().size() == 1);
}

TEST_CASE("rebalances of many members leave every partition with one reader", "[memory][unit]") {
    World world{{.partitions = 17}};
    std::vector<std::unique_ptr<Reader>> members;
    unsigned random = 12345;
    const auto next = [&](unsigned bound) { return (random = random * 1'664'525U + 1'013'904'223U) / 65'536U % bound; };
    for (int step = 0; step < 400; ++step) {
        if (members.empty() || next(3) != 0) {
            members.push_back(world.reader({.group = "g", .topics = {"t"}, .cooperative = next(2) == 0}));
        } else {
            members.erase(members.begin() + next(static_cast<unsigned>(members.size())));
        }
        if (members.size() > 12) members.pop_back();
        for (int i = 0; i < 3 && !members.empty(); ++i)
            poll_offsets(*members[next(static_cast<unsigned>(members.size()))]);
        std::vector<TopicPartition> owned;
        for (const auto& member : members) {
            for (TopicPartition& each : member->assignment()) owned.push_back(std::move(each));
        }
        std::sort(owned.begin(), owned.end());
        REQUIRE(std::adjacent_find(owned.begin(), owned.end()) == owned.end());
    }
    for (int round = 0; round < 3; ++round) {
        for (const auto& member : members) poll_offsets(*member);
    }
    std::size_t total = 0;
    for (const auto& member : members) {
        const std::size_t share = member->assignment().size();
        CHECK(share >= 17 / members.size());
        CHECK(share <= 17 / members.size() + 1);
        total += share;
    }
    CHECK(total == (members.empty() ? 0U : 17U));
}
