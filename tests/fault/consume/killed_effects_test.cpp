#include "fault/consume/log_checker.hpp"
#include "integration/main_job/events.hpp"

#include <eventsdk/consume/projector.hpp>
#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/postgres/database.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/sqlite/database.hpp>

#include "support/catch.hpp"
#include "support/kafka_env.hpp"
#include "support/sqlite_file.hpp"

#include <libpq-fe.h>
#include <spawn.h>
#include <sys/wait.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <thread>

extern char** environ;

using namespace eventsdk;
using namespace std::chrono_literals;
using log_checker::Place;

namespace {

constexpr std::int32_t partitions = 6;
constexpr Duration patience = 30s;

std::string postgres_url() {
    const char* path = std::getenv("EVENTSDK_TEST_POSTGRES");
    std::ifstream file{path != nullptr ? path : ""};
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("DATABASE_URL=")) return line.substr(line.find('=') + 1);
    }
    return test::server_setting("DATABASE_URL");
}

class Process {
public:
    explicit Process(std::vector<std::string> arguments) {
        std::vector<char*> pointers;
        for (std::string& argument : arguments) pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        REQUIRE(::posix_spawn(&pid_, arguments[0].c_str(), nullptr, nullptr, pointers.data(), environ) == 0);
    }
    ~Process() { end(SIGKILL); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    int end(int signal) {
        if (pid_ > 0) ::kill(pid_, signal);
        return wait();
    }
    int wait() {
        if (pid_ > 0) ::waitpid(pid_, &status_, 0);
        pid_ = -1;
        return status_;
    }
    /// The wait status once it has ended by itself.
    std::optional<int> ended() {
        if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
        return pid_ > 0 ? std::nullopt : std::optional{status_};
    }

private:
    pid_t pid_ = -1;
    int status_ = 0;
};

struct Totals {
    std::int64_t total = 0;
    std::int64_t events = 0;
    friend bool operator==(const Totals&, const Totals&) = default;
};
using Table = std::map<std::string, Totals>;

/// A topic of exercises, both databases, and what is to come of it.
class School {
public:
    School(int events, int poison_every) {
        test::export_server_environment();
        ::setenv("DATABASE_URL", url_.c_str(), 1);
        broker_ = std::make_unique<Broker>(kafka::connect(kafka::Options::from_environment().value()).value());
        auto admin = broker_->port().admin().value();
        admin->create_topic({.name = topic, .partitions = partitions}, patience).value();
        admin->create_topic({.name = topic + ".dlq"}, patience).value();
        make_tables();
        publish(events, poison_every);
        judge();
    }
    ~School() {
        for (const char* kind : {".sqlite", ".postgres"}) std::filesystem::remove(journal + kind);
        auto admin = broker_->port().admin().value();
        (void)admin->delete_topic(topic, patience);
        (void)admin->delete_topic(topic + ".dlq", patience);
        query("DROP SCHEMA " + schema_ + " CASCADE");
        PQfinish(connection_);
    }
    School(const School&) = delete;
    School& operator=(const School&) = delete;

    /// @param kind "sqlite", "postgres" or "both"
    [[nodiscard]] std::vector<std::string> command(const std::string& mode, const std::string& kind) const {
        const std::string url =
            url_ + (url_.find('?') == std::string::npos ? "?" : "&") + "options=-csearch_path%3D" + schema_;
        return {EFFECTS_WORKER,
                mode,
                topic,
                topic,
                kind == "postgres" ? "" : file.path().string(),
                kind == "sqlite" ? "" : url,
                journal};
    }
    [[nodiscard]] Table sqlite_table() const {
        Table table;
        sqlite3_stmt* rows = nullptr;
        sqlite3_prepare_v2(file.connection(), "SELECT student, total, events FROM solved", -1, &rows, nullptr);
        while (sqlite3_step(rows) == SQLITE_ROW)
            table[reinterpret_cast<const char*>(sqlite3_column_text(rows, 0))] = {sqlite3_column_int64(rows, 1),
                                                                                  sqlite3_column_int64(rows, 2)};
        sqlite3_finalize(rows);
        return table;
    }
    [[nodiscard]] Table postgres_table() const {
        Table table;
        PGresult* rows = PQexec(connection_, "SELECT student, total, events FROM solved");
        for (int row = 0; row < PQntuples(rows); ++row)
            table[PQgetvalue(rows, row, 0)] = {std::stoll(PQgetvalue(rows, row, 1)),
                                               std::stoll(PQgetvalue(rows, row, 2))};
        PQclear(rows);
        return table;
    }
    static std::int64_t events_in(const Table& table) {
        std::int64_t events = 0;
        for (const auto& [student, totals] : table) events += totals.events;
        return events;
    }
    /// Handled in the order of the log by key, counting first handlings; none forgotten.
    void check_journal(const std::string& kind) const {
        std::map<std::string, std::vector<std::int64_t>> firsts;
        std::set<std::pair<std::string, std::int64_t>> seen;
        std::ifstream lines{journal + "." + kind};
        std::string student;
        std::int64_t number = 0;
        while (lines >> student >> number) {
            if (seen.emplace(student, number).second) firsts[student].push_back(number);
        }
        REQUIRE(firsts == order);
    }
    /// Every poison one is there for each group, repeated at most as itself; nothing else is.
    void check_dead_letters(std::size_t groups) const {
        std::set<std::pair<std::string, Place>> found;
        for (const auto& [place, letter] : log_checker::read_topic(test::kafka_bootstrap(), topic + ".dlq", 1)) {
            const Place original{std::stoi(letter.headers.at("eventsdk-dlq-partition")),
                                 std::stoll(letter.headers.at("eventsdk-dlq-offset"))};
            REQUIRE(poison.contains(original));
            REQUIRE(poison.at(original) == letter.value);
            found.emplace(letter.headers.at("eventsdk-dlq-group"), original);
        }
        REQUIRE(found.size() == poison.size() * groups);
    }

