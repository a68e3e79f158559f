// The system's story: a command writes table and event in one transaction, the relay publishes, two projections follow
// exactly once, the state is restored from snapshots, a read model is built anew beside the live one, and a newer release
// comes in while this one runs. In memory, or on the Kafka that KAFKA_BOOTSTRAP_SERVERS and its siblings name (TLS and
// SCRAM too), on topics of its own.
#include "newer_release/events.hpp"
#include "scratch.hpp"
#include "services.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/consume/replay.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/snapshot/snapshots.hpp>

#include <iostream>

using namespace eventsdk;
using namespace campus_hub;
using namespace std::chrono_literals;

namespace {

const Uuid course = *Uuid::parse("919108f7-52d1-4320-9bac-f847db4148a8");
const Uuid ada = *Uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398a");
const Uuid grace = *Uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398b");
const std::string essay = "3f0c9a52-6c1e-4d0e-9d1b-0f2d7a3e5b10";
const std::string poster = "3f0c9a52-6c1e-4d0e-9d1b-0f2d7a3e5b11";

AssignmentSubmitted draft(const Uuid& student, int number) {
    return {course, student, "https://files.example.com/draft-" + std::to_string(number) + ".pdf"};
}

void show(sql::Database& read_side, const std::string& table) {
    const std::string sql = "SELECT CASE WHEN student LIKE '%a' THEN 'ada' ELSE 'grace' END, points FROM ";
    for (const auto& row : ask(read_side, sql + table + " ORDER BY 1"))
        std::cout << "   " << table << ": " << row[0] << " " << row[1] << "\n";
}

void submit(Assignments& assignments) {
    std::cout << "1. Submit: the assignment's row and its event in one transaction\n";
    for (int number = 0; number < 3; ++number) assignments.submit(essay, draft(ada, number), number).value();
    assignments.submit(poster, draft(grace, 0), 0).value();
    std::cout << "   three drafts of the essay and one poster\n";
    const Error late = assignments.submit(essay, draft(ada, 9), 1).error();
    std::cout << "   a fourth draft, written on the first one: " << to_string(late.kind)
              << ", the essay is at revision " << late.revision << "\n";
}

void restore(const Broker& broker, const Catalogue& catalogue) {
    std::cout << "4. The state of the essay, from its newest snapshot and the events after it\n";
    auto snapshots = Snapshots<Assignment>::create(broker, catalogue, {.every_revisions = 2, .history = true}).value();
    auto now = snapshots.restore(essay).value();
    snapshots.offer(essay, now.revision, now.state);
    snapshots.flush(30s).value();
    now = snapshots.restore(essay).value();
    std::cout << "   revision " << now.revision << " from a snapshot of " << now.report.snapshot_revision.value_or(0)
              << ": " << now.state.submissions << " drafts, the latest " << now.state.latest_file << "\n";
    const auto then = snapshots.restore_at(essay, 1).value();
    std::cout << "   as of revision 1: " << then.state.latest_file << "\n";
}

void build_anew(const Broker& broker, const Catalogue& catalogue, sql::Database& read_side) {
    std::cout << "5. The read model is built anew beside the live one, then takes its place\n";
    const auto swap = [](sql::Transaction& db) -> Result<void> {
        for (const char* sql : {"DROP TABLE points", "ALTER TABLE points_anew RENAME TO points"})
            if (auto done = db.execute(sql); !done) return done.error();
        return {};
    };
    const auto report = rebuild(broker, catalogue, make_points(read_side, "points-anew", "points_anew"),
                                {.replay = {.redriven_for = "points"},
                                 .switch_over = [&] { return read_side.adopt("points-anew", "points", swap); }})
                            .value();
    std::cout << "   " << report.handled << " events, switched: " << (report.switched ? "yes" : "no") << "\n";
}

void upgrade(const Broker& broker, const std::string& topic, Service& running, Producer& producer) {
    std::cout << "6. While it runs, a newer release writes version 2, which has one more member\n";
    running.start();
    const Catalogue catalogue = newer::load_catalogue(topic.substr(0, topic.find('.')));
    auto newer_producer = Producer::create(broker, catalogue).value();
    newer_producer
        .publish(poster, newer::AssignmentSubmitted{course, ada, "https://files.example.com/new.pdf", "sorry"})
        .value();
    producer.publish(poster, draft(grace, 2)).value();

    std::map<std::int32_t, int> read;  // by version
    Projection comments{"comments"};
    comments.on<newer::AssignmentSubmitted>([&read](const newer::AssignmentSubmitted& event, const Delivery& delivery) {
        ++read[delivery.envelope().schema_version];
        if (event.comment) std::cout << "   the newer release reads a comment: " << *event.comment << "\n";
    });
    Service beside{broker, catalogue};
    beside.add(std::move(comments), {.workers = 1}).value();
    beside.run_until_caught_up().value();
    for (const auto& [version, count] : read)
        std::cout << "   the newer release reads " << count << " of version " << version << "\n";
    running.stop().value();
    running.run_until_caught_up().value();
    std::cout << "   the older one counts both\n";
}

void tell(const Broker& broker, const Catalogue& catalogue, const Scratch& scratch) {
    auto assignments = Assignments::open(scratch.place_of("campus"), catalogue).value();
    submit(assignments);

    std::cout << "2. The relay publishes what the transactions left\n";
    auto relay = OutboxRelay::create(sql::open_outbox(scratch.place_of("campus")).value(), broker).value();
    std::cout << "   " << relay.run_once().value() << " events on " << catalogue.topic_of("AssignmentSubmitted").value()
              << "\n";

    std::cout << "3. Points and badges follow, exactly once into their tables\n";
    auto read_side = open_read_side(scratch.place_of("read_side")).value();
    auto producer = Producer::create(broker, catalogue).value();
    Service service{broker, catalogue};
    service.add(make_points(read_side, "points")).value();
    service.add(make_badges(read_side, producer, "badges")).value();
    service.run_until_caught_up().value();
    const Record twice = producer.prepare(poster, draft(grace, 1)).value();
    producer.publish(twice).value();
    producer.publish(twice).value();  // a relay that crashed before it noted what it sent
    service.run_until_caught_up().value();
    show(read_side, "points");
    show(read_side, "badges");

    restore(broker, catalogue);
    build_anew(broker, catalogue, read_side);
    show(read_side, "points");

    upgrade(broker, catalogue.topic_of("AssignmentSubmitted").value(), service, producer);
    show(read_side, "points");
}

}  // namespace

int main() {
    const std::string run = uuid_v7_generator()->next().to_string();
    try {
        const Scratch scratch{run};
        const memory::Broker memory{{}, {.logger = stderr_logger(LogLevel::error)}};
        const Broker broker = kafka::connect_or(memory, {.logger = stderr_logger(LogLevel::error)}).value();
        const Catalogue catalogue = load_catalogue("story-" + run);
        // At least five years: an event-sourced system's log is its memory.
        auto topics = topic_specs(catalogue, {.partitions = 3, .retention = std::chrono::hours{24 * 365 * 5}});
        TopicSpec source = topics.front();
        source.name = catalogue.topic_of("AssignmentSubmitted").value();
        topics.push_back(snapshot_spec(source));
        topics.push_back(snapshot_history_spec(source));
        auto admin = broker.port().admin().value();
        ensure_topics(*admin, topics, 30s).value();
        std::cout << "campus hub on " << broker.port().describe() << "\n";
        tell(broker, catalogue, scratch);
        for (const TopicSpec& topic : topics) admin->delete_topic(topic.name, 30s).value();
        return 0;
    } catch (const BadResult& failed) {
        std::cerr << "campus_hub_story: " << failed.error().to_string() << "\n";
        return 3;
    }
}
