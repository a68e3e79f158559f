#include <eventsdk/broker/start_lint.hpp>

#include "broker/deadline.hpp"

#include <algorithm>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::string_view dead_letters_suffix = ".dlq";

class StartLint {
public:
    StartLint(Admin& admin, const StartPlan& plan, Duration timeout)
        : admin_{admin}, plan_{plan}, deadline_{deadline_after(timeout)} {}

    Result<void> run() {
        auto present = admin_.list_topics(left());
        if (!present) return std::move(present).error();
        std::vector<std::string> topics = plan_.topics;
        for (TopicDescription& topic : *present) {
            if (plan_.topics.empty() && !topic.internal && !is_dead_letters(topic.name)) topics.push_back(topic.name);
            present_.push_back(std::move(topic.name));
        }
        std::sort(present_.begin(), present_.end());
        std::sort(topics.begin(), topics.end());
        for (const std::string& topic : topics)
            if (auto checked = check(topic); !checked) return checked;
        return {};
    }
    void add(std::vector<Finding> found) { std::move(found.begin(), found.end(), std::back_inserter(findings_)); }
    std::vector<Finding> take() { return std::move(findings_); }

private:
    /// Of dead letters, or of retries, whose dead letters go where those of their source go.
    static bool is_dead_letters(std::string_view topic) {
        return topic.ends_with(dead_letters_suffix) || topic.find(".retry.") != std::string_view::npos;
    }
    [[nodiscard]] bool there(const std::string& topic) const {
        return std::binary_search(present_.begin(), present_.end(), topic);
    }
    [[nodiscard]] Duration left() const {
        return std::max(std::chrono::ceil<Duration>(deadline_ - std::chrono::steady_clock::now()), Duration{1});
    }
    void add(const std::string& topic, std::string code, std::string message, std::string hint) {
        findings_.push_back({topic, std::move(code), std::move(message), std::move(hint)});
    }

    Result<void> check(const std::string& topic) {
        if (!there(topic)) {
            add(topic, "lint.topic_missing", "there is no such topic: every publish to it fails",
                "create it (ensure_topics(), eventsdk topics apply); brokers are never asked to make topics by themselves");
            return {};
        }
        auto description = admin_.describe_topic(topic, left());
        if (!description) return std::move(description).error();
        const auto promise = plan_.promises.find(topic);
        add(lint_topic(*description, promise != plan_.promises.end() ? promise->second : plan_.otherwise));
        if (is_dead_letters(topic)) return {};
        const std::string dead = topic + std::string{dead_letters_suffix};
        if (!there(dead)) {
            add(topic, "lint.dead_letters_missing",
                "there is no topic " + dead + ": a partition waits at its first event that fails for good",
                "create it, with max.message.bytes 64 KiB above that of its source");
            return {};
        }
        auto letters = admin_.describe_topic(dead, left());
        if (!letters) return std::move(letters).error();
        add(lint_topic(*letters, {.dead_letters_of = std::move(*description)}));
        return {};
    }

    Admin& admin_;
    const StartPlan& plan_;
    const std::chrono::steady_clock::time_point deadline_;
    std::vector<std::string> present_;
    std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> lint_start(const Broker& broker, const StartPlan& plan, Duration timeout) {
    auto admin = broker.port().admin();
    if (!admin) return std::move(admin).error();
    StartLint lint{**admin, plan, timeout};
    lint.add(broker.port().findings());
    if (auto done = lint.run(); !done) return std::move(done).error();
    return lint.take();
}

EVENTSDK_END_NAMESPACE
