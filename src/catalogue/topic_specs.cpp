#include <eventsdk/catalogue/topic_specs.hpp>

#include <algorithm>
#include <set>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::size_t kafka_default_max_record_bytes = 1'048'588;
constexpr std::size_t dead_letter_headers_bytes = std::size_t{64} * 1024;
constexpr Duration dead_letters_kept = std::chrono::days{30};

}  // namespace

TopicSpec dead_letter_spec(const TopicSpec& source) {
    TopicSpec made = source;
    made.name = dead_letter_topic(source.name);
    made.cleanup = CleanupPolicy::remove;
    made.config.clear();
    made.retention = std::max(source.retention.value_or(dead_letters_kept), dead_letters_kept);
    made.max_record_bytes =
        source.max_record_bytes.value_or(kafka_default_max_record_bytes) + dead_letter_headers_bytes;
    return made;
}

TopicSpec parked_spec(const TopicSpec& source) {
    TopicSpec made = dead_letter_spec(source);
    made.name = parked_topic(source.name);
    return made;
}

TopicSpec snapshot_spec(const TopicSpec& source) {
    TopicSpec made = source;
    made.name = snapshot_topic(source.name);
    made.cleanup = CleanupPolicy::compact;
    made.retention.reset();
    made.config.clear();
    return made;
}

TopicSpec snapshot_history_spec(const TopicSpec& source) {
    TopicSpec made = source;
    made.name = snapshot_history_topic(source.name);
    made.cleanup = CleanupPolicy::remove;
    made.config.clear();
    return made;
}

TopicSpec retry_spec(const TopicSpec& source, Duration delay) {
    TopicSpec made = dead_letter_spec(source);
    made.name = retry_topic(source.name, delay);
    return made;
}

std::vector<TopicSpec> topic_specs(const Catalogue& catalogue, const TopicSpec& pattern,
                                   std::span<const Duration> retry_topics) {
    std::vector<TopicSpec> specs;
    const std::set<Duration> delays{retry_topics.begin(), retry_topics.end()};
    for (std::string& name : catalogue.topics()) {
        TopicSpec spec = pattern;
        spec.name = std::move(name);
        specs.push_back(spec);
        specs.push_back(dead_letter_spec(spec));
        specs.push_back(parked_spec(spec));
        for (const Duration delay : delays) specs.push_back(retry_spec(spec, delay));
    }
    return specs;
}

EVENTSDK_END_NAMESPACE
