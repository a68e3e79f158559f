#include <eventsdk/memory/broker.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/sqlite/outbox.hpp>

#include "support/catch.hpp"
#include "support/kafka_env.hpp"
#include "support/killing_vfs.hpp"
#include "support/shop_events.hpp"
#include "support/stepped_relay.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

// A process that dies at each write, sync, truncation and deletion which an append and a mark make.

using namespace eventsdk;

namespace {

namespace fs = std::filesystem;

constexpr const char* topic = "test.shop.order";
constexpr int transactions = 3;
constexpr int rolled_back = 1;
constexpr int events = 3;  // of a transaction
const std::string item(1'500, 'x');

using Numbers = std::vector<std::int64_t>;

struct Connection {
    sqlite3* db = nullptr;
    explicit Connection(const fs::path& file) { REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { sqlite3_close_v2(db); }

    [[nodiscard]] bool run(const std::string& sql) const {
        return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    [[nodiscard]] std::vector<std::string> texts(const std::string& sql) const {
        std::vector<std::string> found;
        const auto take = [](void* list, int, char** columns, char**) {
            static_cast<std::vector<std::string>*>(list)->emplace_back(columns[0]);
            return 0;
        };
        REQUIRE(sqlite3_exec(db, sql.c_str(), take, &found, nullptr) == SQLITE_OK);
        return found;
    }
    [[nodiscard]] Numbers numbers(const std::string& sql) const {
        Numbers found;
        for (const std::string& text : texts(sql)) found.push_back(std::stoll(text));
        return found;
    }
};

/// A folder with a service's database, copied anew for each process, and what that process says before it dies.
struct Service {
    fs::path folder;
    Catalogue catalogue = test::shop_catalogue();
    sqlite::Outbox outbox{catalogue};

    Service() {
        std::string name = (fs::temp_directory_path() / "eventsdk-XXXXXX").string();
        folder = ::mkdtemp(name.data());
    }
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service() { fs::remove_all(folder); }

    void make(const std::string& journal) const {
        const Connection database{folder / "template.db"};
        REQUIRE(database.run("PRAGMA journal_mode=" + journal));
        REQUIRE(database.run("CREATE TABLE orders (place INTEGER PRIMARY KEY, number INTEGER)"));
        sqlite::Outbox{catalogue}.ensure_tables(database.db).value();
    }
    [[nodiscard]] fs::path file() const { return folder / "run" / "service.db"; }
    void renew() const {
        fs::remove_all(folder / "run");
        fs::create_directory(folder / "run");
        fs::copy_file(folder / "template.db", file());
    }
    /// One transaction: orders and their events, alternately of two aggregates.
    bool append(const Connection& connection, int transaction) {
        if (!connection.run("BEGIN IMMEDIATE")) return false;
        OutboxBatch batch{catalogue};
        for (int i = 0; i < events; ++i) {
            const std::int64_t number = transaction * events + i;
            batch.add("order-" + std::to_string(number % 2), OrderPlaced{item, number}).value();
            if (!connection.run("INSERT INTO orders (number) VALUES (" + std::to_string(number) + ")")) return false;
        }
        if (!outbox.append_all(connection.db, batch)) return false;
        return connection.run(transaction == rolled_back ? "ROLLBACK" : "COMMIT");
    }
    void note(const std::string& line) const {
        std::ofstream{folder / "run" / "notes", std::ios::app} << line << '\n' << std::flush;
    }
    [[nodiscard]] std::vector<std::string> notes() const {
        std::ifstream file{folder / "run" / "notes"};
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);) lines.push_back(line);
        return lines;
    }
};

/// Runs `work` in a process that dies at its step.
/// @return whether it came to its end
bool survives(test::KillingVfs& vfs, int step, bool torn, const std::function<bool()>& work) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        try {
            vfs.die_at(step, torn);
            ::_exit(work() ? 0 : 1);
        } catch (...) {
            ::_exit(2);
        }
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFEXITED(status)) {
        REQUIRE(WEXITSTATUS(status) == 0);
        return true;
    }
    REQUIRE(WTERMSIG(status) == SIGKILL);
    return false;
}

/// Dies at step 0, 1, … of `work` until it has no further one; `check` looks at what is left each time. Each other
/// write is torn, in full size each one whole and torn.
void die_everywhere(Service& service, const std::function<bool()>& work, const std::function<void()>& check) {
    test::KillingVfs vfs;
    for (int pass = 0; pass < test::experiment_size(1, 2); ++pass) {
        int step = 0;
        for (bool ended = false; !ended; ++step) {
            const bool torn = (step + pass) % 2 == 1;
            CAPTURE(step, torn);
            service.renew();
            ended = survives(vfs, step, torn, work);
            check();
        }
        CHECK(step > 30);
    }
}

