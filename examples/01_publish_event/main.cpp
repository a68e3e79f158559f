// Publishes one event: described once, checked against its schema, acknowledged by the broker.
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <cstdlib>
#include <iostream>

// [describe]
struct AssignmentSubmitted {
    std::string course_id;
    std::string student_id;
    std::string file_url;
    std::optional<std::string> comment{};  // added in a later release: optional, never required
};

template <>
struct eventsdk::EventTraits<AssignmentSubmitted> {
    static constexpr EventType type{"AssignmentSubmitted", 1};            // name, schema version
    static constexpr AggregateType aggregate{"education", "assignment"};  // bounded context, aggregate
    static constexpr auto fields = std::tuple{
        field("courseId", &AssignmentSubmitted::course_id), field("studentId", &AssignmentSubmitted::student_id),
        field("fileUrl", &AssignmentSubmitted::file_url), field("comment", &AssignmentSubmitted::comment)};
};
// [describe]

using namespace eventsdk;
using namespace std::chrono_literals;

// In memory, unless --brokers HOST:PORT or KAFKA_BOOTSTRAP_SERVERS names a cluster.
Result<Broker> connect(int argc, char** argv) {
    const bool given = argc == 3 && std::string_view{argv[1]} == "--brokers";
    if (!given && std::getenv("KAFKA_BOOTSTRAP_SERVERS") == nullptr) return memory::Broker{};
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    if (given) options->bootstrap_servers = argv[2];
    return kafka::connect(*options);
}

int run(int argc, char** argv) {
    // [catalogue]
    auto catalogue = Catalogue::load({.environment = "dev", .schemas = SCHEMAS}, event<AssignmentSubmitted>()).value();
    // [catalogue]
    auto broker = connect(argc, argv).value();

    // [topics]
    auto admin = broker.port().admin().value();  // nothing creates topics by itself
    ensure_topics(*admin, topic_specs(catalogue, {.partitions = 3}), 10s).value();
    // [topics]

    // [publish]
    auto producer = Producer::create(broker, catalogue).value();

    const std::string assignment_id = "6e8bc430-9c3a-11d9-9669-0800200c9a66";
    const AssignmentSubmitted submitted{.course_id = "919108f7-52d1-4320-9bac-f847db4148a8",
                                        .student_id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
                                        .file_url = "https://files.example.com/essay.pdf"};
    Result<Receipt> receipt = producer.publish(assignment_id, submitted);
    if (!receipt) return std::cerr << receipt.error().to_string() << "\n", 1;
    std::cout << "stored in " << receipt->topic << ", partition " << receipt->partition << "\n";
    // [publish]

    // [refused]
    AssignmentSubmitted nobody = submitted;
    nobody.student_id = "ada";  // no UUID: the schema forbids it, and nothing is sent
    if (auto refused = producer.publish(assignment_id, nobody); !refused)
        std::cout << "refused: " << refused.error().code << " at " << refused.error().pointer << "\n";
    // [refused]

    // [again]
    Record record = producer.prepare(assignment_id, submitted).value();  // checked, encoded, has its event id
    auto outcome = producer.publish(record);
    if (!outcome && outcome.error().kind == ErrorKind::indeterminate)
        outcome = producer.publish(record);  // same id, same bytes: readers drop the double
    std::cout << "the prepared record is " << (outcome ? "stored" : "not stored") << "\n";
    // [again]
    return 0;
}

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const BadResult& failed) {
        std::cerr << failed.error().to_string() << "\n";
        return 1;
    }
}
