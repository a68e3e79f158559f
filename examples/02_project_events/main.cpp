// Counts points from events: a projection with a retry, a dead letter, and offsets committed when work is done.
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <cstdlib>
#include <iostream>
#include <map>

struct AssignmentGraded {
    std::string student_id;
    std::string teacher_id;
    int points = 0;
};

template <>
struct eventsdk::EventTraits<AssignmentGraded> {
    static constexpr EventType type{"AssignmentGraded", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields =
        std::tuple{field("studentId", &AssignmentGraded::student_id), field("teacherId", &AssignmentGraded::teacher_id),
                   field("points", &AssignmentGraded::points)};
};

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
    auto catalogue = Catalogue::load({.environment = "dev", .schemas = SCHEMAS}, event<AssignmentGraded>()).value();
    auto broker = connect(argc, argv).value();
    auto admin = broker.port().admin().value();
    ensure_topics(*admin, topic_specs(catalogue, {.partitions = 3}), 10s).value();  // and their dead-letter topics

    const std::string ada = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", teacher = "919108f7-52d1-4320-9bac-f847db4148a8";
    auto producer = Producer::create(broker, catalogue).value();
    producer.publish("essay-1", AssignmentGraded{ada, teacher, 70}).value();
    producer.publish("essay-2", AssignmentGraded{ada, teacher, 0}).value();
    producer.publish("essay-3", AssignmentGraded{ada, teacher, 30}).value();

    // [project]
    std::map<std::string, int> points;
    Projection ranking{"ranking-v1"};  // the name is the consumer group
    ranking.on<AssignmentGraded>([&](const AssignmentGraded& event, const Delivery& delivery) -> Handled {
        if (event.points == 0) return dead_letter("zero points are entered by hand");
        if (event.points == 30 && delivery.attempt() == 1) return retry_after(100ms, "the ranking is locked");
        points[event.student_id] += event.points;
        return done();  // also: retry(), unavailable(), skip("reason"), stop("reason"); or throw, which is a retry
    });

    auto projector = Projector::create(broker, catalogue, std::move(ranking), {.workers = 2}).value();
    Result<StopReason> end = projector.run_until_caught_up();  // a service calls run(stop_token)
    // [project]
    if (!end) return std::cerr << end.error().to_string() << "\n", 1;
    std::cout << "ada has " << points[ada] << " points\n";
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
