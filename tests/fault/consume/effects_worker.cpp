// A service that counts solved exercises exactly once, to be killed:
//   effects_worker run|finish GROUP TOPIC SQLITE_FILE POSTGRES_URL JOURNAL [STEP COUNT]
// `run` works until SIGTERM, `finish` until it has caught up. With STEP it kills itself at the COUNT-th such step.
#include "integration/main_job/events.hpp"
#include "support/watched_store.hpp"

#include <eventsdk/consume/projector.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/postgres/database.hpp>
#include <eventsdk/sqlite/database.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;

namespace {

struct Arguments {
    bool until_caught_up = false;
    std::string group{};
    std::string topic{};
    std::string file{};
    std::string url{};
    std::string journal{};
    std::string step{};
    int count = 0;
};

/// Kills the process at the count-th passing of the named step.
class Death {
public:
    Death(std::string step, int count) : step_{std::move(step)}, left_{count} {}
    void pass(std::string_view step) {
        if (step == step_ && --left_ == 0) ::kill(::getpid(), SIGKILL);
    }
    Result<void> pass(test::Step step) {
        constexpr const char* names[] = {"begin", "claim", "advance", "commit", "committed", "load", "save", "purge"};
        pass(names[static_cast<std::size_t>(step)]);
        return {};
    }
    /// Steps that only the calls of the broker's ports show: before a call, and before the first poll after it.
    bool pass(const testing::Call& call) {
        if (call.operation == testing::Operation::poll) {
            if (written_.exchange(false)) pass("dead_letter_written");
            if (committed_.exchange(false)) pass("offsets_committed");
        } else if (call.operation == testing::Operation::write) {
            pass("dead_letter");
            written_ = true;
        } else if (call.operation == testing::Operation::commit) {
            pass("offsets");
            committed_ = true;
        }
        return false;
    }

private:
    std::string step_;
    std::atomic<int> left_;
    std::atomic<bool> written_{false};
    std::atomic<bool> committed_{false};
};

/// A line written with one write() survives SIGKILL.
class Journal {
public:
    explicit Journal(const std::string& path) : file_{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)} {}
    ~Journal() { ::close(file_); }
    void note(const ExerciseSolved& event) const {
        const std::string line = event.student_id + " " + std::to_string(event.number) + "\n";
        if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            throw std::runtime_error{"cannot write the journal"};
    }

private:
    int file_;
};

template <class Transaction>
Projection counting(std::string name, ExactlyOnce<Transaction> scope, const std::string& sql, Death& death,
                    const Journal& journal) {
    auto watched = std::make_shared<test::WatchedStore>(scope.store, [&](test::Step step) { return death.pass(step); });
    Projection solved{std::move(name)};
    solved.on<ExerciseSolved>(ExactlyOnce<Transaction>{watched},
                              [&, sql](const ExerciseSolved& event, Transaction& db) -> Handled {
                                  death.pass("handler");
                                  if (event.verdict == "unreadable") return dead_letter("unreadable");
                                  auto added = db.execute(sql, {event.student_id, event.number});
                                  if (!added) return to_handled(added.error());
                                  journal.note(event);
                                  death.pass("handled");
                                  return done();
                              });
    return solved;
}

Result<StopReason> project(const Arguments& arguments, Projection projection, Death& death, std::stop_token stop) {
    auto options = kafka::Options::from_environment();
    if (!options) return options.error();
    auto broker = kafka::connect(*options, {.logger = stderr_logger(LogLevel::error)});
    if (!broker) return broker.error();
    testing::FaultPlan watched{*broker};
    watched.fail_when([&](const testing::Call& call) { return death.pass(call); }, {});
    auto catalogue = main_job_catalogue(arguments.topic);
    if (!catalogue) return catalogue.error();
    ProjectorOptions settings{.workers = 4, .topics = {arguments.topic}};
    settings.session_timeout = 6s;
    settings.commit_interval = 100ms;
    if (arguments.until_caught_up) settings.instance_id = "one";
    auto projector = Projector::create(*broker, *catalogue, std::move(projection), settings);
    if (!projector) return projector.error();
    return arguments.until_caught_up ? projector->run_until_caught_up(stop) : projector->run(stop);
}

const std::string add = "INSERT INTO solved VALUES (";
const std::string merge =
    ", 1) ON CONFLICT (student) DO UPDATE SET total = solved.total + excluded.total, events = solved.events + 1";

Result<StopReason> serve_sqlite(const Arguments& arguments, std::stop_token stop) {
    Death death{arguments.step, arguments.count};
    const Journal journal{arguments.journal + ".sqlite"};
    auto database = sqlite::Database::open(arguments.file);
    if (!database) return database.error();
    return project(
        arguments,
        counting(arguments.group + "-sqlite", sqlite::exactly_once(*database), add + "?, ?" + merge, death, journal),
        death, std::move(stop));
}

Result<StopReason> serve_postgres(const Arguments& arguments, std::stop_token stop) {
    Death death{arguments.step, arguments.count};
    const Journal journal{arguments.journal + ".postgres"};
    auto database = postgres::Database::open(arguments.url);
    if (!database) return database.error();
    return project(arguments,
                   counting(arguments.group + "-postgres", postgres::exactly_once(*database),
                            add + "$1, $2::bigint" + merge, death, journal),
                   death, std::move(stop));
}

bool tell(const char* what, const Result<StopReason>& end) {
    if (!end) std::fprintf(stderr, "%s: %s\n", what, end.error().to_string().c_str());
    return end.has_value();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 7 && argc != 9) return 2;
    const Arguments arguments{.until_caught_up = std::string_view{argv[1]} == "finish",
                              .group = argv[2],
                              .topic = argv[3],
                              .file = argv[4],
                              .url = argv[5],
                              .journal = argv[6],
                              .step = argc == 9 ? argv[7] : "",
                              .count = argc == 9 ? std::atoi(argv[8]) : 0};
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, nullptr);
    std::stop_source stop;
    std::thread{[stop, term]() mutable {
        int signal = 0;
        sigwait(&term, &signal);
        stop.request_stop();
    }}.detach();
    bool right = true;
    {
        std::jthread other;
        if (!arguments.file.empty() && !arguments.url.empty())
            other = std::jthread{[&] { right = tell("postgres", serve_postgres(arguments, stop.get_token())); }};
        if (!arguments.file.empty()) {
            if (!tell("sqlite", serve_sqlite(arguments, stop.get_token()))) return 1;
        } else if (!tell("postgres", serve_postgres(arguments, stop.get_token()))) {
            return 1;
        }
    }
    return right ? 0 : 1;
}
