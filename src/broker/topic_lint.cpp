#include <eventsdk/broker/topic_lint.hpp>

#include <charconv>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::int64_t dead_letter_headers_bytes = std::int64_t{64} * 1024;

std::string text_of(const TopicDescription& topic, const char* name) {
    const auto found = topic.config.find(name);
    return found == topic.config.end() ? std::string{} : found->second;
}

std::optional<std::int64_t> number_of(const TopicDescription& topic, const char* name) {
    const std::string text = text_of(topic, name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

class Lint {
public:
    explicit Lint(const TopicDescription& topic) : topic_{topic} {}

    void copies() {
        if (topic_.replication == 1)
            add("lint.single_copy", "one copy only: a lost disk loses its events", "give the topic three replicas");
        const auto in_sync = number_of(topic_, "min.insync.replicas");
        if (in_sync && topic_.replication >= 3 && *in_sync == 1)
            add("lint.min_isr",
                "one of " + std::to_string(topic_.replication) + " copies is enough to acknowledge: an " +
                    "acknowledged event may be lost with its node",
                "set min.insync.replicas to 2");
        if (in_sync && topic_.replication >= 2 && *in_sync >= topic_.replication)
            add("lint.min_isr_all", "every copy must acknowledge: one node away stops all publishing",
                "set min.insync.replicas to one less than the replicas");
        if (text_of(topic_, "unclean.leader.election.enable") == "true")
            add("lint.unclean_election", "a copy that lags may become the leader: acknowledged events are lost",
                "set unclean.leader.election.enable to false");
    }

    void history(const TopicPromise& promise) {
        const bool compacted = text_of(topic_, "cleanup.policy").find("compact") != std::string::npos;
        const bool removed = text_of(topic_, "cleanup.policy").find("delete") != std::string::npos;
        const auto kept_ms = number_of(topic_, "retention.ms");
        const auto kept_bytes = number_of(topic_, "retention.bytes");
        if (promise.event_sourced && compacted)
            add("lint.compacted_history", "compaction keeps the last event of an aggregate only: its history is lost",
                "set cleanup.policy to delete, with retention.ms -1");
        const bool bounded = (kept_ms && *kept_ms >= 0) || (kept_bytes && *kept_bytes >= 0);
        if (promise.event_sourced && removed && bounded)
            add("lint.short_history", "events are deleted by age or size: aggregates cannot be rebuilt",
                "set retention.ms and retention.bytes to -1");
        if (promise.replay && removed && kept_ms && *kept_ms >= 0 && Duration{*kept_ms} < *promise.replay)
            add("lint.short_retention",
                "events are kept " + std::to_string(*kept_ms) + " ms, less than the replay promised (" +
                    std::to_string(promise.replay->count()) + " ms)",
                "set retention.ms to at least that");
    }

    void dead_letters(const TopicDescription& source) {
        const auto own = number_of(topic_, "max.message.bytes");
        const auto largest = number_of(source, "max.message.bytes");
        if (own && largest && *own < *largest + dead_letter_headers_bytes)
            add("lint.dead_letter_size", "the largest records of " + source.name + " do not fit with their headers",
                "set max.message.bytes to " + std::to_string(*largest + dead_letter_headers_bytes));
    }

    std::vector<Finding> take() { return std::move(findings_); }

private:
    void add(std::string code, std::string message, std::string hint) {
        findings_.push_back({topic_.name, std::move(code), std::move(message), std::move(hint)});
    }

    const TopicDescription& topic_;
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> lint_topic(const TopicDescription& topic, const TopicPromise& promise) {
    Lint lint{topic};
    lint.copies();
    lint.history(promise);
    if (promise.dead_letters_of) lint.dead_letters(*promise.dead_letters_of);
    return lint.take();
}

EVENTSDK_END_NAMESPACE
