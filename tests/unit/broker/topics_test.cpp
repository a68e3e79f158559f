#include <eventsdk/broker/topics.hpp>
#include <eventsdk/memory/broker.hpp>

#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace eventsdk;

namespace {

constexpr Duration bound{5'000};

struct Cluster {
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    std::unique_ptr<Admin> admin = broker.port().admin().value();
};

std::vector<TopicSpec> orders() {
    return {{.name = "orders", .partitions = 3, .retention = std::chrono::days{30}},
            {.name = "orders.snapshot", .partitions = 3, .cleanup = CleanupPolicy::compact}};
}

Error file_error(std::string_view text) {
    const auto specs = parse_topic_specs(text);
    REQUIRE_FALSE(specs);
    CHECK(specs.error().kind == ErrorKind::invalid_argument);
    CHECK(specs.error().code == "topics.file");
    return specs.error();
}

}  // namespace

TEST_CASE("missing topics are created once and agree afterwards", "[broker][unit]") {
    Cluster cluster;
    const auto planned = compare_topics(*cluster.admin, orders(), bound);
    REQUIRE(planned);
    CHECK(planned->missing == std::vector<std::string>{"orders", "orders.snapshot"});
    CHECK_FALSE(planned->agrees());
    const auto made = ensure_topics(*cluster.admin, orders(), bound);
    REQUIRE(made);
    CHECK(made->created == std::vector<std::string>{"orders", "orders.snapshot"});
    CHECK(made->agrees());
    const auto again = ensure_topics(*cluster.admin, orders(), bound);
    REQUIRE(again);
    CHECK(again->created.empty());
    CHECK(again->differences.empty());
}

TEST_CASE("every difference of an existing topic is reported and none is changed", "[broker][unit]") {
    Cluster cluster;
    REQUIRE(ensure_topics(*cluster.admin, orders(), bound));
    auto wanted = orders();
    wanted[0].partitions = 6;
    wanted[0].retention = Duration::max();
    wanted[0].min_in_sync_replicas = 2;
    wanted[1].cleanup = CleanupPolicy::compact_and_remove;
    const auto report = ensure_topics(*cluster.admin, wanted, bound);
    REQUIRE(report);
    CHECK(report->differences ==
          std::vector<TopicDifference>{{"orders", "partitions", "6", "3"},
                                       {"orders", "min.insync.replicas", "2", "1"},
                                       {"orders", "retention.ms", "-1", "2592000000"},
                                       {"orders.snapshot", "cleanup.policy", "compact,delete", "compact"}});
    CHECK(ensure_topics(*cluster.admin, orders(), bound)->agrees());
}

TEST_CASE("two specs of one topic are refused", "[broker][unit]") {
    Cluster cluster;
    auto specs = orders();
    specs[1].name = "orders";
    CHECK(ensure_topics(*cluster.admin, specs, bound).error().code == "topics.duplicate");
}

TEST_CASE("topic specs are read from JSON", "[broker][unit]") {
    const auto specs = parse_topic_specs(R"({"topics": [
        {"name": "a", "partitions": 6, "replication": 3, "retention": "30d", "cleanup": "compact,delete",
         "minInSyncReplicas": 2, "maxRecordBytes": 2000000, "config": {"segment.ms": 1000, "x": "y"}},
        {"name": "b", "retention": "forever"}, {"name": "c", "retention": 5}, {"name": "d", "retention": "5y"}]})");
    REQUIRE(specs);
    REQUIRE(specs->size() == 4);
    const TopicSpec& a = specs->front();
    CHECK(a.partitions == 6);
    CHECK(a.replication == 3);
    CHECK(a.retention == Duration{std::chrono::days{30}});
    CHECK(a.cleanup == CleanupPolicy::compact_and_remove);
    CHECK(a.min_in_sync_replicas == 2);
    CHECK(a.max_record_bytes == 2'000'000);
    CHECK(a.config.at("segment.ms") == "1000");
    CHECK(a.config.at("x") == "y");
    CHECK((*specs)[1].retention == Duration::max());
    CHECK((*specs)[2].retention == Duration{5});
    CHECK((*specs)[3].retention == Duration{std::chrono::days{1825}});
}

TEST_CASE("a topics file that is wrong is refused, naming topic and member", "[broker][unit]") {
    CHECK(file_error("nonsense").message.find("topics") != std::string::npos);
    CHECK(file_error(R"({"topics": {}})").message.find("topics") != std::string::npos);
    CHECK(file_error(R"({"topics": [{}]})").message.find("name") != std::string::npos);
    for (const char* wrong :
         {R"("partitions": 0)", R"("partitions": "6")", R"("partitions": 5000000000)", R"("retention": "7 days")",
          R"("retention": 0)", R"("cleanup": "remove")", R"("config": [])", R"("partition": 3)"}) {
        const Error error = file_error(R"({"topics": [{"name": "orders", )" + std::string{wrong} + "}]}");
        CHECK(error.message.find("'orders'") != std::string::npos);
    }
}

TEST_CASE("the topics files that come with the SDK can be read", "[broker][unit]") {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator{EVENTSDK_SOURCE_DIR "/examples/05_topics_as_code"}) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file{entry.path()};
        const auto specs = parse_topic_specs(std::string{std::istreambuf_iterator<char>{file}, {}});
        INFO(entry.path());
        REQUIRE(specs);
        CHECK(specs->size() >= 2);
        ++files;
    }
    CHECK(files == 5);
}
