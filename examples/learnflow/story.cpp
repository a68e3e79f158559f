// The system's story: events of two writers, a handler that fails and is retried, a dead letter that comes back after
// the repair, and the three metrics. In memory, or on the Kafka that KAFKA_BOOTSTRAP_SERVERS names.
#include "catalogue.hpp"
#include "services.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/consume/redrive.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/prometheus/exporter.hpp>
#include <eventsdk/service/service.hpp>

#include <iostream>
#include <sstream>

using namespace eventsdk;
using namespace learnflow;
using namespace std::chrono_literals;

namespace {

/// What Dapr's Kafka component writes: a structured CloudEvent without a content-type header, the trace empty.
Record as_dapr_writes(const std::string& topic) {
    return {
        .topic = topic, .key = "linus", .value = R"({"specversion": "1.0", "id": "5929aaac-a5e2-4ca1-859c-edfe73f11565",
        "source": "exercise-service", "type": "code.submitted", "datacontenttype": "application/json",
        "pubsubname": "pubsub", "topic": "code-submitted", "traceparent": "", "tracestate": "",
        "data": {"exerciseId": "loops", "code": "return 3", "language": "python"}})"};
}

void publish(Producer& producer, const std::string& topic) {
    std::cout << "1. Events come from this service and from one behind Dapr\n";
    producer.publish("ada", LearningEvent{Activity::exercise_started, "loops", {}, {}}).value();
    producer.publish("grace", LearningEvent{Activity::help_requested, "loops", {}, {}}).value();
    producer.publish("grace", LearningEvent{Activity::help_requested, "loops", {}, {}}).value();
    producer.publish("ada", LearningEvent{Activity::exercise_completed, "loops", 310, 2}).value();
    producer.publish("ada", CodeSubmitted{"loops", "return 1", "python"}).value();
    producer.publish("grace", CodeSubmitted{"loops", "fn f() {}", "rust"}).value();
    producer.publish(as_dapr_writes(topic)).value();
    std::cout << "   four learning events, three submissions, one of them a CloudEvent\n";
}

void show_metrics(const std::string& scraped) {
    std::istringstream lines{scraped};
    std::map<std::string, int> series;
    for (std::string line; std::getline(lines, line);)
        for (const char* name : {"kafka_consumer_lag", "kafka_messages_per_second", "kafka_consumer_errors"})
            if (line.rfind(std::string{name} + "{group=\"learnflow-grader\"", 0) == 0) ++series[name];
    for (const auto& [name, count] : series) std::cout << "   " << name << "\n";
}

void tell(const Broker& broker, const Catalogue& catalogue, const prometheus::Exporter& exporter) {
    const std::string topic = catalogue.topic_of("code.submitted").value();
    auto producer = Producer::create(broker, catalogue).value();
    publish(producer, topic);

    std::cout << "2. The sandbox for rust is broken: retries after 1, 2 and 4 s, then a dead letter\n";
    bool repaired = false;
    std::map<std::string, std::vector<std::string>> graded;  // by user, for a steady order
    int tries = 0;
    std::string scraped;  // what Prometheus would have found at the last try
    const Sandbox sandbox = [&](const CodeSubmitted& submitted) -> Result<bool> {
        if (submitted.language == "rust" && ++tries == 4) scraped = exporter.text();
        if (submitted.language == "rust" && !repaired)
            return Error{.kind = ErrorKind::retriable, .code = "sandbox.broken", .message = "rustc is not installed"};
        return true;
    };
    Struggles struggles;
    Service service{broker, catalogue};
    service
        .add(make_grader(sandbox,
                         [&](const auto& user, const auto& exercise, bool) { graded[user].push_back(exercise); }))
        .value();
    service.add(make_tutor(struggles, producer)).value();
    service.run_until_caught_up().value();
    for (const auto& [user, exercises] : graded) std::cout << "   graded: " << user << " " << exercises[0] << "\n";
    std::cout << "   tried for grace: " << tries << " times\n";

    std::cout << "3. The dead letters, and why\n";
    const auto show = [](const ReceivedRecord& letter, DeadLetterState) {
        std::cout << "   " << *letter.key << ": " << letter.header(dead_letter_headers::error_message).value_or("")
                  << "\n";
        return true;
    };
    visit_dead_letters(broker, dead_letter_topic(topic), {.stage = "handler"}, show).value();

    std::cout << "4. The sandbox is repaired; what died is sent back, to the group that failed alone\n";
    repaired = true;
    graded.clear();
    const auto redriven =
        redrive_dead_letters(broker, dead_letter_topic(topic), {.filter = {.stage = "handler"}}).value();
    service.run_until_caught_up().value();
    std::cout << "   sent back: " << redriven.redriven << "\n";
    for (const auto& [user, exercises] : graded) std::cout << "   graded: " << user << " " << exercises[0] << "\n";

    std::cout << "5. Who asked for help twice struggles\n";
    Projection reads{"learnflow-dashboard"};
    reads.on<StruggleDetected>([](const StruggleDetected& struggle, const Delivery& delivery) {
        std::cout << "   " << delivery.envelope().aggregate_id << " with " << struggle.topic << ": "
                  << struggle.suggested_action << "\n";
    });
    Service dashboard{broker, catalogue};
    dashboard.add(std::move(reads)).value();
    dashboard.run_until_caught_up().value();

    std::cout << "6. Prometheus found, while that was tried\n";
    show_metrics(scraped);
}

}  // namespace

int main() {
    try {
        const auto exporter = prometheus::Exporter::create().value();
        const Runtime runtime{.logger = stderr_logger(LogLevel::error), .metrics = exporter.metrics()};
        const Broker broker = kafka::connect_or(memory::Broker{{}, runtime}, runtime).value();
        const Catalogue catalogue = load_catalogue("story-" + uuid_v7_generator()->next().to_string() + ".");
        const auto topics = topic_specs(catalogue, {.partitions = 3});
        auto admin = broker.port().admin().value();
        ensure_topics(*admin, topics, 30s).value();
        std::cout << "learnflow on " << broker.port().describe() << "\n";
        tell(broker, catalogue, exporter);
        for (const TopicSpec& topic : topics) admin->delete_topic(topic.name, 30s).value();
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << "learnflow_story: " << failed.error().to_string() << "\n";
        return 3;
    }
}
