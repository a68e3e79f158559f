// Copies submissions to grades in transactions until it is killed: the process that transactional_copy_test kills.
// usage: copy_worker BOOTSTRAP INPUT OUTPUT GROUP

#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/process/processor.hpp>

#include "support/assignment_events.hpp"

#include <cstdio>

using namespace eventsdk;

int main(int count, char** arguments) {
    if (count != 5) return 2;
    kafka::Options options;
    options.bootstrap_servers = arguments[1];
    const auto broker = kafka::connect(options, {.logger = stderr_logger(LogLevel::error)}).value();
    support::SchemaDirectory schemas;
    schemas.add("education/AssignmentSubmitted.v1.schema.json", support::submitted_schema)
        .add("education/AssignmentGraded.v1.schema.json", support::graded_schema);
    const auto catalogue = Catalogue::load({.environment = "test", .schemas = schemas.path()},
                                           event<support::AssignmentSubmitted>({.topic = arguments[2]}),
                                           event<support::AssignmentGraded>({.topic = arguments[3]}))
                               .value();
    Process copy{arguments[4]};
    copy.on<support::AssignmentSubmitted>([](const support::AssignmentSubmitted& event, Transaction& transaction) {
        const std::int64_t number = std::stoll(event.comment.value());
        transaction.publish(event.student_id, support::AssignmentGraded{event.student_id, number});
    });
    auto processor = Processor::create(broker, catalogue, std::move(copy),
                                       {.transactional_id = std::string{arguments[4]} + "-1",
                                        .transaction_timeout = Duration{20'000},
                                        .instance_id = "copier",
                                        .session_timeout = Duration{10'000}})
                         .value();
    const auto ended = processor.run({});
    if (!ended) std::fprintf(stderr, "%s\n", ended.error().to_string().c_str());
    return ended ? 0 : 1;
}
