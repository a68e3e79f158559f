// What the documents quote and no test or example shows: compiled, so that it is right. Nothing here runs.
#include <eventsdk/aggregate/decide.hpp>
#include <eventsdk/consume/replay.hpp>
#include <eventsdk/eventsdk.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/prometheus/exporter.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/service/stop_on_signals.hpp>
#include <eventsdk/snapshot/event_index.hpp>
#include <eventsdk/snapshot/snapshots.hpp>
#include <eventsdk/sqlite/database.hpp>
#include <eventsdk/sqlite/event_index.hpp>
#include <eventsdk/testing/fault_plan.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include <thread>

// [event]
struct AssignmentSubmitted {
    std::string course_id;
    std::string student_id;
    std::string file_url;
};

template <>
struct eventsdk::EventTraits<AssignmentSubmitted> {
    static constexpr EventType type{"AssignmentSubmitted", 1};            // name, schema version
    static constexpr AggregateType aggregate{"education", "assignment"};  // topic <environment>.education.assignment
    static constexpr auto fields = std::tuple{field("courseId", &AssignmentSubmitted::course_id),
                                              field("studentId", &AssignmentSubmitted::student_id),
                                              field("fileUrl", &AssignmentSubmitted::file_url)};
};
// [event]

struct AssignmentGraded {
    std::int32_t points = 0;
};
template <>
struct eventsdk::EventTraits<AssignmentGraded> {
    static constexpr EventType type{"AssignmentGraded", 1};
    static constexpr AggregateType aggregate{"education", "assignment"};
    static constexpr auto fields = std::tuple{field("points", &AssignmentGraded::points)};
};

struct Assignment {
    std::int64_t points = 0;
};
template <>
struct eventsdk::AggregateTraits<Assignment> {
    static constexpr AggregateType type{"education", "assignment"};
    using Events = std::variant<AssignmentSubmitted, AssignmentGraded>;
    static constexpr auto fields = std::tuple{field("points", &Assignment::points)};
    static void apply(Assignment&, const AssignmentSubmitted&) {}
    static void apply(Assignment& state, const AssignmentGraded& event) { state.points = event.points; }
};

