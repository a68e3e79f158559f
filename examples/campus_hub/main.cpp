// usage: campus_hub submit ASSIGNMENT STUDENT FILE_URL REVISION | relay | points | badges
//
// One service each, on the Kafka that KAFKA_BOOTSTRAP_SERVERS and its siblings name; SQLite files are made in
// CAMPUS_HUB_DATA (default: .), campus_hub_postgres works on DATABASE_URL. CAMPUS_HUB_ENVIRONMENT (default: dev) is the
// first part of the topics' names.
#include "services.hpp"

#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/service/stop_on_signals.hpp>

#include <cstdlib>
#include <iostream>

using namespace eventsdk;
using namespace campus_hub;

namespace {

int usage() {
    std::cerr << "usage: campus_hub submit ASSIGNMENT STUDENT FILE_URL REVISION | relay | points | badges\n";
    return 2;
}

int submit(const Catalogue& catalogue, const std::vector<std::string>& words) {
    const auto student = Uuid::parse(words[2]);
    if (!student) return usage();
    auto assignments = Assignments::open(place_of("campus"), catalogue).value();
    const AssignmentSubmitted event{.course_id = {}, .student_id = *student, .file_url = words[3]};
    std::cout << "revision " << assignments.submit(words[1], event, std::atoll(words[4].c_str())).value() << "\n";
    return 0;
}

int run(const std::vector<std::string>& words) {
    const std::string role = words.empty() ? "" : words[0];
    const Catalogue catalogue = load_catalogue(setting("CAMPUS_HUB_ENVIRONMENT", "dev"));
    if (role == "submit" && words.size() == 5) return submit(catalogue, words);
    if (words.size() != 1 || (role != "relay" && role != "points" && role != "badges")) return usage();

    const Broker broker = kafka::connect(kafka::Options::from_environment().value()).value();
    const auto topics = topic_specs(catalogue, {.partitions = 6, .retention = std::chrono::hours{24 * 365 * 5}});
    ensure_topics(*broker.port().admin().value(), topics, Duration{30'000}).value();
    auto read_side = open_read_side(place_of("read_side")).value();
    auto producer = Producer::create(broker, catalogue).value();
    Service service{broker, catalogue};
    if (role == "relay") service.add(OutboxRelay::create(sql::open_outbox(place_of("campus")).value(), broker).value());
    if (role == "points") service.add(make_points(read_side, "gamification-points-projector-v1")).value();
    if (role == "badges") service.add(make_badges(read_side, producer, "gamification-badges-projector-v1")).value();
    service.run(stop_on_signals()).value();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const BadResult& failed) {
        std::cerr << "campus_hub: " << failed.error().to_string() << "\n";
        return 3;
    }
}
