#include "world.hpp"

#include <eventsdk/consume/redrive.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include <set>

using namespace world;
using namespace std::chrono_literals;

namespace {

const std::string parking_topic = topic + ".parked";

/// A service whose handler refuses what is in `broken`; its dead letters; and the operator who sends them back.
class Hospital : public World {
public:
    explicit Hospital(std::int32_t partitions = 1) : World{partitions} {
        broker.create_topic({.name = parking_topic}).value();
    }
    void work(const std::string& group = "scores-v1") {
        Projection scores{group};
        scores.on<Scored>([&, group](const Scored& event, const Delivery& delivery) -> Handled {
            if (broken.contains(event.points)) return eventsdk::dead_letter("no such student");
            handled.push_back(group + " " + std::string{delivery.envelope().aggregate_id} + " " +
                              std::to_string(event.points));
            return done();
        });
        auto service = projector(std::move(scores));
        settle(service);
    }
    RedriveReport redrive(const RedriveOptions& options = {}) {
        return redrive_dead_letters(broker, dead_topic, options).value();
    }
    std::vector<std::string> states(const DeadLetterFilter& filter = {}) {
        std::vector<std::string> found;
        visit_dead_letters(broker, dead_topic, filter, [&](const ReceivedRecord& letter, DeadLetterState state) {
            found.push_back(std::string{letter.key.value_or("-")} + " " + std::string{to_string(state)});
            return true;
        }).value();
        return found;
    }
    std::vector<Record> redriven() {
        std::vector<Record> found;
        for (Record& record : broker.records(topic)) {
            if (record.header(dead_letter_headers::redrive_for)) found.push_back(std::move(record));
        }
        return found;
    }