namespace snippets {

using namespace eventsdk;
using namespace std::chrono_literals;

struct Scores {
    void add(const std::string&, int) {}
};
struct Mailer {
    bool up() { return true; }
    template <class T>
    void send(const T&) {}
};

void readme(std::stop_token stop_token, const std::string& assignment_id, const std::string& course,
            const std::string& student, const std::string& url, Scores& scores);
void readme(std::stop_token stop_token, const std::string& assignment_id, const std::string& course,
            const std::string& student, const std::string& url, Scores& scores) {
    // [use]
    // publish
    auto catalogue =
        Catalogue::load({.environment = "prod", .schemas = "schemas"}, event<AssignmentSubmitted>()).value();
    auto broker = kafka::connect(kafka::Options::from_environment().value()).value();
    auto producer = Producer::create(broker, catalogue).value();
    Result<Receipt> receipt = producer.publish(assignment_id, AssignmentSubmitted{course, student, url});

    // project
    Projection points{"gamification-points-v1"};  // the name is the consumer group
    points.on<AssignmentSubmitted>([&](const AssignmentSubmitted& event) { scores.add(event.student_id, 5); });
    auto projector = Projector::create(broker, catalogue, std::move(points)).value();
    Result<StopReason> end = projector.run(stop_token);  // retries after 1, 2 and 4 s, then its dead-letter topic
    // [use]
}

void configuration();
void configuration() {
    // [connect]
    auto options = kafka::Options::from_environment().value();
    auto broker = kafka::connect(options).value();
    // [connect]
}

void consuming(Broker broker, Catalogue catalogue, std::stop_token stop_token, Scores& scores, Mailer& mailer);
void consuming(Broker broker, Catalogue catalogue, std::stop_token stop_token, Scores& scores, Mailer& mailer) {
    // [projection]
    Projection points{"gamification-points-v1"};
    points.on<AssignmentSubmitted>([&](const AssignmentSubmitted& event) { scores.add(event.student_id, 5); });
    points.on<AssignmentGraded>([&](const AssignmentGraded& event, const Delivery&) -> Handled {
        if (!mailer.up()) return unavailable();
        mailer.send(event);
        return done();
    });

    auto projector = Projector::create(broker, catalogue, std::move(points), {.workers = 8}).value();
    Result<StopReason> end = projector.run(stop_token);
    // [projection]
}

Projection make_state_updater(Scores& scores);
Projection make_notifier(Mailer& mailer);
void services(Catalogue catalogue, Scores& scores, Mailer& mailer);
void services(Catalogue catalogue, Scores& scores, Mailer& mailer) {
    // [service]
    const Broker broker = kafka::connect_or(memory::Broker{}).value();
    Service service{broker, catalogue};
    service.add(make_state_updater(scores)).value();
    service.add(make_notifier(mailer), {.workers = 8}).value();
    service.run(stop_on_signals()).value();
    // [service]
}

void memory_broker(Catalogue catalogue);
void memory_broker(Catalogue catalogue) {
    // [memory]
    auto clock = std::make_shared<testing::ManualClock>();
    memory::Broker broker{{}, {.clock = clock}};
    broker.create_topic({.name = "prod.education.assignment", .partitions = 4}).value();

    auto producer = Producer::create(broker, catalogue).value();
    producer.publish("assignment-1", AssignmentGraded{70}).value();
    const std::vector<Record> records = broker.records("prod.education.assignment");
    clock->advance(1h);
    broker.clean();  // retention and compaction, now
    // [memory]
}

void faults();
void faults() {
    // [faults]
    memory::Broker broker;
    testing::FaultPlan faults{broker};
    faults.fail_next(testing::Operation::write, 3, ErrorKind::retriable);  // three failed outcomes, nothing stored
    faults.lose_acknowledgements(testing::Operation::write, 1);            // stored, but reported as indeterminate
    faults.delay_next(testing::Operation::poll, 1, 5s);                    // by the runtime's clock
    faults.lose();                                                         // partitions lost without notice, then back
    faults.broker_down();                                                  // until broker_up()
    // [faults]
}

void observing(const kafka::Options& options, Projector& projector);
void observing(const kafka::Options& options, Projector& projector) {
    // [exporter]
    auto exporter = prometheus::Exporter::create({.port = 9464}).value();
    auto broker = kafka::connect(options, {.metrics = exporter.metrics()}).value();
    exporter.watch("points", [&] { return projector.health().summary(); });  // a projector on that broker
    // [exporter]
}

void replaying(const sqlite::Database& database, Projection& points, Mailer& mailer);
void replaying(const sqlite::Database& database, Projection& points, Mailer& mailer) {
    const auto count = [](const AssignmentGraded&, sqlite::Transaction&) {};
    // [live]
    points.on<AssignmentGraded>(sqlite::exactly_once(database), count);
    points.on<AssignmentSubmitted>(live_only, [&](const AssignmentSubmitted& event) { mailer.send(event); });
    // [live]
}

void indexing(Broker broker, Catalogue catalogue);
void indexing(Broker broker, Catalogue catalogue) {
    // [index]
    auto index = sqlite::open_event_index("events-index.db").value();  // {.keep_bytes = true} keeps them as well
    auto snapshots = Snapshots<Assignment>::create(broker, catalogue, {.index = index}).value();
    update_index(broker, *index, "prod.education.assignment", 10s).value();  // now and then; reads what is new
    // [index]
    // [keep_index]
    std::jthread projector{[&](std::stop_token stop) {
        const std::string events = "prod.education.assignment";
        keep_index(broker, *index, {.topics = {events, snapshot_topic(events)}}, stop).value();
    }};
    // [keep_index]
}

using Events = std::vector<AggregateTraits<Assignment>::Events>;
Result<void> append_to_outbox(std::span<const AggregateTraits<Assignment>::Events> events, std::int64_t revision);
void deciding(Snapshots<Assignment>& snapshots, const std::string& id);
void deciding(Snapshots<Assignment>& snapshots, const std::string& id) {
    // [decide]
    auto done =
        decide<Assignment>([&] { return snapshots.restore(id); },
                           [&](const Assignment& assignment) -> Result<Events> {
                               return Events{AssignmentGraded{assignment.points == 0 ? 70 : 100}};
                           },
                           [&](auto events, std::int64_t revision) { return append_to_outbox(events, revision); });
    // [decide]
}

void formats(const CatalogueOptions& options);
void formats(const CatalogueOptions& options) {
    // [formats]
    auto catalogue =
        Catalogue::load(options,
                        event<AssignmentSubmitted>(),  // native
                        event<AssignmentGraded>({.topic = "user_events", .format = layouts::user_events()}));
    // [formats]
}

}  // namespace snippets
