// All or none: grades in one transaction, and a processor whose results and offsets are committed together.
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <cstdlib>
#include <iostream>
#include <set>

struct AssignmentGraded {
    std::string student_id;
    int points = 0;
};
struct BadgeAwarded {
    std::string badge;
};

template <>
struct eventsdk::EventTraits<AssignmentGraded> {
    static constexpr EventType type{"AssignmentGraded", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields =
        std::tuple{field("studentId", &AssignmentGraded::student_id), field("points", &AssignmentGraded::points)};
};
template <>
struct eventsdk::EventTraits<BadgeAwarded> {
    static constexpr EventType type{"BadgeAwarded", 1};
    static constexpr AggregateType aggregate{"gamification", "badge"};
    static constexpr auto fields = std::tuple{field("badge", &BadgeAwarded::badge)};
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

void publish_grades(const Broker& broker, const Catalogue& catalogue) {
    // [transact]
    auto producer = TransactionalProducer::create(broker, catalogue, {.transactional_id = "grader-1"}).value();
    Result<void> graded = producer.transact([&](Transaction& transaction) {
        transaction.publish("essay-1", AssignmentGraded{"ada", 97});
        transaction.publish("essay-2", AssignmentGraded{"bob", 40});
        transaction.publish("essay-3", AssignmentGraded{"eve", 92});
    });
    // [transact]
    graded.value();
    std::cout << "three grades were published together\n";

    Result<void> refused = producer.transact([&](Transaction& transaction) {
        transaction.publish("essay-4", AssignmentGraded{"joe", 50});
        transaction.publish("essay-5", AssignmentGraded{"joe", 5000});  // its schema says at most 100
    });
    std::cout << "nothing was published: " << refused.error().code << "\n";
}

std::set<std::string> award_badges(const Broker& broker, const Catalogue& catalogue) {
    std::set<std::string> awarded;
    // [process]
    Process badges{"badges-v1"};  // the name is the consumer group
    badges.on<AssignmentGraded>([&](const AssignmentGraded& event, const Delivery& delivery, Transaction& transaction) {
        if (event.points < 90) return;
        transaction.publish(event.student_id, BadgeAwarded{"gold"}, {.caused_by = delivery});
        awarded.insert(event.student_id);
    });

    auto processor = Processor::create(broker, catalogue, std::move(badges), {.transactional_id = "badges-1"}).value();
    for (std::size_t done = 0; done < 3;) done += processor.step(100ms).value();  // a service calls run(stop_token)
    // [process]
    return awarded;
}

int main(int argc, char** argv) {
    try {
        const auto catalogue = Catalogue::load({.environment = "lesson4", .schemas = SCHEMAS},
                                               event<AssignmentGraded>(), event<BadgeAwarded>())
                                   .value();
        const auto broker = connect(argc, argv).value();
        auto admin = broker.port().admin().value();
        ensure_topics(*admin, topic_specs(catalogue, {.partitions = 3}), 30s).value();

        publish_grades(broker, catalogue);
        std::cout << "badges:";
        for (const std::string& student : award_badges(broker, catalogue)) std::cout << " " << student;
        std::cout << "\n";
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << failed.error().to_string() << "\n";
        return 1;
    }
}
