#include <eventsdk/consume/dead_letter_options.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/process/processor.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include "support/assignment_events.hpp"
#include "support/catch.hpp"

#include <set>
#include <stdexcept>

using namespace eventsdk;
using support::AssignmentGraded;
using support::AssignmentSubmitted;
using testing::Operation;

namespace {

constexpr const char* submissions = "submissions";
constexpr const char* grades = "grades";

/// Submissions on one topic become grades on another.
struct Grading {
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    Broker handle{broker};
    testing::FaultPlan faults{handle};
    Catalogue catalogue = load();
    Producer producer = Producer::create(handle, catalogue).value();
    int runs = 0;

    static Catalogue load() {
        support::SchemaDirectory schemas;
        schemas.add("education/AssignmentSubmitted.v1.schema.json", support::submitted_schema)
            .add("education/AssignmentGraded.v1.schema.json", support::graded_schema);
        return Catalogue::load({.environment = "test", .schemas = schemas.path()},
                               event<AssignmentSubmitted>({.topic = submissions}),
                               event<AssignmentGraded>({.topic = grades}))
            .value();
    }
    Grading() {
        for (const char* topic : {submissions, grades, "submissions.dlq"})
            REQUIRE(broker.create_topic({.name = topic, .partitions = 2}));
    }
    void submit(const std::string& student) { REQUIRE(producer.publish(student, support::submitted(student))); }
    Processor processor(std::function<Handled(const AssignmentSubmitted&, const Delivery&, Transaction&)> handler,
                        ProcessorOptions options = {}) {
        Process process{"grader-v1"};
        process.on<AssignmentSubmitted>([this, handler = std::move(handler)](const AssignmentSubmitted& event,
                                                                             const Delivery& delivery,
                                                                             Transaction& transaction) {
            ++runs;
            return handler(event, delivery, transaction);
        });
        if (options.transactional_id.empty()) options.transactional_id = "grader-1";
        options.retry = {.max_retries = 2, .first_delay = Duration{1}};
        return Processor::create(handle, catalogue, std::move(process), options).value();
    }
    [[nodiscard]] std::multiset<std::string> graded() const {
        std::multiset<std::string> keys;
        for (const Record& record : broker.records(grades)) keys.insert(*record.key);
        return keys;
    }
    [[nodiscard]] std::vector<Record> dead() const { return broker.records("submissions.dlq"); }
};

Handled grade(const AssignmentSubmitted& event, const Delivery& delivery, Transaction& transaction) {
    transaction.publish(event.student_id, AssignmentGraded{event.student_id, 5}, {.caused_by = delivery});
    return done();
}

/// Steps until nothing comes any more. The first rounds may only bring the assignment.
std::size_t drain(Processor& processor) {
    std::size_t finished = 0;
    for (int idle = 0; idle < 5;) {
        const auto step = processor.step();
        REQUIRE(step);
        finished += *step;
        idle = *step == 0 ? idle + 1 : 0;
    }
    return finished;
}

}  // namespace

TEST_CASE("what a handler publishes appears with the offsets of its events", "[process][unit]") {
    Grading grading;
    for (const char* student : {"ada", "bob", "eve"}) grading.submit(student);
    {
        Processor processor = grading.processor(grade);
        CHECK(drain(processor) == 3);
    }
    CHECK(grading.graded() == std::multiset<std::string>{"ada", "bob", "eve"});
    grading.submit("joe");
    Processor next = grading.processor(grade);
    CHECK(drain(next) == 1);
    CHECK(grading.graded() == std::multiset<std::string>{"ada", "bob", "eve", "joe"});
}

TEST_CASE("causation is carried through a process", "[process][unit]") {
    Grading grading;
    grading.submit("ada");
    Processor processor = grading.processor(grade);
    drain(processor);
    const std::string cause = std::string{*grading.broker.records(submissions).front().header("id")};
    CHECK(grading.broker.records(grades).front().value->find("\"causationId\":\"" + cause) != std::string::npos);
}

TEST_CASE("a poison event is dead-lettered alone, in the same transaction", "[process][unit]") {
    Grading grading;
    grading.submit("ada");
    Record poison = grading.producer.prepare("bob", support::submitted("bob")).value();
    poison.value->pop_back();
    REQUIRE(grading.producer.publish(poison));
    grading.submit("eve");
    Processor processor = grading.processor(grade);
    CHECK(drain(processor) == 3);
    CHECK(grading.graded() == std::multiset<std::string>{"ada", "eve"});
    REQUIRE(grading.dead().size() == 1);
    CHECK(grading.dead().front().value == poison.value);
    CHECK(grading.dead().front().header(dead_letter_headers::stage) == "parse");
}

TEST_CASE("nothing of a handler that fails for good is published", "[process][unit]") {
    Grading grading;
    for (const char* student : {"ada", "bob", "eve"}) grading.submit(student);
    Processor processor = grading.processor([](const auto& event, const auto& delivery, auto& transaction) {
        (void)grade(event, delivery, transaction);
        return event.student_id == "bob" ? dead_letter("no bobs") : done();
    });
    CHECK(drain(processor) == 3);
    CHECK(grading.graded() == std::multiset<std::string>{"ada", "eve"});
    REQUIRE(grading.dead().size() == 1);
    CHECK(grading.dead().front().header(dead_letter_headers::stage) == "handler");
}

