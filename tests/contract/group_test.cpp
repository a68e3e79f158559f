#include "contract/support.hpp"

using namespace contract;

CONTRACT_CASES(group_test)

namespace {

std::string topic_with(int count, std::int32_t partitions = 1) {
    const std::string topic = fresh_topic(partitions);
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) records.push_back(text(topic, std::to_string(i), i % partitions));
    WriterUnderTest{}.write_all(records);
    return topic;
}

std::vector<PartitionOffset> at(const std::string& topic, std::int64_t offset, std::string metadata = {}) {
    return {{topic, 0, offset, std::move(metadata)}};
}

PartitionOffset committed(Reader& reader, const std::string& topic, std::int32_t partition = 0) {
    const std::vector<TopicPartition> partitions{{topic, partition}};
    return reader.committed(partitions, bound()).value().at(0);
}

}  // namespace

CONTRACT_CASE("a group without a commit starts at the earliest record", "[broker][group]") {
    const std::string topic = topic_with(3);
    RecordingListener listener;
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}}, &listener);
    CHECK(values(read(*reader, 3)) == std::vector<std::string>{"0", "1", "2"});
    REQUIRE(listener.was_assigned.size() == 1);
    CHECK(listener.was_assigned[0].offset == 0);
    CHECK_FALSE(listener.was_assigned[0].committed);
    CHECK(reader->assignment() == std::vector<TopicPartition>{{topic, 0}});
}

CONTRACT_CASE("a group resumes behind what it committed, with the metadata", "[broker][group]") {
    const std::string topic = topic_with(5);
    const std::string group = fresh_name("group");
    {
        const auto reader = make_reader({.group = group, .topics = {topic}, .session_timeout = 6s});
        REQUIRE(read(*reader, 5).size() == 5);
        reader->commit(at(topic, 2, "beyond: 4"), bound()).value();
        CHECK(committed(*reader, topic) == PartitionOffset{topic, 0, 2, "beyond: 4"});
        reader->close(bound());
    }
    RecordingListener listener;
    const auto reader = make_reader({.group = group, .topics = {topic}, .session_timeout = 6s}, &listener);
    CHECK(values(read(*reader, 3)) == std::vector<std::string>{"2", "3", "4"});
    REQUIRE(listener.was_assigned.size() == 1);
    CHECK(listener.was_assigned[0].offset == 2);
    CHECK(listener.was_assigned[0].committed);
    CHECK(listener.was_assigned[0].metadata == "beyond: 4");
}

CONTRACT_CASE("what was only read is not committed", "[broker][group]") {
    const std::string topic = topic_with(2);
    const std::string group = fresh_name("group");
    {
        const auto reader = make_reader({.group = group, .topics = {topic}, .session_timeout = 6s});
        REQUIRE(read(*reader, 2).size() == 2);
        reader->close(bound());
    }
    const auto reader = make_reader({.group = group, .topics = {topic}, .session_timeout = 6s});
    CHECK(values(read(*reader, 2)) == std::vector<std::string>{"0", "1"});
    CHECK(committed(*reader, topic).offset == -1);
}

CONTRACT_CASE("a commit that is not waited for arrives too", "[broker][group]") {
    const std::string topic = topic_with(2);
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}});
    REQUIRE(read(*reader, 2).size() == 2);
    reader->commit_async(at(topic, 2, "m"));
    CHECK(poll_until({reader.get()}, [&] { return committed(*reader, topic).offset == 2; }));
    CHECK(committed(*reader, topic).metadata == "m");
}

CONTRACT_CASE("each group has its own positions", "[broker][group]") {
    const std::string topic = topic_with(3);
    const auto first = make_reader({.group = fresh_name("group"), .topics = {topic}});
    const auto second = make_reader({.group = fresh_name("group"), .topics = {topic}});
    REQUIRE(read(*first, 3).size() == 3);
    first->commit(at(topic, 3), bound()).value();
    CHECK(committed(*second, topic).offset == -1);
    CHECK(read(*second, 3).size() == 3);
}

