// A service for the tests of `eventsdk dlq`: refuses or handles every event of a topic, then ends.
//   dead_letter_service TOPIC GROUP refuse|handle      prints each handled event: its key and redrive count
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

Result<StopReason> serve(const std::string& topic, const std::string& group, bool refuse) {
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    auto broker = kafka::connect(*options);
    if (!broker) return broker.error();
    auto catalogue = Catalogue::load({.environment = "test", .schemas = EVENTSDK_SCHEMAS},
                                     untyped_event("AssignmentSubmitted", 1, {.topic = topic}));
    if (!catalogue) return catalogue.error();
    Projection projection{group};
    projection.otherwise(
        [refuse](const Delivery& delivery) { return refuse ? dead_letter("no such course") : print(delivery); });
    auto projector = Projector::create(*broker, *catalogue, std::move(projection), {.topics = {topic}});
    if (!projector) return projector.error();
    return projector->run_until_caught_up();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const auto end = serve(argv[1], argv[2], std::string_view{argv[3]} == "refuse");
    if (end) return 0;
    std::fprintf(stderr, "%s\n", end.error().to_string().c_str());
    return 1;
}
