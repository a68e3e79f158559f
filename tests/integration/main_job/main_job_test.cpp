#include "events.hpp"

#include <eventsdk/kafka/connect.hpp>

#include "support/catch.hpp"
#include "support/kafka_env.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

extern char** environ;

using namespace eventsdk;
using namespace std::chrono_literals;

namespace {

constexpr std::int32_t partitions = 6;
constexpr Duration patience = 30s;

using Position = std::pair<std::int32_t, std::int64_t>;

/// What was published: how many exercises each student solved, and what must end as a dead letter.
struct Published {
    std::map<std::string, std::vector<std::int64_t>> good{};
    std::map<Position, Record> poison{};
};

class Receipts final : public WriteSink {
public:
    void written(std::span<const WriteOutcome> outcomes) noexcept override {
        for (const WriteOutcome& outcome : outcomes) {
            if (outcome.error != nullptr) ++failed;
            places[outcome.tag] = {outcome.partition, outcome.offset};
        }
    }
    std::map<std::uint64_t, Position> places{};
    int failed = 0;
};

/// Every hundredth event is poison, of one sort after the other: torn JSON, against the schema, refused by the handler.
Record spoil(Record record, int sort) {
    std::string& value = *record.value;
    if (sort == 0) value.resize(value.size() / 2);
    if (sort == 1) value.replace(value.find("\"right\""), 7, "\"maybe\"");
    return record;
}

Published publish(const Broker& broker, const Catalogue& catalogue, int events) {
    Published published;
    Receipts receipts;
    auto writer = broker.port().writer({.queue_records = 1'000'000}, receipts).value();
    std::map<std::uint64_t, Record> poison;
    std::map<std::string, std::int64_t> next;
    for (int count = 0; count < events; ++count) {
        const std::string student = "student-" + std::to_string(count % 211);
        ExerciseSolved event{.student_id = student, .number = next[student]++, .verdict = "right"};
        const bool poisoned = count % 100 == 99;
        const int sort = count / 100 % 3;
        if (poisoned && sort == 2) event.verdict = "unreadable";
        Record record = catalogue.prepare(broker.runtime(), student, event).value();
        if (poisoned) {
            record = spoil(std::move(record), sort);
            poison.emplace(count, record);
        } else {
            published.good[student].push_back(event.number);
        }
        while (!writer->write(record, static_cast<std::uint64_t>(count))) std::this_thread::sleep_for(1ms);
    }
    writer->flush(60s).value();
    writer->close(1s);
    REQUIRE(receipts.failed == 0);
    for (auto& [tag, record] : poison) published.poison.emplace(receipts.places.at(tag), std::move(record));
    return published;
}

class Process {
public:
    explicit Process(std::vector<std::string> arguments) {
        std::vector<char*> pointers;
        for (std::string& argument : arguments) pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        REQUIRE(::posix_spawn(&pid_, arguments[0].c_str(), nullptr, nullptr, pointers.data(), environ) == 0);
    }
    ~Process() {
        if (pid_ > 0) kill();
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    void kill() {
        ::kill(pid_, SIGKILL);
        (void)wait();
    }
    [[nodiscard]] bool running() {
        if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
        return pid_ > 0;
    }
    [[nodiscard]] int status() const { return status_; }
    int wait() {
        if (pid_ > 0) ::waitpid(pid_, &status_, 0);
        pid_ = -1;
        return status_;
    }

private:
    pid_t pid_ = -1;
    int status_ = 0;
};

std::vector<std::pair<std::string, std::int64_t>> read_journal(const std::filesystem::path& path) {
    std::vector<std::pair<std::string, std::int64_t>> lines;
    std::ifstream file{path};
    std::string student;
    std::int64_t number = 0;
    while (file >> student >> number) lines.emplace_back(student, number);
    return lines;
}

std::vector<Record> read_all(const Broker& broker, const std::string& topic) {
    auto admin = broker.port().admin().value();
    const std::int64_t end = admin->watermarks({topic, 0}, patience).value().high;
    auto reader = broker.port().reader({}, nullptr).value();
    const PartitionOffset from{topic, 0, -1};
    reader->assign({&from, 1}).value();
    std::vector<Record> all;
    std::vector<ReceivedRecord> records;
    for (std::int64_t next = 0; next < end;) {
        REQUIRE(reader->poll(records, 1'000, patience).value() > 0);
        for (const ReceivedRecord& record : records) {
            next = record.offset + 1;
            all.push_back(record.to_record());
        }
        records.clear();
    }
    return all;
}

void check_journal(const Published& published, const std::vector<std::pair<std::string, std::int64_t>>& journal) {
    std::map<std::string, std::vector<std::int64_t>> firsts;
    std::set<std::pair<std::string, std::int64_t>> seen;
    for (const auto& line : journal) {
        if (seen.insert(line).second) firsts[line.first].push_back(line.second);
    }
    // At least once, none lost, and the first handlings of each student in the order of publishing.
    REQUIRE(firsts == published.good);
}

void check_dead_letters(const Published& published, const std::vector<Record>& letters) {
    std::set<Position> found;
    for (const Record& letter : letters) {
        const auto number = [&](std::string_view name) { return std::stoll(std::string{letter.header(name).value()}); };
        const Position position{static_cast<std::int32_t>(number("eventsdk-dlq-partition")),
                                number("eventsdk-dlq-offset")};
        const auto original = published.poison.find(position);
        REQUIRE(original != published.poison.end());  // nothing else, and a repeat only with the same position
        REQUIRE(letter.value == original->second.value);
        REQUIRE(letter.key == original->second.key);
        found.insert(position);
    }
    REQUIRE(found.size() == published.poison.size());
}

}  // namespace

TEST_CASE("a service killed twice on the way handles every event, in order per key, and buries every poison one",
          "[integration][kafka]") {
    test::export_server_environment();
    const int events = test::experiment_size(10'000, 100'000);
    const std::string topic = test::unique_name("main-job");
    const std::string group = topic + "-group";
    auto broker = kafka::connect(kafka::Options::from_environment().value()).value();
    auto admin = broker.port().admin().value();
    admin->create_topic({.name = topic, .partitions = partitions}, patience).value();
    admin->create_topic({.name = topic + ".dlq"}, patience).value();
    const Catalogue catalogue = main_job_catalogue(topic).value();
    const Published published = publish(broker, catalogue, events);

    const auto journal = std::filesystem::temp_directory_path() / (topic + ".journal");
    const std::vector<std::string> command{MAIN_JOB_CONSUMER, group, topic, journal.string()};
    for (const int share : {3, 2}) {
        Process service{command};
        const auto enough = static_cast<std::size_t>(events / share);
        for (int turn = 0; turn < 12'000 && read_journal(journal).size() < enough && service.running(); ++turn)
            std::this_thread::sleep_for(10ms);
        const bool running = service.running();
        INFO("wait status " << service.status());
        REQUIRE(running);
        service.kill();
    }
    Process service{command};
    const int status = service.wait();
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);

    const auto lines = read_journal(journal);
    check_journal(published, lines);
    check_dead_letters(published, read_all(broker, topic + ".dlq"));
    WARN(events << " events, " << lines.size() << " handlings, " << published.poison.size() << " dead letters");
    std::filesystem::remove(journal);
    admin->delete_topic(topic, patience).value();
    admin->delete_topic(topic + ".dlq", patience).value();
}