CONTRACT_CASE("a group may start at the latest record", "[broker][group]") {
    const std::string topic = topic_with(3);
    RecordingListener listener;
    const auto reader = make_reader(
        {.group = fresh_name("group"), .topics = {topic}, .start = {.kind = StartPosition::Kind::latest}}, &listener);
    REQUIRE(poll_until({reader.get()}, [&] { return !listener.owned.empty(); }));
    CHECK(listener.was_assigned[0].offset == 3);
    WriterUnderTest{}.write(text(topic, "new")).value();
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"new"});
}

CONTRACT_CASE("some topics of a group begin at the earliest record, whatever the others do", "[broker][group]") {
    for (const auto kind : {StartPosition::Kind::latest, StartPosition::Kind::fail}) {
        const std::string whole = topic_with(3);
        const std::string rest = topic_with(2);
        RecordingListener listener;
        listener.on_assigned = [&](std::span<AssignedPartition> partitions) {
            for (AssignedPartition& partition : partitions) {
                if (partition.topic == rest) partition.offset = 2;
            }
        };
        const auto reader = make_reader(
            {.group = fresh_name("group"), .topics = {whole, rest}, .start = {.kind = kind}, .from_earliest = {whole}},
            &listener);
        CHECK(values(read(*reader, 3)).size() == 3);
        for (const AssignedPartition& each : listener.was_assigned) {
            if (each.topic == whole) CHECK(each.offset == 0);
        }
    }
}

CONTRACT_CASE("a group may start at a time", "[broker][group]") {
    const std::string topic = fresh_topic();
    const Timestamp start = std::chrono::floor<std::chrono::milliseconds>(backend().now()) - 1h;
    std::vector<Record> records;
    for (int i = 0; i < 5; ++i) {
        records.push_back({.topic = topic, .value = std::to_string(i), .timestamp = start + i * 1min});
    }
    WriterUnderTest{}.write_all(records);
    const auto reader = make_reader({.group = fresh_name("group"),
                                     .topics = {topic},
                                     .start = {.kind = StartPosition::Kind::time, .time = start + 2min - 1ms}});
    CHECK(values(read(*reader, 3)) == std::vector<std::string>{"2", "3", "4"});
}

CONTRACT_CASE("a group may refuse to start without a commit", "[broker][group]") {
    const std::string topic = topic_with(3);
    const auto reader =
        make_reader({.group = fresh_name("group"), .topics = {topic}, .start = {.kind = StartPosition::Kind::fail}});
    const auto error = poll_error(*reader);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::permanent);
    CHECK(error->code == codes::no_position);
    CHECK(error->message.find(topic) != std::string::npos);
    reader->seek({topic, 0}, 2).value();
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"2"});
}

CONTRACT_CASE("the listener may choose where an assigned partition starts", "[broker][group]") {
    const std::string topic = topic_with(5);
    RecordingListener listener;
    listener.on_assigned = [](std::span<AssignedPartition> partitions) { partitions[0].offset = 3; };
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}}, &listener);
    CHECK(values(read(*reader, 2)) == std::vector<std::string>{"3", "4"});
}

CONTRACT_CASE("the listener gives a position where there is none", "[broker][group]") {
    const std::string topic = topic_with(2);
    RecordingListener listener;
    listener.on_assigned = [](std::span<AssignedPartition> partitions) { partitions[0].offset = 1; };
    const auto reader = make_reader(
        {.group = fresh_name("group"), .topics = {topic}, .start = {.kind = StartPosition::Kind::fail}}, &listener);
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"1"});
}

CONTRACT_CASE("a committed offset that retention has passed is a typed stop, not a jump", "[broker][group]") {
    const std::string topic = topic_with(5);
    const std::string group = fresh_name("group");
    {
        const auto reader = make_reader({.group = group, .topics = {topic}});
        REQUIRE(read(*reader, 1).size() == 1);
        reader->commit(at(topic, 1), bound()).value();
        reader->close(bound());
    }
    admin()->delete_records_before({topic, 0}, 3, bound()).value();
    const auto reader = make_reader({.group = group, .topics = {topic}});
    const auto error = poll_error(*reader);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::permanent);
    CHECK(error->code == codes::offset_out_of_range);
}