TEST_CASE("an event whose handler publishes what its schema refuses is to blame for it", "[process][unit]") {
    Grading grading;
    for (const char* student : {"ada", "bob"}) grading.submit(student);
    Processor processor = grading.processor([](const auto& event, const auto&, auto& transaction) {
        transaction.publish(event.student_id, AssignmentGraded{event.student_id, event.student_id == "bob" ? -1 : 1});
        return done();
    });
    CHECK(drain(processor) == 2);
    CHECK(grading.graded() == std::multiset<std::string>{"ada"});
    REQUIRE(grading.dead().size() == 1);
    CHECK(grading.dead().front().header(dead_letter_headers::error_code) == "schema.minimum");
}

TEST_CASE("a handler is retried by the policy, then its event is a dead letter", "[process][unit]") {
    Grading grading;
    grading.submit("ada");
    SECTION("it succeeds in time") {
        int failures = 2;
        Processor processor = grading.processor([&](const auto& event, const auto& delivery, auto& transaction) {
            return failures-- > 0 ? retry("not yet") : grade(event, delivery, transaction);
        });
        CHECK(drain(processor) == 1);
        CHECK(grading.graded() == std::multiset<std::string>{"ada"});
        CHECK(grading.runs == 3);
    }
    SECTION("it never does") {
        Processor processor =
            grading.processor([](const auto&, const auto&, auto&) -> Handled { throw std::runtime_error{"broken"}; });
        CHECK(drain(processor) == 1);
        CHECK(grading.runs == 3);
        REQUIRE(grading.dead().size() == 1);
        CHECK(grading.dead().front().header(dead_letter_headers::attempts) == "3");
    }
}

TEST_CASE("a skipped event leaves nothing behind", "[process][unit]") {
    Grading grading;
    grading.submit("ada");
    Processor processor = grading.processor([](const auto& event, const auto& delivery, auto& transaction) {
        (void)grade(event, delivery, transaction);
        return skip("not wanted");
    });
    CHECK(drain(processor) == 1);
    CHECK(grading.graded().empty());
    CHECK(grading.dead().empty());
}

TEST_CASE("a commit that fails or is not answered loses and doubles nothing", "[process][unit]") {
    Grading grading;
    for (const char* student : {"ada", "bob", "eve"}) grading.submit(student);
    SECTION("to be aborted") { grading.faults.fail_next(Operation::commit_transaction, 1, ErrorKind::abortable); }
    SECTION("stored, but not answered") { grading.faults.lose_acknowledgements(Operation::commit_transaction, 1); }
    SECTION("not stored, and not answered") {
        grading.faults.fail_next(Operation::commit_transaction, 1, ErrorKind::indeterminate);
    }
    SECTION("fenced") { grading.faults.fail_next(Operation::commit_transaction, 1, ErrorKind::fenced); }
    SECTION("a write failed") { grading.faults.fail_next(Operation::write, 1, ErrorKind::retriable); }
    SECTION("offsets refused") { grading.faults.fail_next(Operation::add_offsets, 1, ErrorKind::abortable); }
    Processor processor = grading.processor(grade);
    drain(processor);
    CHECK(grading.graded() == std::multiset<std::string>{"ada", "bob", "eve"});
    CHECK(grading.dead().empty());
}

TEST_CASE("a partition taken away in mid-work is handled once, by whoever has it", "[process][unit]") {
    Grading grading;
    for (const char* student : {"ada", "bob", "eve"}) grading.submit(student);
    bool first = true;
    Processor processor = grading.processor([&](const auto& event, const auto& delivery, auto& transaction) {
        if (std::exchange(first, false)) grading.faults.lose();
        return grade(event, delivery, transaction);
    });
    drain(processor);
    CHECK(grading.graded() == std::multiset<std::string>{"ada", "bob", "eve"});
}

TEST_CASE("two instances with one transactional id are told so instead of fighting for ever", "[process][unit]") {
    Grading grading;
    Processor processor = grading.processor(grade);
    grading.faults.fail_when([](const testing::Call& call) { return call.operation == Operation::commit_transaction; },
                             {ErrorKind::fenced, "writer.fenced", "taken over"});
    grading.submit("ada");
    const auto ended = processor.run({});
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::fenced);
    CHECK(ended.error().code == "processor.fenced");
}

TEST_CASE("a handler can stop a processor, and its event stays unhandled", "[process][unit]") {
    Grading grading;
    grading.submit("ada");
    {
        Processor processor = grading.processor([](const auto&, const auto&, auto&) { return stop("enough"); });
        CHECK(processor.run({}).value() == StopReason::handler);
    }
    Processor next = grading.processor(grade);
    CHECK(drain(next) == 1);
}

TEST_CASE("a processor option out of range is refused by name", "[process][unit]") {
    Grading grading;
    const auto refusal = [&](const ProcessorOptions& options) {
        Process process{"grader-v1"};
        process.on<AssignmentSubmitted>([](const AssignmentSubmitted&, Transaction&) {});
        const auto made = Processor::create(grading.handle, grading.catalogue, std::move(process), options);
        REQUIRE_FALSE(made);
        CHECK(made.error().kind == ErrorKind::invalid_argument);
        return made.error().message;
    };
    CHECK(refusal({}).find("transactional_id") != std::string::npos);
    CHECK(refusal({.transactional_id = "x", .batch_records = 0}).find("batch_records") != std::string::npos);
    CHECK(refusal({.transactional_id = "x", .transaction_timeout = Duration{1}}).find("transaction_timeout") !=
          std::string::npos);
    CHECK(refusal({.transactional_id = "x", .max_poll_interval = Duration{2'000}}).find("max_poll_interval") !=
          std::string::npos);
}
