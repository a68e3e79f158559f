#pragma once

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/produce/producer.hpp>

#include "support/assignment_events.hpp"
#include "support/catch.hpp"
#include "support/kafka_env.hpp"

#include <map>
#include <thread>

namespace support {

/// Submissions and grades on topics of a real Kafka that no other test uses.
struct KafkaAssignments {
    eventsdk::Broker broker = connect();
    std::string submissions = eventsdk::test::unique_name("submissions");
    std::string grades = eventsdk::test::unique_name("grades");
    eventsdk::Catalogue catalogue = load(submissions, grades);

    explicit KafkaAssignments(std::int32_t partitions = 4) {
        for (const std::string& topic : {submissions, grades, submissions + ".dlq"})
            make_topic({.name = topic, .partitions = partitions});
    }
    static eventsdk::Broker connect() {
        eventsdk::kafka::Options options;
        options.bootstrap_servers = eventsdk::test::kafka_bootstrap();
        return eventsdk::kafka::connect(options, {.logger = eventsdk::silent_logger()}).value();
    }
    static eventsdk::Catalogue load(const std::string& submissions, const std::string& grades) {
        SchemaDirectory schemas;
        schemas.add("education/AssignmentSubmitted.v1.schema.json", submitted_schema)
            .add("education/AssignmentGraded.v1.schema.json", graded_schema);
        return eventsdk::Catalogue::load({.environment = "test", .schemas = schemas.path()},
                                         eventsdk::event<AssignmentSubmitted>({.topic = submissions}),
                                         eventsdk::event<AssignmentGraded>({.topic = grades}))
            .value();
    }
    void make_topic(const eventsdk::TopicSpec& spec) const {
        auto admin = broker.port().admin().value();
        admin->create_topic(spec, eventsdk::Duration{30'000}).value();
    }
    /// Every record of a topic that a read_committed reader sees, by partition, in order.
    [[nodiscard]] std::map<std::int32_t, std::vector<eventsdk::Record>> read(const std::string& topic) const;
};

inline std::map<std::int32_t, std::vector<eventsdk::Record>> KafkaAssignments::read(const std::string& topic) const {
    using namespace eventsdk;
    auto admin = broker.port().admin().value();
    // A partition just made, or a broker just back, may have no leader yet.
    const auto patiently = [](const auto& ask) {
        auto answer = ask();
        for (int turn = 0; turn < 200 && !answer && answer.error().kind == ErrorKind::retriable; ++turn) {
            std::this_thread::sleep_for(std::chrono::milliseconds{100});
            answer = ask();
        }
        return answer;
    };
    const auto description = patiently([&] { return admin->describe_topic(topic, Duration{10'000}); }).value();
    auto reader = broker.port().reader({}, nullptr).value();
    std::vector<PartitionOffset> positions;
    std::map<std::int32_t, std::int64_t> ends;
    for (std::int32_t partition = 0; partition < description.partitions; ++partition) {
        // Just after a commit its end may not be stable yet.
        const auto marks = patiently([&] { return admin->watermarks({topic, partition}, Duration{10'000}); });
        if (marks.value().high <= marks->low) continue;
        positions.push_back({topic, partition, -1, {}});
        ends[partition] = marks->high;
    }
    std::map<std::int32_t, std::vector<Record>> read;
    if (positions.empty()) return read;
    reader->assign(positions).value();
    // Control records at the end are never handed out: a quiet second after the last record is the end as well.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{120};
    auto last = std::chrono::steady_clock::now();
    while (!ends.empty() && std::chrono::steady_clock::now() < deadline) {
        std::vector<ReceivedRecord> records;
        reader->poll(records, 10'000, Duration{200}).value();
        for (const ReceivedRecord& record : records) {
            read[record.partition].push_back(record.to_record());
            if (const auto end = ends.find(record.partition); end != ends.end() && record.offset + 1 >= end->second)
                ends.erase(end);
        }
        if (!records.empty()) last = std::chrono::steady_clock::now();
        const std::chrono::seconds quiet{read.empty() ? 10 : 2};
        if (records.empty() && std::chrono::steady_clock::now() - last > quiet) break;
    }
    return read;
}

}  // namespace support
