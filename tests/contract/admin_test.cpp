#include "contract/support.hpp"

#include <algorithm>

using namespace contract;

CONTRACT_CASES(admin_test)

namespace {

void write(const std::string& topic, int count) {
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) records.push_back(text(topic, std::to_string(i)));
    WriterUnderTest{}.write_all(records);
}

}  // namespace

CONTRACT_CASE("a created topic has the partitions and settings that were asked for", "[broker][admin]") {
    const std::string topic = fresh_name("topic");
    const auto port = admin();
    port->create_topic({.name = topic,
                        .partitions = 3,
                        .retention = 3h,
                        .cleanup = CleanupPolicy::compact_and_remove,
                        .min_in_sync_replicas = 1,
                        .max_record_bytes = 123'456,
                        .config = {{"delete.retention.ms", "7000"}}},
                       bound())
        .value();
    const auto described = port->describe_topic(topic, bound()).value();
    CHECK(described.name == topic);
    CHECK(described.partitions == 3);
    CHECK(described.replication == 1);
    CHECK_FALSE(described.internal);
    CHECK(described.config.at("retention.ms") == "10800000");
    CHECK(described.config.at("cleanup.policy").find("compact") != std::string::npos);
    CHECK(described.config.at("cleanup.policy").find("delete") != std::string::npos);
    CHECK(described.config.at("max.message.bytes") == "123456");
    CHECK(described.config.at("min.insync.replicas") == "1");
    CHECK(described.config.at("delete.retention.ms") == "7000");
    CHECK(described.config.at("message.timestamp.type") == "CreateTime");
}

CONTRACT_CASE("retention for ever is Kafka's -1", "[broker][admin]") {
    const std::string topic = fresh_topic(TopicSpec{.retention = Duration::max()});
    CHECK(admin()->describe_topic(topic, bound())->config.at("retention.ms") == "-1");
}

CONTRACT_CASE("a topic that exists already is a conflict", "[broker][admin]") {
    const std::string topic = fresh_topic();
    const auto again = admin()->create_topic({.name = topic}, bound());
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == ErrorKind::conflict);
    CHECK(again.error().code == codes::topic_exists);
}

CONTRACT_CASE("an impossible topic is refused by name", "[broker][admin]") {
    const std::string topic = fresh_topic();
    std::string twin = topic;
    std::replace(twin.begin(), twin.end(), '-', '_');
    const std::string dotted = fresh_name("a") + ".b";
    backend().create_topic({.name = dotted});
    std::string underscored = dotted;
    std::replace(underscored.begin(), underscored.end(), '.', '_');
    const auto refused = [&](TopicSpec spec) {
        const auto created = admin()->create_topic(spec, bound());
        REQUIRE_FALSE(created);
        CHECK(created.error().kind == ErrorKind::invalid_argument);
        CHECK(created.error().code == codes::topic_invalid);
        CHECK_FALSE(created.error().message.empty());
    };
    refused({.name = ""});
    refused({.name = "with space"});
    refused({.name = ".."});
    refused({.name = std::string(250, 'a')});
    refused({.name = underscored});
    refused({.name = fresh_name("topic"), .partitions = 0});
    refused({.name = fresh_name("topic"), .config = {{"no.such.setting", "1"}}});
    refused({.name = fresh_name("topic"), .config = {{"retention.ms", "soon"}}});
    refused({.name = fresh_name("topic"), .config = {{"cleanup.policy", "burn"}}});
    CHECK(admin()->create_topic({.name = twin}, bound()));
}

CONTRACT_CASE("topics are listed until they are deleted", "[broker][admin]") {
    const std::string topic = fresh_topic(2);
    const auto port = admin();
    const auto listed = [&] {
        const auto topics = port->list_topics(bound()).value();
        return std::count_if(topics.begin(), topics.end(),
                             [&](const auto& each) { return each.name == topic && each.partitions == 2; });
    };
    CHECK(eventually([&] { return listed() == 1; }));
    port->delete_topic(topic, bound()).value();
    CHECK(eventually([&] { return listed() == 0; }));
    const auto described = port->describe_topic(topic, bound());
    REQUIRE_FALSE(described);
    CHECK(described.error().kind == ErrorKind::invalid_argument);
    CHECK(described.error().code == codes::topic_unknown);
}

