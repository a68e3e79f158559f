#include <eventsdk/catalogue/topic_specs.hpp>

#include "support/assignment_events.hpp"
#include "support/catch.hpp"

using namespace eventsdk;

TEST_CASE("a catalogue's topics come with their dead-letter and parking topics", "[catalogue][unit]") {
    const auto specs = topic_specs(support::assignment_catalogue(),
                                   {.partitions = 6, .replication = 3, .retention = std::chrono::days{365 * 5}});
    REQUIRE(specs.size() == 3);
    CHECK(specs[0].name == support::assignments);
    CHECK(specs[0].partitions == 6);
    CHECK(specs[1].name == std::string{support::assignments} + ".dlq");
    CHECK(specs[1].replication == 3);
    CHECK(specs[1].max_record_bytes == 1'048'588 + 65'536);
    CHECK(specs[1].retention == specs[0].retention);
    CHECK(specs[2].name == std::string{support::assignments} + ".parked");
    CHECK(specs[2].partitions == 6);
    CHECK(specs[2].max_record_bytes == specs[1].max_record_bytes);
}

TEST_CASE("retry topics are named by their delay, once each", "[catalogue][unit]") {
    using namespace std::chrono_literals;
    const std::vector<Duration> delays{10min, 1s, 1s};
    const auto specs = topic_specs(support::assignment_catalogue(), {.partitions = 6}, delays);
    REQUIRE(specs.size() == 5);
    CHECK(specs[3].name == std::string{support::assignments} + ".retry.1s");
    CHECK(specs[4].name == std::string{support::assignments} + ".retry.10min");
    CHECK(specs[4].partitions == 6);
    CHECK(specs[4].max_record_bytes == 1'048'588 + 65'536);
    CHECK(retry_spec({.name = "x"}, 90s).name == "x.retry.90s");
    CHECK(retry_spec({.name = "x"}, 3h).name == "x.retry.3h");
    CHECK(retry_spec({.name = "x"}, 1500ms).name == "x.retry.1500ms");
}

TEST_CASE("dead letters are kept at least thirty days and never compacted", "[catalogue][unit]") {
    const TopicSpec dead = dead_letter_spec(
        {.name = "x", .retention = std::chrono::days{7}, .cleanup = CleanupPolicy::compact, .max_record_bytes = 100});
    CHECK(dead.retention == Duration{std::chrono::days{30}});
    CHECK(dead.cleanup == CleanupPolicy::remove);
    CHECK(dead.max_record_bytes == 100 + 65'536);
}

TEST_CASE("newest snapshots are compacted, older ones kept as long as their events", "[catalogue][unit]") {
    const TopicSpec source{.name = "x", .partitions = 4, .retention = std::chrono::days{7}};
    CHECK(snapshot_spec(source).name == "x.snapshot");
    CHECK(snapshot_spec(source).cleanup == CleanupPolicy::compact);
    CHECK(snapshot_history_spec(source).name == "x.snapshot.history");
    CHECK(snapshot_history_spec(source).retention == source.retention);
    CHECK(snapshot_history_spec(source).partitions == 4);
}
