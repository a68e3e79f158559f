// The services' tests: no broker, no waiting. Any test framework will do.
#include "services.hpp"

#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/testing/projection_fixture.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>

using namespace eventsdk;
using namespace campus_hub;

namespace {

void check(bool holds, const char* sentence) {
    std::cout << (holds ? "ok   " : "FAIL ") << sentence << "\n";
    if (!holds) std::exit(1);
}

const Uuid ada = *Uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398a");
const AssignmentSubmitted submitted{
    .course_id = ada, .student_id = ada, .file_url = "https://files.example.com/essay.pdf"};

void keeps_table_and_log_together(const std::string& file) {
    const Catalogue catalogue = load_catalogue("test");
    auto assignments = Assignments::open(file, catalogue).value();
    check(assignments.submit("essay", submitted, 0).value() == 1, "a new assignment gets revision 1");
    check(assignments.submit("essay", submitted, 0).error().kind == ErrorKind::conflict,
          "who decided on an older revision is told so");
    memory::Broker broker;
    broker.create_topic({.name = "test.education.assignment"}).value();
    auto relay = OutboxRelay::create(sql::open_outbox(file).value(), broker).value();
    check(relay.run_once().value() == 1, "what was rolled back is never published");
    check(broker.records("test.education.assignment").at(0).key == "essay", "what was committed is, under its key");
}

void counts_points_once(const std::string& file) {
    auto read_side = open_read_side(file).value();
    testing::ProjectionFixture fixture{make_points(read_side, "points"), load_catalogue("test")};
    const Record twice = load_catalogue("test").prepare(fixture.broker().runtime(), "essay", submitted).value();
    fixture.given(submitted, twice, twice);
    fixture.run();
    check(ask(read_side, "SELECT points FROM points") == std::vector<std::vector<std::string>>{{"10"}},
          "five points for each submission, once for one that comes twice");
}

void awards_one_badge(const std::string& file) {
    auto read_side = open_read_side(file).value();
    std::optional<Producer> producer;
    testing::ProjectionFixture fixture{[&](Broker broker) {
                                           producer.emplace(Producer::create(broker, load_catalogue("test")).value());
                                           return make_badges(read_side, *producer, "badges");
                                       },
                                       load_catalogue("test")};
    fixture.given(submitted);
    fixture.run();
    check(fixture.published("test.gamification.badge").empty(), "five points are no badge");
    fixture.given(submitted, submitted, submitted);
    fixture.run();
    check(fixture.published("test.gamification.badge").size() == 1, "ten are one, and more are no second one");
}

void folds_events() {
    AssignmentSubmitted second = submitted;
    second.file_url = "https://files.example.com/second.pdf";
    const Assignment state = fold<Assignment>({submitted, second});
    check(state.submissions == 2 && state.latest_file == second.file_url, "an assignment is what its events make");
}

}  // namespace

int main() {
    const auto folder =
        std::filesystem::temp_directory_path() / ("campus-hub-test-" + uuid_v7_generator()->next().to_string());
    std::filesystem::create_directories(folder);
    keeps_table_and_log_together(folder / "campus.db");
    counts_points_once(folder / "points.db");
    awards_one_badge(folder / "badges.db");
    folds_events();
    std::filesystem::remove_all(folder);
}
