// A service for the tests of `eventsdk dlq` and `lag`: refuses or handles every event of a topic, then ends.
//   dead_letter_service TOPIC GROUP refuse|handle      prints each handled event: its key and redrive count
//   dead_letter_service TOPIC GROUP expire             deletes the first record of every partition, as retention does
#include <eventsdk/consume/projector.hpp>
#include <eventsdk/kafka/connect.hpp>

#include <cstdio>

using namespace eventsdk;

namespace {

Handled print(const Delivery& delivery) {
    const auto redrives = delivery.record().header(dead_letter_headers::redrive_count).value_or("0");
    std::printf("%s %s\n", std::string{delivery.envelope().aggregate_id}.c_str(), std::string{redrives}.c_str());
    return done();
}

Result<Broker> connect() {
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    return kafka::connect(*options);
}

Result<void> expire(const Broker& broker, const std::string& topic) {
    const Duration timeout{10'000};
    auto admin = broker.port().admin();
    if (!admin) return admin.error();
    const auto described = (*admin)->describe_topic(topic, timeout);
    if (!described) return described.error();
    for (std::int32_t partition = 0; partition < described->partitions; ++partition) {
        const auto marks = (*admin)->watermarks({topic, partition}, timeout);
        if (!marks) return marks.error();
        if (marks->low == marks->high) continue;
        const auto deleted = (*admin)->delete_records_before({topic, partition}, marks->low + 1, timeout);
        if (!deleted) return deleted.error();
    }
    return {};
}

Result<void> serve(const Broker& broker, const std::string& topic, const std::string& group, bool refuse) {
    auto catalogue = Catalogue::load({.environment = "test", .schemas = EVENTSDK_SCHEMAS},
                                     untyped_event("AssignmentSubmitted", 1, {.topic = topic}));
    if (!catalogue) return catalogue.error();
    Projection projection{group};
    projection.otherwise(
        [refuse](const Delivery& delivery) { return refuse ? dead_letter("no such course") : print(delivery); });
    auto projector = Projector::create(broker, *catalogue, std::move(projection), {.topics = {topic}});
    if (!projector) return projector.error();
    const auto end = projector->run_until_caught_up();
    if (!end) return end.error();
    return {};
}

Result<void> carry_out(const std::string& topic, const std::string& group, std::string_view what) {
    const auto broker = connect();
    if (!broker) return broker.error();
    return what == "expire" ? expire(*broker, topic) : serve(*broker, topic, group, what == "refuse");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const auto end = carry_out(argv[1], argv[2], argv[3]);
    if (end) return 0;
    std::fprintf(stderr, "%s\n", end.error().to_string().c_str());
    return 1;
}