const std::string outbox_numbers = "SELECT json_extract(payload, '$.payload.number') FROM outbox ORDER BY seq";

void check_appends(const Service& service) {
    const Connection database{service.file()};
    CHECK(database.texts("PRAGMA integrity_check") == std::vector<std::string>{"ok"});
    Numbers certain;
    Numbers possible;
    const std::size_t said = service.notes().size();  // transactions whose end was reported
    for (int t = 0; t < transactions; ++t) {
        for (int i = 0; i < events && t != rolled_back; ++i) {
            if (static_cast<std::size_t>(t) < said) certain.push_back(t * events + i);
            if (static_cast<std::size_t>(t) <= said) possible.push_back(t * events + i);
        }
    }
    const Numbers stored = database.numbers(outbox_numbers);
    CHECK((stored == certain || stored == possible));
    CHECK(stored == database.numbers("SELECT number FROM orders ORDER BY place"));
}

/// The records of a broker as lines "key number event-id".
std::vector<std::string> published(const memory::Broker& broker) {
    std::vector<std::string> lines;
    for (const Record& record : broker.records(topic)) {
        const std::string number = record.value->substr(record.value->rfind(':') + 1);
        lines.push_back(*record.key + ' ' + std::to_string(std::stoll(number)) + ' ' +
                        std::string{record.header("id").value()});
    }
    return lines;
}

/// A relay that notes what is published before it marks it.
bool relay_all(const Service& service) {
    memory::Broker broker{{}, Runtime{.logger = silent_logger()}};
    broker.create_topic({.name = topic}).value();
    std::size_t noted = 0;
    const test::Step note = [&](std::string_view step) {
        const auto lines = published(broker);
        for (; step == "mark" && noted < lines.size(); ++noted) service.note(lines[noted]);
        return true;
    };
    auto store =
        std::make_unique<test::SteppedStore>(sqlite::open_outbox(service.file(), {.archive = true}).value(), note);
    auto relay = OutboxRelay::create(std::move(store), broker, {.name = "relay", .batch = 4}).value();
    while (true) {
        const auto done = relay.run_once();
        if (!done) return false;
        if (*done == 0) return true;
    }
}

void check_marks(const Service& service, const std::vector<std::string>& appended) {
    const auto before = service.notes();
    Numbers waiting;
    {
        const Connection database{service.file()};
        CHECK(database.texts("PRAGMA integrity_check") == std::vector<std::string>{"ok"});
        waiting = database.numbers(outbox_numbers);
    }
    CHECK((waiting.size() == 6 || waiting.size() == 2 || waiting.empty()));  // batches of 4 are marked as one
    CHECK(appended.size() - waiting.size() <= before.size());
    REQUIRE(relay_all(service));
    std::vector<std::string> first;
    std::map<std::string, int> seen;
    for (const std::string& line : service.notes()) {
        if (seen[line]++ == 0) first.push_back(line);
    }
    CHECK(first == appended);
    const Connection database{service.file()};
    CHECK(database.numbers(outbox_numbers).empty());
    CHECK(database.numbers("SELECT count(*) FROM outbox_archive") == Numbers{6});
}

}  // namespace

TEST_CASE("a process killed at any write or sync of its appends leaves whole transactions, and all it committed",
          "[sqlite][outbox][fault]") {
    Service service;
    service.make(GENERATE("WAL", "DELETE"));
    const auto append_all = [&service] {
        const Connection connection{service.file()};
        // Uncommitted pages reach the file, and every commit of a log is carried over to it.
        if (!connection.run("PRAGMA cache_size=2; PRAGMA wal_autocheckpoint=1")) return false;
        for (int t = 0; t < transactions; ++t) {
            if (!service.append(connection, t)) return false;
            service.note("done");
        }
        return true;
    };
    die_everywhere(service, append_all, [&service] { check_appends(service); });
}

TEST_CASE("a relay killed at any write or sync of its marks loses nothing and keeps the order",
          "[sqlite][outbox][fault]") {
    Service service;
    service.make(GENERATE("WAL", "DELETE"));
    std::vector<std::string> appended;
    {
        const Connection connection{service.folder / "template.db"};
        for (int t = 0; t < transactions; ++t) REQUIRE(service.append(connection, t));
        appended = connection.texts(
            "SELECT aggregateid || ' ' || json_extract(payload, '$.payload.number') || ' ' || id FROM outbox ORDER BY seq");
    }
    REQUIRE(appended.size() == 6);
    die_everywhere(
        service, [&service] { return relay_all(service); }, [&] { check_marks(service, appended); });
}
