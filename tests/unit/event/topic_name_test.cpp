#include <eventsdk/event/topic_name.hpp>

#include <support/catch.hpp>
#include <support/vectors.hpp>

using namespace eventsdk;

TEST_CASE("topic names follow Kafka's rules", "[event][unit]") {
    const auto vectors = support::load_vectors("topic_names.json");
    for (const auto& each : vectors["valid"]) {
        INFO(each["name"]);
        CHECK(check_topic_name(each["name"].get<std::string>()));
    }
    for (const auto& each : vectors["invalid"]) {
        INFO(each["name"]);
        const auto checked = check_topic_name(each["name"].get<std::string>());
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == "topic.name");
        CHECK(checked.error().kind == ErrorKind::invalid_argument);
    }
    CHECK(check_topic_name(std::string(249, 'a')));
    CHECK_FALSE(check_topic_name(std::string(250, 'a')));
    CHECK_FALSE(check_topic_name("."));
}

TEST_CASE("names that differ by dots and underscores collide", "[event][unit]") {
    for (const auto& each : support::load_vectors("topic_names.json", "collisions")) {
        INFO(each);
        const auto a = each["a"].get<std::string>();
        const auto b = each["b"].get<std::string>();
        CHECK(topic_names_collide(a, b) == each["collide"].get<bool>());
        CHECK(topic_names_collide(b, a) == each["collide"].get<bool>());
        CHECK_FALSE(topic_names_collide(a, a));
    }
}

TEST_CASE("a dead-letter topic is the topic and .dlq", "[event][unit]") {
    for (const auto& each : support::load_vectors("topic_names.json", "dlq_derivation")) {
        if (each["suffix"] != ".dlq") continue;
        const auto derived = dead_letter_topic(each["topic"].get<std::string>());
        CHECK(derived == each["dlq"].get<std::string>());
        CHECK(check_topic_name(derived).has_value() == each["valid"].get<bool>());
    }
}

TEST_CASE("topics are named by environment, context and aggregate", "[event][unit]") {
    CHECK(topic_name("prod", AggregateType{"education", "assignment"}).value() == "prod.education.assignment");
    CHECK(topic_name("prod", "education.assignment").value() == "prod.education.assignment");
    CHECK(topic_name("dev", "audit").value() == "dev.audit");
    CHECK(snapshot_topic("prod.education.assignment") == "prod.education.assignment.snapshot");
    CHECK(snapshot_history_topic("t") == "t.snapshot.history");
    CHECK(parked_topic("t") == "t.parked");
    CHECK(retry_topic("t", "5s") == "t.retry.5s");
}

TEST_CASE("a name without a part, or without room for suffixes, is refused", "[event][unit]") {
    CHECK_FALSE(topic_name("", AggregateType{"education", "assignment"}));
    CHECK_FALSE(topic_name("prod", AggregateType{"education", ""}));
    CHECK_FALSE(topic_name("prod", ".assignment"));
    CHECK_FALSE(topic_name("prod", AggregateType{"edu cation", "assignment"}));
    CHECK(topic_name("p", std::string(223, 'a')));
    const auto refused = topic_name("p", std::string(224, 'a'));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().hint == "keep it within 225 bytes");
    const auto longest = parked_topic(snapshot_history_topic(topic_name("p", std::string(223, 'a')).value()));
    CHECK(check_topic_name(longest));
}

TEST_CASE("event type names in the house's styles pass the lint", "[event][unit]") {
    for (const char* name : {"AssignmentSubmitted", "Gamification.BadgeAwarded", "exercise.started", "answer_submitted",
                             "EXECUTION_FAILED", "SessionBegun", "com.example.someevent", "InvoiceSent"}) {
        INFO(name);
        CHECK(lint_event_type(name).empty());
    }
}

TEST_CASE("unusual event type names are pointed out", "[event][unit]") {
    CHECK(lint_event_type("") == "the name is empty");
    CHECK(lint_event_type("SubmitAssignment") == "the name is not in the past tense: events have happened");
    CHECK(lint_event_type("assignmentSubmitted") == "the name is not in PascalCase");
    CHECK(lint_event_type("education.AssignmentSubmitted") == "the domain before the dot is not in PascalCase");
    CHECK_FALSE(lint_event_type("Assignment Submitted").empty());
    CHECK_FALSE(lint_event_type(std::string(201, 'a')).empty());
}
