// The services' tests: no broker, no waiting; the fixture moves the clock itself. Any test framework will do.
#include "catalogue.hpp"
#include "services.hpp"
#include "webhook_receiver.hpp"

#include <eventsdk/testing/projection_fixture.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

using namespace eventsdk;
using namespace ixe;
namespace fs = std::filesystem;

namespace {

void check(bool holds, const char* sentence) {
    std::cout << (holds ? "ok   " : "FAIL ") << sentence << "\n";
    if (!holds) std::exit(1);
}

testing::IdentifiedEvent<AnswerSubmitted> answer(const char* user, Verdict verdict) {
    return testing::with_id(
        user, AnswerSubmitted{.problem_id = "sum-17", .user_answer = "41", .verdict = verdict, .time_spent_sec = 10});
}
const auto wrong = answer("grace", Verdict::incorrect);
const auto right = answer("grace", Verdict::correct);
const auto skipped = answer("grace", Verdict::skipped);

std::vector<std::string> lines_of(const fs::path& file) {
    std::vector<std::string> lines;
    std::ifstream in{file};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// [once]
void counts_each_event_once() {
    auto progress = open_database(":memory:", progress_table).value();
    testing::ProjectionFixture fixture{make_state_updater(progress), load_catalogue()};
    const Record twice =
        load_catalogue().prepare(fixture.broker().runtime(), "ada", answer("ada", Verdict::correct).event).value();
    fixture.given(wrong, right, skipped, twice, twice);
    fixture.run();
    std::vector<std::vector<std::string>> rows;
    const auto ask = [&rows](sqlite::Transaction& db) -> Result<void> {
        rows = db.query("SELECT * FROM progress ORDER BY user_id").value();
        return {};
    };
    progress.transact(ask).value();
    check(rows == std::vector<std::vector<std::string>>{{"ada", "1", "1", "10"}, {"grace", "3", "1", "30"}},
          "progress counts each event once, also when it is in the log twice");
}
// [once]

// [outage]
void alerts_after_three_in_a_row() {
    auto streaks = open_database(":memory:", streaks_table).value();
    std::vector<Alert> alerts;
    int outages = 4;
    const SendAlert send = [&](const Alert& alert) -> Result<void> {
        if (outages-- > 0) return Error{.kind = ErrorKind::unavailable, .code = "down", .message = "down"};
        alerts.push_back(alert);
        return {};
    };
    testing::ProjectionFixture fixture{make_notifier(streaks, send), load_catalogue()};
    fixture.given(wrong, wrong, right, wrong, answer("ada", Verdict::incorrect), skipped, wrong);
    fixture.run();
    check(alerts.empty(), "two wrong answers in a row are no alert");
    fixture.given(wrong, wrong);
    fixture.run();
    check(alerts.size() == 1 && alerts[0].user_id == "grace", "three are one, and the fourth is no second one");
    check(outages == -1 && fixture.dead_letters().empty(), "an alert waits while its receiver is down");
}
// [outage]

void posts_alerts() {
    WebhookReceiver receiver;
    const SendAlert send = webhook(receiver.url(), "/alerts");
    auto streaks = open_database(":memory:", streaks_table).value();
    testing::ProjectionFixture fixture{make_notifier(streaks, send), load_catalogue()};
    fixture.given(wrong, wrong, wrong);
    fixture.run();
    check(receiver.bodies().size() == 1 && receiver.bodies()[0].find("\"user_id\":\"grace\"") != std::string::npos,
          "three wrong answers in a row are one POST of JSON to the webhook");
    receiver.answer_with(503);
    check(send({}).error().kind == ErrorKind::unavailable, "a server that is overloaded is waited for");
    receiver.answer_with(400);
    check(send({}).error().kind == ErrorKind::permanent, "one that refuses the alert is not asked again");
}

void keeps_every_line(const fs::path& file) {
    {
        AnalyticsLog log{file, 1'000};
        testing::ProjectionFixture fixture{make_analytics(log), load_catalogue()};
        for (int i = 0; i < 10; ++i) fixture.given(wrong);
        fixture.run();
    }
    std::size_t lines = lines_of(file).size();
    for (int number = 1; fs::exists(file.string() + "." + std::to_string(number)); ++number)
        lines += lines_of(file.string() + "." + std::to_string(number)).size();
    check(lines == 10 && fs::exists(file.string() + ".1"), "a full file is put aside, and no line is lost");
}

/// A process that writes lines, saying of each that it is written, until it is killed.
/// @return how many it said
int write_until_killed(const fs::path& file, int life) {
    int told[2];
    if (pipe(told) != 0) return 0;
    const pid_t writer = fork();
    if (writer == 0) {
        AnalyticsLog log{file, 2'000};
        for (int number = 0; log.append(std::to_string(life) + "-" + std::to_string(number)); ++number)
            if (write(told[1], "+", 1) != 1) break;
        _exit(1);
    }
    close(told[1]);
    int written = 0;
    for (char word = 0; read(told[0], &word, 1) == 1;)
        if (++written == 500 + 37 * life) kill(writer, SIGKILL);
    close(told[0]);
    waitpid(writer, nullptr, 0);
    return written;
}

void loses_nothing_when_killed(const fs::path& file) {
    std::vector<std::string> expected;
    for (int life = 0; life < 5; ++life)
        for (int number = 0, written = write_until_killed(file, life); number < written; ++number)
            expected.push_back(std::to_string(life) + "-" + std::to_string(number));
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator{file.parent_path()})
        if (entry.path().filename().string().rfind(file.filename().string(), 0) == 0)
            for (const std::string& line : lines_of(entry.path())) found.push_back(line);
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    // Of each life one line may be there that could not be told any more.
    check(expected.size() >= 2'500 && std::includes(found.begin(), found.end(), expected.begin(), expected.end()) &&
              found.size() <= expected.size() + 5 && fs::exists(file.string() + ".1"),
          "killed with SIGKILL five times, the log has every line that was written");
}

void closes_a_torn_line(const fs::path& file) {
    std::ofstream{file} << R"({"event_id":"cut of)";  // what a crash of the machine may leave
    AnalyticsLog log{file, 1'000'000};
    testing::ProjectionFixture fixture{make_analytics(log), load_catalogue()};
    fixture.given(wrong, right);
    fixture.run();
    const auto lines = lines_of(file);
    check(lines.size() == 3 && lines[1].front() == '{' && lines[1].back() == '}', "a torn line spoils no other one");
}

}  // namespace

int main() {
    const fs::path folder = fs::temp_directory_path() / ("ixe-test-" + uuid_v7_generator()->next().to_string());
    fs::create_directories(folder);
    counts_each_event_once();
    alerts_after_three_in_a_row();
    posts_alerts();
    keeps_every_line(folder / "rotated.jsonl");
    loses_nothing_when_killed(folder / "killed.jsonl");
    closes_a_torn_line(folder / "torn.jsonl");
    fs::remove_all(folder);
}