CONTRACT_CASE("every question about an unknown topic says so", "[broker][admin]") {
    const std::string topic = fresh_name("unknown");
    const auto port = admin();
    const auto unknown = [](const auto& result) {
        REQUIRE_FALSE(result);
        CHECK(result.error().kind == ErrorKind::invalid_argument);
        CHECK(result.error().code == codes::topic_unknown);
    };
    unknown(port->delete_topic(topic, bound()));
    unknown(port->describe_topic(topic, bound()));
    unknown(port->watermarks({topic, 0}, bound()));
    unknown(port->offset_for_time({topic, 0}, backend().now(), bound()));
    unknown(port->delete_records_before({topic, 0}, 0, bound()));
}

CONTRACT_CASE("a topic that was deleted and created again is another one", "[broker][admin]") {
    const std::string topic = fresh_topic();
    write(topic, 2);
    const auto port = admin();
    const std::string before = port->describe_topic(topic, bound())->id;
    port->delete_topic(topic, bound()).value();
    REQUIRE(eventually([&] { return port->create_topic({.name = topic}, bound()).has_value(); }));
    const std::string after = port->describe_topic(topic, bound())->id;
    CHECK((before != after || before.empty()));
    CHECK(watermarks(topic).high == 0);
}

CONTRACT_CASE("the watermarks are the bounds of the log", "[broker][admin]") {
    const std::string topic = fresh_topic();
    CHECK(watermarks(topic).low == 0);
    CHECK(watermarks(topic).high == 0);
    write(topic, 3);
    CHECK(watermarks(topic).low == 0);
    CHECK(watermarks(topic).high == 3);
    CHECK(watermarks(topic).last_stable == 3);
}

CONTRACT_CASE("deleting records raises the low watermark and leaves the offsets", "[broker][admin]") {
    const std::string topic = fresh_topic();
    write(topic, 5);
    const auto port = admin();
    port->delete_records_before({topic, 0}, 3, bound()).value();
    CHECK(watermarks(topic).low == 3);
    CHECK(watermarks(topic).high == 5);
    CHECK(offsets(read(*read_from_start(topic), 2)) == std::vector<std::int64_t>{3, 4});
    port->delete_records_before({topic, 0}, 1, bound()).value();
    CHECK(watermarks(topic).low == 3);
    const auto beyond = port->delete_records_before({topic, 0}, 6, bound());
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().kind == ErrorKind::invalid_argument);
    CHECK(beyond.error().code == codes::offset_out_of_range);
    port->delete_records_before({topic, 0}, 5, bound()).value();
    CHECK(watermarks(topic).low == 5);
    CHECK(WriterUnderTest{}.write(text(topic, "next"))->offset == 5);
}

CONTRACT_CASE("the offset for a time is the first record at or after it", "[broker][admin]") {
    const std::string topic = fresh_topic();
    const Timestamp start = std::chrono::floor<std::chrono::milliseconds>(backend().now()) - 1h;
    WriterUnderTest writer;
    for (const auto after : {0min, 10min, 20min, 10min, 30min}) {
        writer.write({.topic = topic, .value = "v", .timestamp = start + after}).value();
    }
    const auto port = admin();
    const auto offset = [&](Timestamp time) { return port->offset_for_time({topic, 0}, time, bound()).value(); };
    CHECK(offset(start - 1min) == 0);
    CHECK(offset(start) == 0);
    CHECK(offset(start + 1ms) == 1);
    CHECK(offset(start + 20min) == 2);
    CHECK(offset(start + 21min) == 4);
    CHECK(offset(start + 31min) == 5);
}

CONTRACT_CASE("a group's committed positions and state are described", "[broker][admin]") {
    const std::string topic = fresh_topic(2);
    WriterUnderTest{}.write_all({text(topic, "a", 0), text(topic, "b", 1)});
    const std::string group = fresh_name("group");
    const auto port = admin();
    CHECK(port->group_offsets(group, bound())->empty());
    const auto reader = make_reader({.group = group, .topics = {topic}});
    REQUIRE(read(*reader, 2).size() == 2);
    const std::vector<PartitionOffset> positions{{topic, 1, 1, "m"}};
    reader->commit(positions, bound()).value();
    CHECK(port->group_offsets(group, bound()).value() == positions);
    const auto described = [&]() -> GroupDescription {
        const auto groups = port->list_groups(bound()).value();
        const auto found =
            std::find_if(groups.begin(), groups.end(), [&](const auto& each) { return each.group == group; });
        return found == groups.end() ? GroupDescription{} : *found;
    };
    CHECK(described().state == "Stable");
    CHECK(described().members == 1);
    reader->close(bound());
    CHECK(eventually([&] { return described().state == "Empty"; }));
    CHECK(described().members == 0);
}
