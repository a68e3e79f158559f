#include "support/catch.hpp"
#include "support/kafka_env.hpp"

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <chrono>
#include <mutex>

using namespace eventsdk;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr Duration deadline = 4s;

kafka::Options good_options() {
    test::export_server_environment();
    return kafka::Options::from_environment().value();
}

class CollectingLogger final : public Logger {
public:
    bool enabled(LogLevel) const noexcept override { return true; }
    void write(LogLevel, std::string_view message, std::span<const LogField> fields) noexcept override {
        const std::lock_guard lock{mutex_};
        text_ += message;
        for (const LogField& field : fields) {
            if (const auto* value = std::get_if<std::string_view>(&field.value)) text_ += *value;
        }
    }
    std::string text() const {
        const std::lock_guard lock{mutex_};
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

struct Outcomes final : WriteSink {
    void written(std::span<const WriteOutcome> outcomes) noexcept override {
        const std::lock_guard lock{mutex};
        for (const WriteOutcome& outcome : outcomes) failures += outcome.error != nullptr ? 1 : 0;
    }
    std::mutex mutex;
    int failures = 0;
};

/// One way of not getting in, and what every port must say about it.
struct Refusal {
    std::string name;
    std::string code;
    std::string message;
    std::function<void(kafka::Options&)> spoil;
};

std::vector<Refusal> refusals() {
    return {
        {"a wrong password", "kafka.authentication", "uthentication",
         [](kafka::Options& options) { options.sasl_password = "wr0ng-w0rd"; }},
        {"an unknown user", "kafka.authentication", "uthentication",
         [](kafka::Options& options) { options.sasl_username = "nobody"; }},
        {"another certificate authority", "kafka.tls", "certificate",
         [](kafka::Options& options) { options.ssl_ca_location = test::server_setting("EVENTSDK_TEST_WRONG_CA"); }},
        {"another host name", "kafka.tls", "certificate",
         [](kafka::Options& options) { options.bootstrap_servers = test::server_setting("EVENTSDK_TEST_WRONG_HOST"); }},
        {"plain text to the TLS port", std::string{codes::unavailable}, "security.protocol",
         [](kafka::Options& options) {
             const std::string servers = options.bootstrap_servers;
             options = {};
             options.bootstrap_servers = servers;
         }},
        {"TLS to the plain text port", "kafka.tls", "SSL",
         [](kafka::Options& options) { options.bootstrap_servers = test::server_setting("EVENTSDK_TEST_PLAINTEXT"); }}};
}

class Stopwatch {
public:
    Duration elapsed() const { return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start_); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void require_cause(const Error& error, const Refusal& refusal) {
    INFO(error.to_string());
    CHECK(error.kind == ErrorKind::unavailable);
    CHECK(error.code == refusal.code);
    CHECK_THAT(error.message, Contains(refusal.message));
    CHECK_FALSE(error.hint.empty());
    CHECK_THAT(error.to_string(), !Contains("wr0ng-w0rd") && !Contains("app-secret"));
}

}  // namespace

TEST_CASE("the right password and authority lead to the cluster", "[kafka][security]") {
    const auto logger = std::make_shared<CollectingLogger>();
    const auto broker = kafka::connect(good_options(), {.logger = logger}).value();
    CHECK(broker.port().probe(10s));
    const auto admin = broker.port().admin().value();
    const std::string topic = test::unique_name("security");
    REQUIRE(admin->create_topic({.name = topic}, 10s));
    Outcomes outcomes;
    const auto writer = broker.port().writer({}, outcomes).value();
    REQUIRE(writer->write({.topic = topic, .value = "v"}, 1));
    CHECK(writer->flush(10s));
    CHECK(outcomes.failures == 0);
    const auto reader = broker.port().reader({.group = topic, .topics = {topic}}, nullptr).value();
    std::vector<ReceivedRecord> records;
    const Stopwatch watch;
    while (records.empty() && watch.elapsed() < 20s) REQUIRE(reader->poll(records, 1, 1s));
    CHECK(records.size() == 1);
    CHECK_THAT(logger->text(), !Contains("app-secret"));
}

TEST_CASE("each way of being refused is one clear error of probe within its deadline", "[kafka][security]") {
    for (const Refusal& refusal : refusals()) {
        INFO(refusal.name);
        kafka::Options options = good_options();
        refusal.spoil(options);
        const auto logger = std::make_shared<CollectingLogger>();
        const auto broker = kafka::connect(options, {.logger = logger}).value();
        const Stopwatch watch;
        const auto probed = broker.port().probe(deadline);
        CHECK(watch.elapsed() <= deadline + 1s);
        REQUIRE_FALSE(probed);
        require_cause(probed.error(), refusal);
        CHECK_THAT(logger->text(), !Contains("wr0ng-w0rd") && !Contains("app-secret"));
    }
}

TEST_CASE("a reader that is refused says why instead of waiting for ever", "[kafka][security]") {
    for (const Refusal& refusal : refusals()) {
        INFO(refusal.name);
        kafka::Options options = good_options();
        refusal.spoil(options);
        const auto broker = kafka::connect(options, {.logger = silent_logger()}).value();
        const auto reader = broker.port().reader({.group = "g", .topics = {"t"}}, nullptr).value();
        const Stopwatch watch;
        std::vector<ReceivedRecord> records;
        Result<std::size_t> polled = std::size_t{0};
        while (polled && watch.elapsed() < deadline) polled = reader->poll(records, 1, deadline - watch.elapsed());
        CHECK(watch.elapsed() <= deadline + 1s);
        REQUIRE_FALSE(polled);
        require_cause(polled.error(), refusal);
        reader->close(500ms);
        CHECK(watch.elapsed() <= deadline + 3s);
    }
}

TEST_CASE("a writer that is refused keeps its records for a bounded time and says why", "[kafka][security]") {
    for (const Refusal& refusal : refusals()) {
        INFO(refusal.name);
        kafka::Options options = good_options();
        refusal.spoil(options);
        const auto broker = kafka::connect(options, {.logger = silent_logger()}).value();
        Outcomes outcomes;
        const auto writer = broker.port().writer({.delivery_timeout = 60s}, outcomes).value();
        const Stopwatch watch;
        REQUIRE(writer->write({.topic = "t", .value = "v"}, 1));
        const auto flushed = writer->flush(2s);
        REQUIRE_FALSE(flushed);
        CHECK(flushed.error().kind == ErrorKind::retriable);
        CHECK(flushed.error().code == codes::flush_timeout);
        CHECK_THAT(flushed.error().message, Contains(refusal.message));
        writer->close(0ms);
        CHECK(outcomes.failures == 1);
        CHECK(watch.elapsed() <= 6s);
    }
}

TEST_CASE("a transactional writer that is refused says why within its deadline", "[kafka][security]") {
    for (const Refusal& refusal : refusals()) {
        INFO(refusal.name);
        kafka::Options options = good_options();
        refusal.spoil(options);
        const auto broker = kafka::connect(options, {.logger = silent_logger()}).value();
        Outcomes outcomes;
        const Stopwatch watch;
        const auto made = broker.port().transactional_writer(
            {.transactional_id = test::unique_name("security"), .init_timeout = deadline}, outcomes);
        CHECK(watch.elapsed() <= deadline + 2s);
        REQUIRE_FALSE(made);
        require_cause(made.error(), refusal);
    }
}

TEST_CASE("no broker at all is told with its address, within the deadline", "[kafka][security]") {
    kafka::Options options;
    options.bootstrap_servers = "127.0.0.1:1";
    const auto broker = kafka::connect(options, {.logger = silent_logger()}).value();
    const Stopwatch watch;
    const auto probed = broker.port().probe(2s);
    CHECK(watch.elapsed() <= 3s);
    REQUIRE_FALSE(probed);
    CHECK(probed.error().kind == ErrorKind::unavailable);
    CHECK_THAT(probed.error().message, Contains("127.0.0.1:1") && Contains("refused"));
    const auto admin = broker.port().admin().value();
    const auto listed = admin->list_topics(1s);
    REQUIRE_FALSE(listed);
    CHECK(listed.error().kind == ErrorKind::unavailable);
    CHECK(watch.elapsed() <= 5s);
}