    const std::string topic = test::unique_name("effects");
    const std::string journal = (std::filesystem::temp_directory_path() / topic).string();
    test::SqliteFile file;
    Table right;                                             ///< what both tables must hold in the end
    std::map<std::string, std::vector<std::int64_t>> order;  ///< by key
    std::map<Place, std::string> poison;

private:
    void query(const std::string& sql) const {
        PGresult* result = PQexec(connection_, sql.c_str());
        INFO(PQresultErrorMessage(result));
        const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        REQUIRE(good);
    }
    void make_tables() {
        const std::string columns = "solved (student text PRIMARY KEY, total bigint NOT NULL, events bigint NOT NULL)";
        REQUIRE(file.run("CREATE TABLE " + columns));
        sqlite::Database::open(file.path()).value().ensure_tables().value();
        connection_ = PQconnectdb(url_.c_str());
        REQUIRE(PQstatus(connection_) == CONNECTION_OK);
        std::replace(schema_.begin(), schema_.end(), '-', '_');
        query("CREATE SCHEMA " + schema_);
        query("SET search_path = " + schema_);
        query("SET client_min_messages = warning");
        query("CREATE TABLE " + columns);
        postgres::Database::open(url_, {.schema = schema_}).value().ensure_tables().value();
    }
    void publish(int events, int poison_every) {
        const Catalogue catalogue = main_job_catalogue(topic).value();
        struct Sink final : WriteSink {
            void written(std::span<const WriteOutcome> outcomes) noexcept override {
                for (const WriteOutcome& outcome : outcomes) failed += outcome.error != nullptr ? 1 : 0;
            }
            std::atomic<int> failed{0};
        } sink;
        auto writer = broker_->port().writer({.queue_records = 100'000}, sink).value();
        for (int count = 0; count < events; ++count) {
            const std::string student = "student-" + std::to_string(count % 211);
            const bool poisoned = poison_every > 0 && count % poison_every == poison_every - 1;
            const ExerciseSolved event{
                .student_id = student, .number = count / 211, .verdict = poisoned ? "unreadable" : "right"};
            const Record record = catalogue.prepare(broker_->runtime(), student, event).value();
            while (!writer->write(record, 0)) std::this_thread::sleep_for(1ms);
        }
        writer->flush(60s).value();
        writer->close(1s);
        REQUIRE(sink.failed == 0);
    }
    /// What must come of it, by the log alone.
    void judge() {
        for (const auto& [place, entry] : log_checker::read_topic(test::kafka_bootstrap(), topic, partitions)) {
            const auto payload = nlohmann::json::parse(entry.value).at("payload");
            if (payload.at("verdict") == "unreadable") {
                poison.emplace(place, entry.value);
                continue;
            }
            const auto number = payload.at("number").get<std::int64_t>();
            right[entry.key].total += number;
            ++right[entry.key].events;
            order[entry.key].push_back(number);
        }
    }

    const std::string url_ = postgres_url();
    std::string schema_ = topic;
    std::unique_ptr<Broker> broker_;
    PGconn* connection_ = nullptr;
};

}  // namespace

TEST_CASE("a service killed at each step from handler to commit loses nothing and counts nothing twice",
          "[consume][fault]") {
    const int events = test::experiment_size(3'000, 30'000);
    School school{events, 20};
    for (const std::string kind : {"sqlite", "postgres"}) {
        for (const char* step : {"load", "begin", "claim", "handler", "handled", "advance", "commit", "committed",
                                 "dead_letter", "dead_letter_written", "save", "offsets", "offsets_committed"}) {
            auto command = school.command("finish", kind);
            command.insert(command.end(), {step, std::string_view{step} == "load" ? "1" : "2"});
            Process service{command};
            const int status = service.wait();
            INFO(kind << " at " << step << ": wait status " << status);
            REQUIRE(WIFSIGNALED(status));
            REQUIRE(WTERMSIG(status) == SIGKILL);
        }
        Process service{school.command("finish", kind)};
        const int status = service.wait();
        INFO(kind << ": wait status " << status);
        REQUIRE(WIFEXITED(status));
        REQUIRE(WEXITSTATUS(status) == 0);
        school.check_journal(kind);
    }
    CHECK(school.sqlite_table() == school.right);
    CHECK(school.postgres_table() == school.right);
    school.check_dead_letters(2);
}

TEST_CASE("processes that join, leave and are killed at random count every event exactly once", "[consume][fault]") {
    const int events = test::experiment_size(12'000, 500'000);
    const int kills = test::experiment_size(10, 100);
    const auto bound = std::chrono::minutes{test::experiment_size(4, 55)};
    School school{events, 0};
    const std::int64_t all = School::events_in(school.right);
    const auto done = [&] {
        return School::events_in(school.sqlite_table()) >= all && School::events_in(school.postgres_table()) >= all;
    };
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    std::vector<std::unique_ptr<Process>> members(6);
    int killed = 0;
    int left = 0;
    std::int64_t counted = 0;  // in both databases at the last kill
    const auto deadline = std::chrono::steady_clock::now() + bound;
    while (std::chrono::steady_clock::now() < deadline && (killed < kills || !done())) {
        auto& member = members[random() % members.size()];
        if (!member) {
            member = std::make_unique<Process>(school.command("run", "both"));
        } else if (killed < kills && random() % 3 != 0) {
            REQUIRE(!member->ended());
            member->end(SIGKILL);
            member.reset();
            ++killed;
            counted = School::events_in(school.sqlite_table()) + School::events_in(school.postgres_table());
        } else if (killed < kills) {
            REQUIRE(WEXITSTATUS(member->end(SIGTERM)) == 0);
            member.reset();
            ++left;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{200 + random() % 1'500});
    }
    CHECK(killed >= kills);
    REQUIRE(done());
    for (auto& member : members) {
        if (member) CHECK(WEXITSTATUS(member->end(SIGTERM)) == 0);
    }
    CHECK(school.sqlite_table() == school.right);
    CHECK(school.postgres_table() == school.right);
    school.check_journal("sqlite");
    school.check_journal("postgres");
    school.check_dead_letters(2);
    WARN("seed " << seed << ": " << events << " events, " << killed << " kills, " << left
                 << " orderly ends; at the last kill " << counted << " of " << 2 * all << " were counted");
}

TEST_CASE("a topic of a real Kafka that was created anew is told by its events", "[consume][fault]") {
    test::export_server_environment();
    const Broker broker = kafka::connect(kafka::Options::from_environment().value()).value();
    const std::string topic = test::unique_name("anew");
    const Catalogue catalogue = main_job_catalogue(topic).value();
    auto admin = broker.port().admin().value();
    admin->create_topic({.name = topic + ".dlq"}, patience).value();
    test::SqliteFile file;
    auto database = sqlite::Database::open(file.path()).value();
    database.ensure_tables().value();
    int handled = 0;
    const auto run = [&] {
        Projection counting{topic};
        counting.on<ExerciseSolved>(sqlite::exactly_once(database),
                                    [&](const ExerciseSolved&, sqlite::Transaction&) { ++handled; });
        auto projector = Projector::create(broker, catalogue, std::move(counting), {.topics = {topic}}).value();
        return projector.run_until_caught_up();
    };
    const auto publish = [&] {
        const auto deadline = std::chrono::steady_clock::now() + 60s;  // a deleted topic goes by and by
        while (!admin->create_topic({.name = topic}, patience) && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(100ms);
        auto producer = Producer::create(broker, catalogue).value();
        for (std::int64_t number = 0; number < 3; ++number)
            producer.publish("ada", ExerciseSolved{.student_id = "ada", .number = number, .verdict = "right"}).value();
    };
    publish();
    REQUIRE(run().value() == StopReason::caught_up);
    REQUIRE(run().value() == StopReason::caught_up);
    CHECK(handled == 3);
    admin->delete_topic(topic, patience).value();
    publish();
    const auto end = run();
    REQUIRE(!end);
    CHECK(end.error().code == "effects.other_log");
    CHECK(handled == 3);
    database.forget(topic).value();
    (void)admin->delete_topic(topic, patience);
    (void)admin->delete_topic(topic + ".dlq", patience);
}
