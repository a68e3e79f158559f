#include "events.hpp"

#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/consume/projector.hpp>
#include <eventsdk/consume/redrive.hpp>
#include <eventsdk/kafka/connect.hpp>

#include "support/catch.hpp"
#include "support/kafka_env.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;

namespace {

constexpr std::int32_t partitions = 6;
constexpr Duration patience = 30s;
constexpr std::array<std::string_view, 3> stages{"parse", "schema", "handler"};

using Position = std::pair<std::int32_t, std::int64_t>;
struct Poison {
    Record record{};
    std::string_view stage{};
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

/// Torn JSON, against the schema, or refused by the handler.
Poison poisoned(const Catalogue& catalogue, const Broker& broker, const std::string& student, int sort) {
    const std::string verdict = sort == 2 ? "unreadable" : "right";
    Record record = catalogue.prepare(broker.runtime(), student, ExerciseSolved{student, 0, verdict, {}}).value();
    std::string& value = *record.value;
    if (sort == 0) value.resize(value.size() / 2);
    if (sort == 1) value.replace(value.find("\"right\""), 7, "\"maybe\"");
    return {std::move(record), stages[static_cast<std::size_t>(sort)]};
}

/// @param every how many records one is poison; 0: none
std::map<Position, Poison> publish(const Broker& broker, const Catalogue& catalogue, int records, int every) {
    Receipts receipts;
    std::map<std::uint64_t, Poison> bad;
    auto writer = broker.port().writer({.queue_records = 1'000'000}, receipts).value();
    for (int count = 0; count < records; ++count) {
        const std::string student = "student-" + std::to_string(count % 997);
        const auto tag = static_cast<std::uint64_t>(count);
        Record record;
        if (every > 0 && count % every == every - 1) {
            const Poison& made = bad[tag] = poisoned(catalogue, broker, student, count / every % 3);
            record = made.record;
        } else {
            record = catalogue.prepare(broker.runtime(), student, ExerciseSolved{student, count, "right", {}}).value();
        }
        while (!writer->write(record, tag)) std::this_thread::sleep_for(1ms);
    }
    writer->flush(60s).value();
    writer->close(1s);
    REQUIRE(receipts.failed == 0);
    std::map<Position, Poison> placed;
    for (auto& [tag, poison] : bad) placed.emplace(receipts.places.at(tag), std::move(poison));
    return placed;
}

/// A broker in service has served such requests for long; a fresh one spends its time compiling them.
void warm(const Broker& broker, const std::string& topic, int requests) {
    Receipts receipts;
    auto writer = broker.port().writer({}, receipts).value();
    const Record letter{.topic = topic, .key = "k", .value = std::string(300, 'v'), .headers = {{"name", "value"}}};
    for (int count = 0; count < requests; ++count) {
        writer->write(letter, 0).value();
        writer->flush(patience).value();
    }
    REQUIRE(receipts.failed == 0);
}

/// Records per second of a new group over the whole topic, from the first event handled to the last.
double rate(const Broker& broker, const Catalogue& catalogue, const std::string& group, int records) {
    std::atomic<std::int64_t> began{0};
    std::atomic<std::int64_t> ended{0};
    const auto now = [] { return std::chrono::steady_clock::now().time_since_epoch().count(); };
    Projection solved{group};
    solved.on<ExerciseSolved>([&](const ExerciseSolved& event) -> Handled {
        std::int64_t none = 0;
        const std::int64_t at = now();
        began.compare_exchange_strong(none, at, std::memory_order_relaxed);
        ended.store(at, std::memory_order_relaxed);
        return event.verdict == "unreadable" ? dead_letter("no such verdict") : done();
    });
    auto projector = Projector::create(broker, catalogue, std::move(solved), {.workers = 2}).value();
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);
    const std::chrono::steady_clock::duration took{ended - began};
    return records / std::chrono::duration<double>(took).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
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

/// Each poison record once for each group, and nothing else.
void check_letters(const std::vector<Record>& letters, const std::map<Position, Poison>& poison, int groups) {
    std::map<std::pair<std::string, Position>, int> found;
    for (const Record& letter : letters) {
        const auto text = [&](std::string_view name) { return std::string{letter.header(name).value()}; };
        const Position place{std::stoi(text("eventsdk-dlq-partition")), std::stoll(text("eventsdk-dlq-offset"))};
        const auto original = poison.find(place);
        REQUIRE(original != poison.end());
        REQUIRE(letter.value == original->second.record.value);
        REQUIRE(letter.key == original->second.record.key);
        REQUIRE(text("eventsdk-dlq-stage") == original->second.stage);
        REQUIRE(++found[{text("eventsdk-dlq-group"), place}] == 1);
    }
    REQUIRE(found.size() == poison.size() * static_cast<std::size_t>(groups));
}

}  // namespace

TEST_CASE("one poison record in a hundred is dead-lettered once, with its stage and bytes, and hardly slows the rest",
          "[integration][kafka]") {
    test::export_server_environment();
    const int records = test::experiment_size(40'000, 200'000);
    const int warming = test::experiment_size(0, 10);
    const int rounds = test::experiment_size(5, 31);
    const Runtime quiet{.logger = stderr_logger(LogLevel::error)};
    auto broker = kafka::connect(kafka::Options::from_environment().value(), quiet).value();
    auto admin = broker.port().admin().value();
    const std::string clean = test::unique_name("clean");
    const std::string spoilt = test::unique_name("spoilt");
    const std::string scratch = test::unique_name("scratch");
    for (const std::string& topic : {clean, spoilt})
        admin->create_topic({.name = topic, .partitions = partitions}, patience).value();
    admin->create_topic({.name = scratch}, patience).value();
    admin->create_topic({.name = spoilt + ".dlq"}, patience).value();
    const Catalogue of_clean = main_job_catalogue(clean).value();
    const Catalogue of_spoilt = main_job_catalogue(spoilt).value();
    (void)publish(broker, of_clean, records, 0);
    const auto poison = publish(broker, of_spoilt, records, 100);

    warm(broker, scratch, warming * 2'000);

    std::vector<double> with;
    std::vector<double> without;
    for (int round = -warming; round < rounds; ++round) {
        const double clean_rate = rate(broker, of_clean, test::unique_name("group"), records);
        const double spoilt_rate = rate(broker, of_spoilt, test::unique_name("group"), records);
        if (round < 0) continue;
        without.push_back(clean_rate);
        with.push_back(spoilt_rate);
    }
    check_letters(read_all(broker, spoilt + ".dlq"), poison, warming + rounds);
    // What else the machine does slows neighbouring runs alike.
    std::vector<double> ratios;
    for (std::size_t round = 0; round < with.size(); ++round) ratios.push_back(with[round] / without[round]);
    const double ratio = median(ratios);
    WARN(records << " records, " << poison.size() << " poison: " << ratio << " of the clean rate (medians "
                 << static_cast<int>(median(with)) << "/s and " << static_cast<int>(median(without)) << "/s)");
    // A small run is over in half a second, of which waiting for the last dead letters is a good part.
    REQUIRE(ratio >= (records >= 200'000 ? 0.8 : 0.5));
    for (const std::string& topic : {clean, spoilt, spoilt + ".dlq", scratch})
        admin->delete_topic(topic, patience).value();
}

TEST_CASE("on a real Kafka failing events go through their retry topics, over a restart, for their group alone",
          "[integration][kafka]") {
    test::export_server_environment();
    const Runtime quiet{.logger = stderr_logger(LogLevel::error)};
    auto broker = kafka::connect(kafka::Options::from_environment().value(), quiet).value();
    auto admin = broker.port().admin().value();
    const std::string topic = test::unique_name("retry");
    const Catalogue catalogue = main_job_catalogue(topic).value();
    const std::vector<Duration> delays{300ms, 1s};
    const auto specs = topic_specs(catalogue, {.partitions = 3}, delays);
    for (const TopicSpec& spec : specs) admin->create_topic(spec, patience).value();
    constexpr int students = 30;
    {
        Receipts receipts;
        auto writer = broker.port().writer({}, receipts).value();
        for (int student = 0; student < students; ++student) {
            const std::string key = "student-" + std::to_string(student);
            const ExerciseSolved event{key, student, "right", {}};
            writer->write(catalogue.prepare(broker.runtime(), key, event).value(), static_cast<std::uint64_t>(student))
                .value();
        }
        writer->flush(60s).value();
        REQUIRE(receipts.failed == 0);
    }
    std::mutex mutex;
    std::map<std::string, std::map<std::int64_t, int>> attempts;  // by group, then by event: the last one's number
    const auto work = [&](const std::string& group, bool refuses) {
        Projection solved{group};
        solved.on<ExerciseSolved>([&, refuses](const ExerciseSolved& event, const Delivery& delivery) -> Handled {
            const std::lock_guard lock{mutex};
            attempts[group][event.number] = delivery.attempt();
            const bool recovers = event.number % 3 == 1 && delivery.attempt() == 3;
            return refuses && event.number % 3 != 0 && !recovers ? retry("not yet") : done();
        });
        auto projector =
            Projector::create(broker, catalogue, std::move(solved), {.workers = 4, .retry_topics = delays});
        REQUIRE(projector.value().run_until_caught_up().value() == StopReason::caught_up);
    };
    const std::string failing = test::unique_name("failing");
    for (int turn = 0; turn < 3; ++turn) work(failing, true);  // each from where the last one left it
    const std::string other = test::unique_name("other");
    work(other, false);
    REQUIRE(attempts[failing].size() == students);
    for (const auto& [number, attempt] : attempts[failing]) {
        INFO("event " << number);
        REQUIRE(attempt == (number % 3 == 0 ? 1 : 3));
    }
    REQUIRE(attempts[other].size() == students);
    for (const auto& [number, attempt] : attempts[other]) REQUIRE(attempt == 1);
    int dead = 0;
    for (std::int32_t partition = 0; partition < 3; ++partition)
        dead += static_cast<int>(admin->watermarks({topic + ".dlq", partition}, patience).value().high);
    REQUIRE(dead == students / 3);
    for (const TopicSpec& spec : specs) admin->delete_topic(spec.name, patience).value();
}

TEST_CASE("in sequence mode the events of a dead one's key follow it on a real Kafka, over a restart, and come back",
          "[integration][kafka]") {
    test::export_server_environment();
    const Runtime quiet{.logger = stderr_logger(LogLevel::error)};
    auto broker = kafka::connect(kafka::Options::from_environment().value(), quiet).value();
    auto admin = broker.port().admin().value();
    const std::string topic = test::unique_name("sequence");
    const std::string letters = topic + ".dlq";
    for (const std::string& name : {topic, letters})
        admin->create_topic({.name = name, .partitions = 3}, patience).value();
    const Catalogue catalogue = main_job_catalogue(topic).value();
    constexpr int students = 20;
    const auto publish_round = [&](int round) {
        Receipts receipts;
        auto writer = broker.port().writer({}, receipts).value();
        for (int student = 0; student < students; ++student) {
            const std::string key = "student-" + std::to_string(student);
            const ExerciseSolved event{key, round, "right", {}};
            writer->write(catalogue.prepare(broker.runtime(), key, event).value(), static_cast<std::uint64_t>(student))
                .value();
        }
        writer->flush(60s).value();
        REQUIRE(receipts.failed == 0);
    };
    std::mutex mutex;
    std::map<std::string, std::vector<std::int64_t>> handled;
    bool mended = false;
    const std::string group = test::unique_name("group");
    const auto work = [&] {
        Projection solved{group};
        solved.on<ExerciseSolved>([&](const ExerciseSolved& event, const Delivery& delivery) -> Handled {
            const std::lock_guard lock{mutex};
            const std::string key{delivery.envelope().aggregate_id};
            if (!mended && event.number == 0 && key.back() == '7') return dead_letter("not yet");
            handled[key].push_back(event.number);
            return done();
        });
        auto projector =
            Projector::create(broker, catalogue, std::move(solved), {.workers = 4, .dead_letters = {.sequence = true}});
        REQUIRE(projector.value().run_until_caught_up().value() == StopReason::caught_up);
    };
    publish_round(0);
    publish_round(1);
    work();
    publish_round(2);
    work();  // another member, which learns from the topic
    REQUIRE(handled.size() == students - 2);
    mended = true;
    REQUIRE(redrive_dead_letters(broker, letters).value().redriven == 6);
    publish_round(3);
    for (int left = 1; left > 0;) {  // what was read before the redriven ones were handled follows once more
        work();
        left = static_cast<int>(redrive_dead_letters(broker, letters).value().redriven);
    }
    REQUIRE(handled.size() == students);
    for (const auto& [student, events] : handled) {
        INFO(student);
        REQUIRE(events == std::vector<std::int64_t>{0, 1, 2, 3});
    }
    for (const std::string& name : {topic, letters}) admin->delete_topic(name, patience).value();
}