    std::set<std::int64_t> broken{};
    std::vector<std::string> handled{};
};

std::string text(const Record& record, std::string_view name) { return std::string{record.header(name).value_or("-")}; }

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("dead letters go back to the group that failed, once, with their bytes and where they failed first",
          "[consume][unit]") {
    Hospital hospital{3};
    hospital.broken = {1, 2};
    hospital.publish("ada", 1);
    hospital.publish("ada", 2);
    hospital.publish("grace", 3);
    hospital.work();
    const std::vector<Record> before = hospital.broker.records(topic);
    hospital.broken.clear();
    REQUIRE(hospital.redrive() == RedriveReport{.chosen = 2, .redriven = 2});

    const std::vector<Record> sent = hospital.redriven();
    REQUIRE(sent.size() == 2);
    for (std::size_t at = 0; at < 2; ++at) {
        const auto original = std::find_if(before.begin(), before.end(),
                                           [&](const Record& record) { return record.value == sent[at].value; });
        REQUIRE(original != before.end());
        REQUIRE(sent[at].key == original->key);
        REQUIRE(sent[at].partition == original->partition);
        REQUIRE(std::equal(original->headers.begin(), original->headers.end(), sent[at].headers.begin()));
        REQUIRE(text(sent[at], dead_letter_headers::redrive_for) == "scores-v1");
        REQUIRE(text(sent[at], dead_letter_headers::offset) == std::to_string(at));
        REQUIRE(text(sent[at], dead_letter_headers::redrive_count) == "1");
        REQUIRE_FALSE(sent[at].header(dead_letter_headers::error_message));
    }
    hospital.handled.clear();
    hospital.work();
    REQUIRE(hospital.handled == Strings{"scores-v1 ada 1", "scores-v1 ada 2"});
    hospital.handled.clear();
    hospital.work("others-v1");
    std::sort(hospital.handled.begin(), hospital.handled.end());
    REQUIRE(hospital.handled == Strings{"others-v1 ada 1", "others-v1 ada 2", "others-v1 grace 3"});
    REQUIRE(hospital.redrive() == RedriveReport{});
    REQUIRE(hospital.states() == Strings{"ada redriven", "ada redriven"});
}

TEST_CASE("a dead letter that comes back too often is parked", "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {7};
    hospital.publish("ada", 7);
    for (int round = 0; round < 2; ++round) {
        hospital.work();
        REQUIRE(hospital.redrive({.max_redrives = 2}).redriven == 1);
    }
    hospital.work();
    REQUIRE(hospital.redrive({.max_redrives = 2}) == RedriveReport{.chosen = 1, .parked = 1});
    hospital.work();
    REQUIRE(hospital.redrive({.max_redrives = 2}) == RedriveReport{});
    const std::vector<Record> parked = hospital.broker.records(parking_topic);
    REQUIRE(parked.size() == 1);
    REQUIRE(text(parked[0], dead_letter_headers::redrive_count) == "2");
    REQUIRE(text(parked[0], dead_letter_headers::offset) == "0");
    REQUIRE(parked[0].value == hospital.broker.records(topic).front().value);
    REQUIRE(redrive_dead_letters(hospital.broker, parking_topic).value().redriven == 1);
    hospital.broken.clear();
    hospital.work();
    REQUIRE(hospital.handled == Strings{"scores-v1 ada 7"});
}

TEST_CASE("filters choose by key, type, stage, code, group, time and offset, and a dry run touches nothing",
          "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {1, 2};
    hospital.publish("ada", 1);
    hospital.publish("grace", 2);
    hospital.write({.topic = topic, .key = "linus", .value = "{not json"});
    hospital.work();
    hospital.clock->advance(1h);
    hospital.publish("joan", 1);
    hospital.work();
    REQUIRE(hospital.states() == Strings{"ada open", "grace open", "linus open", "joan open"});

    const Timestamp late = hospital.clock->now();
    const std::pair<DeadLetterFilter, Strings> cases[]{
        {{.key = "ada"}, {"ada open"}},
        {{.key = ""}, {}},
        {{.type = "Scored"}, {"ada open", "grace open", "joan open"}},
        {{.type = "Withdrawn"}, {}},
        {{.stage = "parse"}, {"linus open"}},
        {{.code = "handler.dead_letter"}, {"ada open", "grace open", "joan open"}},
        {{.group = "others-v1"}, {}},
        {{.from = late}, {"joan open"}},
        {{.until = late}, {"ada open", "grace open", "linus open"}},
        {{.partition = 1}, {}},
        {{.first_offset = 1, .last_offset = 2}, {"grace open", "linus open"}},
    };
    const std::size_t records = hospital.broker.records(topic).size();
    for (const auto& [filter, expected] : cases) {
        REQUIRE(hospital.states(filter) == expected);
        const RedriveReport report = hospital.redrive({.filter = filter, .dry_run = true});
        REQUIRE(report == RedriveReport{.chosen = expected.size(), .redriven = expected.size()});
    }
    REQUIRE(hospital.broker.records(topic).size() == records);
    REQUIRE(hospital.dead().size() == 4);
    REQUIRE(hospital.redrive({.filter = {.stage = "parse"}}).redriven == 1);
    REQUIRE(hospital.states() == Strings{"ada open", "grace open", "linus redriven", "joan open"});
}

TEST_CASE("the type of a dead letter is found in its value when no header says it", "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {1};
    Record plain = hospital.catalogue.prepare(hospital.broker.runtime(), "ada", Scored{"ada", 1, {}}).value();
    plain.headers.clear();
    hospital.write(plain);
    hospital.work();
    REQUIRE(hospital.states({.type = "Scored"}) == Strings{"ada open"});
    REQUIRE(hospital.states({.type = "Other"}).empty());
}

TEST_CASE("a redrive that breaks off anywhere sends each dead letter once when it is run again", "[consume][unit]") {
    for (int broken_call = 1; broken_call <= 12; ++broken_call) {
        Hospital hospital;
        for (std::int64_t points = 1; points <= 4; ++points) {
            hospital.broken.insert(points);
            hospital.publish(points % 2 == 0 ? "ada" : "grace", points);
        }
        hospital.work();
        hospital.broken.clear();
        int attempts = 0;
        {
            testing::FaultPlan faults{hospital.broker};
            int calls = 0;
            faults.fail_when(
                [&](const testing::Call& call) {
                    using Operation = testing::Operation;
                    const bool counts = call.operation == Operation::write || call.operation == Operation::begin ||
                                        call.operation == Operation::commit_transaction;
                    return counts && ++calls == broken_call;
                },
                {.kind = ErrorKind::fatal, .code = "test.crash", .message = "the process dies here"});
            for (bool done = false; !done; ++attempts) {
                done = redrive_dead_letters(hospital.broker, dead_topic, {.batch_letters = 2}).has_value();
                REQUIRE(attempts < 3);
            }
        }
        REQUIRE(hospital.redriven().size() == 4);
        hospital.handled.clear();
        hospital.work();
        REQUIRE(hospital.handled ==
                Strings{"scores-v1 grace 1", "scores-v1 ada 2", "scores-v1 grace 3", "scores-v1 ada 4"});
        REQUIRE(hospital.redrive() == RedriveReport{});
    }
}

TEST_CASE("an unanswered commit of a redrive is settled by the next run, whichever way it went", "[consume][unit]") {
    for (const bool happened : {true, false}) {
        Hospital hospital;
        hospital.broken = {1};
        hospital.publish("ada", 1);
        hospital.work();
        {
            testing::FaultPlan faults{hospital.broker};
            if (happened) faults.lose_acknowledgements(testing::Operation::commit_transaction, 1);
            if (!happened) faults.fail_next(testing::Operation::commit_transaction, 1, ErrorKind::indeterminate);
            const auto failed = redrive_dead_letters(hospital.broker, dead_topic);
            REQUIRE(failed.error().kind == ErrorKind::indeterminate);
        }
        REQUIRE(hospital.redrive().redriven == (happened ? 0U : 1U));
        REQUIRE(hospital.redriven().size() == 1);
    }
}

TEST_CASE("the double that a crash leaves behind is settled and not sent", "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {1};
    hospital.publish("ada", 1);
    hospital.work();
    Record twice = hospital.dead().front();
    twice.partition.reset();
    hospital.write(twice);
    REQUIRE(hospital.states() == Strings{"ada open", "ada repeated"});
    REQUIRE(hospital.redrive() == RedriveReport{.chosen = 1, .redriven = 1, .repeated = 1});
    hospital.write(twice);
    REQUIRE(hospital.redrive() == RedriveReport{.repeated = 1});
    REQUIRE(hospital.redriven().size() == 1);
}

TEST_CASE("a dead letter by reference goes back with the original's bytes, and holds its key when that is gone",
          "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {1, 2, 3};
    hospital.broker.port().admin().value()->delete_topic(dead_topic, 1s).value();
    hospital.broker.create_topic({.name = dead_topic, .max_record_bytes = 1'500}).value();
    const auto give = [&](const std::string& key, std::int64_t points, std::size_t bytes) {
        hospital.write(hospital.catalogue
                           .prepare(hospital.broker.runtime(), key,
                                    Scored{.student = key, .points = points, .comment = std::string(bytes, 'x')})
                           .value());
    };
    give("grace", 3, 2'000);
    give("ada", 1, 2'000);
    give("ada", 2, 10);
    hospital.work();
    REQUIRE(hospital.dead().size() == 3);
    REQUIRE(hospital.redrive({.filter = {.key = "ada"}}) == RedriveReport{.chosen = 2, .redriven = 2});
    REQUIRE(hospital.redriven().front().value == hospital.broker.records(topic)[1].value);

    hospital.broken = {1, 2};
    hospital.work();  // ada's die again, still by reference to the first position
    hospital.broker.port().admin().value()->delete_records_before({topic, 0}, 2, 1s).value();
    const RedriveReport report = hospital.redrive();
    REQUIRE(report.chosen == 3);
    REQUIRE(report.missing == 2);
    REQUIRE(report.held == 1);
    REQUIRE(hospital.redrive() == report);
}

TEST_CASE("a record of a topic made anew is no double of one that was dead at its place", "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {1};
    hospital.publish("ada", 1);
    hospital.work();
    Record anew = hospital.dead().front();
    anew.partition.reset();
    for (Header& header : anew.headers) {
        if (header.name == dead_letter_headers::timestamp) header.value = "2031-01-01T00:00:00.000Z";
    }
    REQUIRE(hospital.redrive().redriven == 1);
    hospital.write(anew);
    REQUIRE(hospital.states() == Strings{"ada redriven", "ada open"});
    REQUIRE(hospital.redrive() == RedriveReport{.chosen = 1, .redriven = 1});
}

TEST_CASE("a record is repaired on its way back, but keeps key and topic", "[consume][unit]") {
    Hospital hospital;
    hospital.write({.topic = topic, .key = "ada", .value = "{torn"});
    hospital.work();
    const std::string whole =
        *hospital.catalogue.prepare(hospital.broker.runtime(), "ada", Scored{"ada", 5, {}}).value().value;
    const auto moved =
        redrive_dead_letters(hospital.broker, dead_topic, {.repair = [](Record& record) { record.key = "grace"; }});
    REQUIRE(moved.error().code == "redrive.repair_moved");
    REQUIRE(hospital.redrive({.repair = [&](Record& record) { record.value = whole; }}).redriven == 1);
    hospital.work();
    REQUIRE(hospital.handled == Strings{"scores-v1 ada 5"});
}

TEST_CASE("parking and purging settle dead letters for good", "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {1, 2, 3};
    for (std::int64_t points = 1; points <= 3; ++points) hospital.publish("ada", points);
    hospital.work();
    REQUIRE(park_dead_letters(hospital.broker, dead_topic, {.filter = {.last_offset = 0}}).value() ==
            RedriveReport{.chosen = 1, .parked = 1});
    REQUIRE(hospital.broker.records(parking_topic).size() == 1);
    REQUIRE(purge_dead_letters(hospital.broker, dead_topic, {.filter = {.last_offset = 1}, .dry_run = true}).value() ==
            RedriveReport{.chosen = 1, .purged = 1});
    REQUIRE(hospital.states() == Strings{"ada parked", "ada open", "ada open"});
    REQUIRE(purge_dead_letters(hospital.broker, dead_topic, {.filter = {.last_offset = 1}}).value().purged == 1);
    REQUIRE(hospital.states() == Strings{"ada open"});  // what was settled before it is deleted
    REQUIRE(hospital.redrive().redriven == 1);
    REQUIRE(hospital.states() == Strings{"ada redriven"});
}

TEST_CASE("records that are no dead letters are left alone, also by a purge", "[consume][unit]") {
    Hospital hospital;
    hospital.write({.topic = dead_topic, .key = "k", .value = "somebody else's"});
    hospital.broken = {1};
    hospital.publish("ada", 1);
    hospital.work();
    REQUIRE(hospital.redrive() == RedriveReport{.chosen = 1, .redriven = 1, .foreign = 1});
    REQUIRE(purge_dead_letters(hospital.broker, dead_topic).value() == RedriveReport{.foreign = 1});
    REQUIRE(hospital.dead().front().value == "somebody else's");
}

TEST_CASE("a later redrive of the same topic fences the earlier one", "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {1, 2};
    hospital.publish("ada", 1);
    hospital.publish("ada", 2);
    hospital.work();
    bool inner = false;
    RedriveOptions options{.batch_letters = 1};
    options.repair = [&](Record&) {
        if (!std::exchange(inner, true)) hospital.redrive();
    };
    const auto outer = redrive_dead_letters(hospital.broker, dead_topic, options);
    REQUIRE(outer.error().kind == ErrorKind::fenced);
    REQUIRE(hospital.redriven().size() == 2);
}

TEST_CASE("a redrive keeps to its rate and stops when it is told to", "[consume][unit]") {
    /// A clock that moves while it is looked at.
    class Striding final : public Clock {
    public:
        Timestamp now() const noexcept override { return Timestamp{} + passed(); }
        MonotonicTime monotonic() const noexcept override { return MonotonicTime{} + passed(); }
        std::chrono::microseconds passed() const { return std::chrono::milliseconds{20} * ++looks_; }

    private:
        mutable std::atomic<int> looks_{0};
    };
    const auto clock = std::make_shared<Striding>();
    memory::Broker broker{{}, {.clock = clock}};
    broker.create_topic({.name = "orders"}).value();
    broker.create_topic({.name = "orders.dlq"}).value();
    const auto write = [&](const Record& record) {
        struct Sink : WriteSink {
            void written(std::span<const WriteOutcome>) noexcept override {}
        } sink;
        auto writer = broker.port().writer({}, sink).value();
        writer->write(record, 0).value();
        writer->flush(1s).value();
    };
    for (int count = 0; count < 6; ++count) {
        write({.topic = "orders.dlq",
               .key = "k",
               .value = "v",
               .headers = {{"eventsdk-dlq-topic", "orders"},
                           {"eventsdk-dlq-partition", "0"},
                           {"eventsdk-dlq-offset", std::to_string(count)},
                           {"eventsdk-dlq-group", "g"}}});
    }
    const auto start = clock->passed();
    REQUIRE(redrive_dead_letters(broker, "orders.dlq", {.letters_per_second = 2.0}).value().redriven == 6);
    REQUIRE(clock->passed() - start >= 2s);

    write({.topic = "orders.dlq"});
    std::stop_source source;
    source.request_stop();
    const auto stopped = redrive_dead_letters(broker, "orders.dlq", {}, source.get_token()).value();
    REQUIRE(stopped == RedriveReport{.interrupted = true});
}

TEST_CASE("a record that its topic refuses ends the redrive and is named", "[consume][unit]") {
    Hospital hospital;
    hospital.broken = {1, 2};
    hospital.publish("ada", 1);
    hospital.publish("grace", 2);
    hospital.work();
    RedriveOptions options;
    options.repair = [](Record& record) {
        if (record.key == "grace") record.value = std::string(2'000'000, 'x');
    };
    const auto refused = redrive_dead_letters(hospital.broker, dead_topic, options);
    REQUIRE(refused.error().kind == ErrorKind::permanent);
    REQUIRE(refused.error().message.find("dead letter [0]@1 of " + dead_topic) != std::string::npos);
    REQUIRE(refused.error().message.find("were settled") == std::string::npos);
    REQUIRE(hospital.redriven().empty());
    options.batch_letters = 1;
    const auto half = redrive_dead_letters(hospital.broker, dead_topic, options);
    REQUIRE(half.error().message.find("; before that 1 were settled") != std::string::npos);
    REQUIRE(hospital.redriven().size() == 1);
    REQUIRE(hospital.redrive().redriven == 1);
}

TEST_CASE("wrong options of a redrive are refused by name", "[consume][unit]") {
    World world;
    const std::pair<RedriveOptions, std::string> cases[]{{{.letters_per_second = 0.0}, "letters_per_second"},
                                                         {{.max_redrives = -1}, "max_redrives"},
                                                         {{.batch_letters = 0}, "batch_letters"},
                                                         {{.timeout = Duration{0}}, "timeout"}};
    for (const auto& [options, name] : cases) {
        const auto refused = redrive_dead_letters(world.broker, dead_topic, options);
        REQUIRE(refused.error().kind == ErrorKind::invalid_argument);
        REQUIRE(refused.error().message.find(name) != std::string::npos);
    }
    REQUIRE(redrive_dead_letters(world.broker, "nowhere").error().kind == ErrorKind::invalid_argument);
}
