// What becomes of events that cannot be handled now, or ever: retries by class, dead letters, and the way back.
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <cstdlib>
#include <iostream>

struct AssignmentGraded {
    std::string student;
    int points = 0;
};

template <>
struct eventsdk::EventTraits<AssignmentGraded> {
    static constexpr EventType type{"AssignmentGraded", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields =
        std::tuple{field("student", &AssignmentGraded::student), field("points", &AssignmentGraded::points)};
};

using namespace eventsdk;
using namespace std::chrono_literals;

// In memory, unless --brokers HOST:PORT or KAFKA_BOOTSTRAP_SERVERS names a cluster.
Result<Broker> connect(int argc, char** argv) {
    const Runtime quiet{.logger = stderr_logger(LogLevel::error)};
    const bool given = argc == 3 && std::string_view{argv[1]} == "--brokers";
    if (!given && std::getenv("KAFKA_BOOTSTRAP_SERVERS") == nullptr) return memory::Broker{{}, quiet};
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    if (given) options->bootstrap_servers = argv[2];
    return kafka::connect(*options, quiet);
}

void print_certificates(const Broker& broker, const Catalogue& catalogue, bool mended) {
    // [handle]
    Projection certificates{"certificates-v1"};
    certificates.around([](const Delivery& delivery, const std::function<Handled()>& next) {
        std::cout << delivery.envelope().aggregate_id << ", attempt " << delivery.attempt() << ": ";
        return next();  // the place for timing, tracing, a tenant's context
    });
    certificates.on<AssignmentGraded>([&](const AssignmentGraded& event, const Delivery& delivery) -> Result<void> {
        if (event.points == 70 && delivery.attempt() < 3) {
            std::cout << "the printer is busy\n";
            return Error{.kind = ErrorKind::conflict, .code = "printer.busy", .message = "another job is printing"};
        }
        if (event.points == 0 && !mended) {
            std::cout << "no template\n";
            return Error{.kind = ErrorKind::permanent, .code = "template.none", .message = "no template for 0 points"};
        }
        std::cout << "printed\n";
        return {};
    });

    ProjectorOptions options;
    options.retry = {.max_retries = 3, .first_delay = 1s, .max_delay = 30s};  // the default: 1 s, 2 s, 4 s
    options.retry_rules = {{.kind = ErrorKind::conflict, .policy = {.max_retries = 10, .first_delay = 300ms}}};
    auto projector = Projector::create(broker, catalogue, std::move(certificates), options).value();
    projector.run_until_caught_up().value();  // a service calls run(stop_token)
    // [handle]
}

int run(int argc, char** argv) {
    auto catalogue = Catalogue::load({.environment = "letters", .schemas = SCHEMAS}, event<AssignmentGraded>()).value();
    auto broker = connect(argc, argv).value();
    ensure_topics(*broker.port().admin().value(), topic_specs(catalogue, {.partitions = 1}), 10s).value();

    auto producer = Producer::create(broker, catalogue).value();
    for (const auto& [essay, points] : {std::pair{"essay-1", 70}, {"essay-2", 0}, {"essay-3", 30}})
        producer.publish(essay, AssignmentGraded{"ada", points}).value();
    print_certificates(broker, catalogue, false);

    // [redrive]
    const std::string letters = dead_letter_topic(catalogue.topics().front());
    const DeadLetterFilter no_template{.code = "template.none"};
    visit_dead_letters(broker, letters, no_template, [](const ReceivedRecord& letter, DeadLetterState state) {
        if (state == DeadLetterState::open)
            std::cout << *letter.key << ": " << *letter.header(dead_letter_headers::error_message) << "\n";
        return true;  // go on
    }).value();

    // The template is there now: back to certificates-v1, and to no other group.
    const RedriveReport report = redrive_dead_letters(broker, letters, {.filter = no_template}).value();
    std::cout << report.redriven << " redriven\n";
    // [redrive]
    print_certificates(broker, catalogue, true);
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
