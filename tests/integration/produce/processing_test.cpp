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

TEST_CASE("on Kafka, what was handled in a transaction that outlived its timeout is handled again and seen once",
          "[process][kafka]") {
    KafkaAssignments kafka{1};
    const std::vector<std::string> students{"ada", "bob", "eve"};
    Producer producer = Producer::create(kafka.broker, kafka.catalogue).value();
    for (const std::string& student : students) REQUIRE(producer.publish(student, support::submitted(student)));

    auto admin = kafka.broker.port().admin().value();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    const auto aborted = [&] {  // a result and the broker's mark behind it
        const auto marks = admin->watermarks({kafka.grades, 0}, Duration{10'000});
        return marks && marks->last_stable >= 2;
    };
    std::map<std::string, int> runs;
    bool outlived = false;
    Process process{test::unique_name("grader")};
    process.on<AssignmentSubmitted>(
        [&](const AssignmentSubmitted& event, const Delivery& delivery, Transaction& transaction) {
            transaction.publish(event.student_id, AssignmentGraded{event.student_id, 5}, {.caused_by = delivery});
            if (++runs[event.student_id] > 1 || event.student_id != "ada") return;
            while (!(outlived = aborted()) && std::chrono::steady_clock::now() < deadline)
                std::this_thread::sleep_for(std::chrono::milliseconds{50});
        });
    const std::string group = process.name();
    Processor processor =
        Processor::create(kafka.broker, kafka.catalogue, std::move(process),
                          {.transactional_id = test::unique_name("grader"), .transaction_timeout = Duration{2'000}})
            .value();
    std::size_t finished = 0;
    while (finished < students.size() && std::chrono::steady_clock::now() < deadline) {
        const auto step = processor.step(Duration{200});
        REQUIRE(step);
        finished += *step;
    }
    CHECK(outlived);
    CHECK(finished == students.size());
    CHECK(runs["ada"] >= 2);
    std::multiset<std::string> keys;
    for (const auto& [partition, records] : kafka.read(kafka.grades))
        for (const Record& record : records) keys.insert(*record.key);
    CHECK(keys == std::multiset<std::string>(students.begin(), students.end()));
}
