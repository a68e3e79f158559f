#include <eventsdk/broker/topic_lint.hpp>

#include "support/catch.hpp"

using namespace eventsdk;

namespace {

TopicDescription sound() {
    return {.name = "orders",
            .partitions = 6,
            .replication = 3,
            .config = {{"min.insync.replicas", "2"},
                       {"unclean.leader.election.enable", "false"},
                       {"cleanup.policy", "delete"},
                       {"retention.ms", "-1"},
                       {"retention.bytes", "-1"},
                       {"max.message.bytes", "1048588"}}};
}

std::vector<std::string> codes_of(const TopicDescription& topic, const TopicPromise& promise = {}) {
    std::vector<std::string> codes;
    for (const Finding& finding : lint_topic(topic, promise)) {
        CHECK(finding.topic == topic.name);
        CHECK_FALSE(finding.hint.empty());
        codes.push_back(finding.code);
    }
    return codes;
}

TopicDescription with(const char* name, const char* value) {
    TopicDescription topic = sound();
    topic.config[name] = value;
    return topic;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a sound topic has no findings", "[broker][unit]") {
    CHECK(codes_of(sound(), {.event_sourced = true, .replay = std::chrono::days{365}}).empty());
}

TEST_CASE("copies that would lose or stop publishing are found", "[broker][unit]") {
    TopicDescription single = sound();
    single.replication = 1;
    CHECK(codes_of(single) == Codes{"lint.single_copy"});
    CHECK(codes_of(with("min.insync.replicas", "1")) == Codes{"lint.min_isr"});
    CHECK(codes_of(with("min.insync.replicas", "3")) == Codes{"lint.min_isr_all"});
    CHECK(codes_of(with("unclean.leader.election.enable", "true")) == Codes{"lint.unclean_election"});
}

TEST_CASE("history that would be lost is found where it was promised", "[broker][unit]") {
    const TopicPromise sourced{.event_sourced = true};
    CHECK(codes_of(with("cleanup.policy", "compact"), sourced) == Codes{"lint.compacted_history"});
    CHECK(codes_of(with("cleanup.policy", "compact")).empty());
    CHECK(codes_of(with("retention.ms", "604800000"), sourced) == Codes{"lint.short_history"});
    CHECK(codes_of(with("retention.bytes", "1000000"), sourced) == Codes{"lint.short_history"});
    const TopicPromise replayed{.replay = std::chrono::days{30}};
    CHECK(codes_of(with("retention.ms", "604800000"), replayed) == Codes{"lint.short_retention"});
    CHECK(codes_of(with("retention.ms", "2592000000"), replayed).empty());
}

TEST_CASE("a dead-letter topic that is too narrow is found", "[broker][unit]") {
    const TopicPromise dead{.dead_letters_of = sound()};
    CHECK(codes_of(sound(), dead) == Codes{"lint.dead_letter_size"});
    CHECK(codes_of(with("max.message.bytes", "1114124"), dead).empty());
}
