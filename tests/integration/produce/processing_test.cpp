#include <eventsdk/consume/dead_letter_options.hpp>
#include <eventsdk/process/processor.hpp>

#include "kafka_fixture.hpp"

#include <atomic>
#include <set>

using namespace eventsdk;
using support::AssignmentGraded;
using support::AssignmentSubmitted;
using support::KafkaAssignments;

TEST_CASE("a processor on Kafka publishes each result once and dead-letters a poison event", "[process][kafka]") {
    KafkaAssignments kafka;
    std::vector<Record> batch;
    Producer producer = Producer::create(kafka.broker, kafka.catalogue).value();
    for (int i = 0; i < 2'000; ++i) {
        const std::string student = "student-" + std::to_string(i);
        batch.push_back(producer.prepare(student, support::submitted(student)).value());
    }
    batch[700].value = "{";
    for (const auto& result : producer.publish_all(batch)) REQUIRE(result);

    Process process{test::unique_name("grader")};
    std::atomic<int> graded{0};
    process.on<AssignmentSubmitted>(
        [&](const AssignmentSubmitted& event, const Delivery& delivery, Transaction& transaction) {
            transaction.publish(event.student_id, AssignmentGraded{event.student_id, 5}, {.caused_by = delivery});
            ++graded;
        });
    Processor processor = Processor::create(kafka.broker, kafka.catalogue, std::move(process),
                                            {.transactional_id = test::unique_name("grader")})
                              .value();
    std::size_t finished = 0;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (finished < batch.size() && std::chrono::steady_clock::now() < deadline) {
        const auto step = processor.step(Duration{200});
        REQUIRE(step);
        finished += *step;
    }
    CHECK(finished == batch.size());

    std::multiset<std::string> keys;
    for (const auto& [partition, records] : kafka.read(kafka.grades))
        for (const Record& record : records) keys.insert(*record.key);
    CHECK(keys.size() == 1'999);
    CHECK(std::set<std::string>(keys.begin(), keys.end()).size() == 1'999);
    const auto dead = kafka.read(kafka.submissions + ".dlq");
    REQUIRE(dead.size() == 1);
    REQUIRE(dead.begin()->second.size() == 1);
    CHECK(dead.begin()->second.front().value == "{");
    CHECK(dead.begin()->second.front().header(dead_letter_headers::stage) == "parse");
}