CONTRACT_CASE("a commit of a partition that is not assigned is refused whole", "[broker][group]") {
    const std::string topic = topic_with(2, 2);
    const std::string other = topic_with(1);
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}});
    REQUIRE(read(*reader, 2).size() == 2);
    const std::vector<PartitionOffset> positions{{topic, 0, 1, ""}, {other, 0, 1, ""}};
    const auto refused = reader->commit(positions, bound());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::fenced);
    CHECK(refused.error().code == codes::not_owner);
    CHECK(committed(*reader, topic).offset == -1);
}

CONTRACT_CASE("metadata beyond 4,096 bytes and negative offsets are refused", "[broker][group]") {
    const std::string topic = topic_with(1);
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {topic}});
    REQUIRE(read(*reader, 1).size() == 1);
    CHECK(reader->commit(at(topic, 1, std::string(4'096, 'm')), bound()));
    CHECK(committed(*reader, topic).metadata.size() == 4'096);
    const auto large = reader->commit(at(topic, 1, std::string(4'097, 'm')), bound());
    REQUIRE_FALSE(large);
    CHECK(large.error().kind == ErrorKind::invalid_argument);
    CHECK(large.error().code == codes::metadata_too_large);
    const auto negative = reader->commit(at(topic, -1), bound());
    REQUIRE_FALSE(negative);
    CHECK(negative.error().kind == ErrorKind::invalid_argument);
}

CONTRACT_CASE("a reader with given partitions may commit for a group that has no members", "[broker][group]") {
    const std::string topic = topic_with(3);
    const std::string group = fresh_name("group");
    {
        const auto reader = make_reader({.group = group});
        reader->assign(at(topic, 0)).value();
        REQUIRE(read(*reader, 1).size() == 1);
        reader->commit(at(topic, 2), bound()).value();
        CHECK(committed(*reader, topic).offset == 2);
        reader->close(bound());
    }
    const auto reader = make_reader({.group = group, .topics = {topic}});
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"2"});
}

CONTRACT_CASE("a reader with given partitions may not commit for a group that has members", "[broker][group]") {
    const std::string topic = topic_with(3);
    const std::string group = fresh_name("group");
    const auto member = make_reader({.group = group, .topics = {topic}});
    REQUIRE(read(*member, 3).size() == 3);
    const auto stranger = make_reader({.group = group});
    stranger->assign(at(topic, 0)).value();
    const auto refused = stranger->commit(at(topic, 2), bound());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::fenced);
    CHECK(refused.error().code == codes::not_owner);
}

CONTRACT_CASE("a pattern subscribes to the topics that it matches, later ones too", "[broker][group]") {
    const std::string prefix = fresh_name("pattern");
    const auto create = [&](const std::string& suffix) {
        backend().create_topic({.name = prefix + suffix});
        WriterUnderTest{}.write(text(prefix + suffix, suffix)).value();
    };
    create("-a");
    create("-other");
    const auto reader = make_reader({.group = fresh_name("group"), .topics = {"^" + prefix + "-[ab]$"}});
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"-a"});
    reader->commit(at(prefix + "-a", 1), bound()).value();
    create("-b");
    CHECK(values(read(*reader, 1)) == std::vector<std::string>{"-b"});
    CHECK(read_quietly(*reader).empty());
}

CONTRACT_CASE("the group's metadata names group and generation", "[broker][group]") {
    const std::string topic = topic_with(1);
    const std::string group = fresh_name("group");
    const auto reader = make_reader({.group = group, .topics = {topic}});
    REQUIRE(read(*reader, 1).size() == 1);
    const GroupMetadata metadata = reader->group_metadata().value();
    CHECK(metadata.group == group);
    const bool usable = metadata.native != nullptr || (metadata.generation >= 0 && !metadata.member.empty());
    CHECK(usable);
}
