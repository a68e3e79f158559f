#include "support/catch.hpp"

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/testing/collecting_logger.hpp>
#include <eventsdk/testing/fault_plan.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include <map>
#include <mutex>
#include <thread>

using namespace eventsdk;
using namespace std::chrono_literals;
using testing::Operation;

namespace {

struct Sink final : WriteSink {
    struct Outcome {
        std::uint64_t tag;
        std::int64_t offset;
        std::optional<Error> error;
    };
    std::vector<Outcome> outcomes{};
    void written(std::span<const WriteOutcome> more) noexcept override {
        for (const WriteOutcome& outcome : more) {
            outcomes.push_back({outcome.tag, outcome.offset, {}});
            if (outcome.error != nullptr) outcomes.back().error = *outcome.error;
        }
    }
};

struct Listener final : RebalanceListener {
    std::vector<std::string> calls{};
    std::vector<AssignedPartition> last_assigned{};
    void assigned(std::span<AssignedPartition> partitions) noexcept override {
        calls.push_back("assigned " + std::to_string(partitions.size()));
        last_assigned.assign(partitions.begin(), partitions.end());
    }
    void revoked(std::span<const TopicPartition> partitions) noexcept override {
        calls.push_back("revoked " + std::to_string(partitions.size()));
    }
    void lost(std::span<const TopicPartition> partitions) noexcept override {
        calls.push_back("lost " + std::to_string(partitions.size()));
    }
};

struct World {
    World() { memory.create_topic({.name = "t", .partitions = 2}).value(); }

    std::unique_ptr<Writer> writer(const WriterOptions& options = {}) {
        return memory.port().writer(options, sink).value();
    }
    std::unique_ptr<Reader> reader() {
        return memory.port().reader({.group = "g", .topics = {"t"}}, &listener).value();
    }
    std::unique_ptr<TransactionalWriter> transactional() {
        return memory.port().transactional_writer({.transactional_id = "id"}, sink).value();
    }
    std::vector<std::string> stored() {
        std::vector<std::string> values;
        for (const Record& record : memory.records("t")) values.push_back(record.value.value_or(""));
        return values;
    }

    std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
    std::shared_ptr<testing::CollectingLogger> log = std::make_shared<testing::CollectingLogger>();
    memory::Broker memory{{}, {.clock = clock, .logger = log}};
    testing::FaultPlan faults{memory};
    Sink sink{};
    Listener listener{};
};

Record record(const std::string& value, std::int32_t partition = 0) {
    return {.topic = "t", .value = value, .partition = partition};
}

std::vector<std::string> poll(Reader& reader, std::size_t most = 100) {
    std::vector<ReceivedRecord> records;
    reader.poll(records, most, 0ms).value();
    std::vector<std::string> values;
    for (const ReceivedRecord& each : records) values.emplace_back(each.value.value_or(""));
    return values;
}

const std::vector<PartitionOffset> at_one{{"t", 0, 1, ""}};

}  // namespace

TEST_CASE("the next writes fail as asked, are not stored, and then all is well", "[testing][unit]") {
    World world;
    const auto writer = world.writer();
    world.faults.fail_next(Operation::write, 2, ErrorKind::retriable);
    for (std::uint64_t tag = 1; tag <= 3; ++tag) writer->write(record(std::to_string(tag)), tag).value();
    REQUIRE(world.sink.outcomes.size() == 3);
    CHECK(world.sink.outcomes[0].error->kind == ErrorKind::retriable);
    CHECK(world.sink.outcomes[1].error->code == "testing.fault");
    CHECK_FALSE(world.sink.outcomes[2].error);
    CHECK(world.stored() == std::vector<std::string>{"3"});
    CHECK(world.faults.calls(Operation::write) == 3);
    CHECK(writer->pending() == 0);
}

TEST_CASE("writes that a predicate names fail until the plan heals", "[testing][unit]") {
    World world;
    const auto writer = world.writer();
    const Error refusal{.kind = ErrorKind::permanent, .code = "kafka.unauthorized", .message = "no"};
    world.faults.fail_when(
        [](const testing::Call& call) { return call.record != nullptr && call.record->partition == 1; }, refusal);
    writer->write(record("a", 0), 1).value();
    writer->write(record("b", 1), 2).value();
    world.faults.heal();
    writer->write(record("c", 1), 3).value();
    CHECK(world.sink.outcomes[1].error->code == "kafka.unauthorized");
    CHECK(world.stored() == std::vector<std::string>{"a", "c"});
}

TEST_CASE("a lost acknowledgement is indeterminate although the record is there", "[testing][unit]") {
    World world;
    const auto writer = world.writer();
    world.faults.lose_acknowledgements(Operation::write, 1);
    writer->write(record("kept"), 1).value();
    REQUIRE(world.sink.outcomes.size() == 1);
    CHECK(world.sink.outcomes[0].error->kind == ErrorKind::indeterminate);
    CHECK(world.stored() == std::vector<std::string>{"kept"});
}

TEST_CASE("a delayed write is stored when the clock is there, later ones wait behind it", "[testing][unit]") {
    World world;
    const auto writer = world.writer();
    world.faults.delay_next(Operation::write, 1, 4s);
    writer->write(record("a"), 1).value();
    writer->write(record("b"), 2).value();
    CHECK(world.stored().empty());
    CHECK(writer->pending() == 2);
    const auto early = writer->flush(0ms);
    REQUIRE_FALSE(early);
    CHECK(early.error().code == codes::flush_timeout);
    world.clock->advance(3999ms);
    world.faults.settle();
    CHECK(world.stored().empty());
    world.clock->advance(1ms);
    world.faults.settle();
    CHECK(world.stored() == std::vector<std::string>{"a", "b"});
    CHECK(writer->flush(0ms));
    CHECK(writer->pending() == 0);
}

TEST_CASE("a delayed write passes in flush when another thread moves the clock", "[testing][unit]") {
    World world;
    const auto writer = world.writer();
    world.faults.delay_next(Operation::write, 1, 1h);
    writer->write(record("a"), 1).value();
    std::thread other{[&] { world.clock->advance(1h); }};
    CHECK(writer->flush(10s));
    other.join();
    CHECK(world.sink.outcomes.size() == 1);
}

TEST_CASE("while the broker is down writes wait, and are stored in order when it is back", "[testing][unit]") {
    World world;
    const auto writer = world.writer({.queue_records = 2});
    world.faults.broker_down();
    writer->write(record("a"), 1).value();
    writer->write(record("b"), 2).value();
    const auto full = writer->write(record("c"), 3);
    REQUIRE_FALSE(full);
    CHECK(full.error().kind == ErrorKind::retriable);
    CHECK(full.error().code == codes::queue_full);
    CHECK(world.sink.outcomes.empty());
    world.faults.broker_up();
    CHECK(world.stored() == std::vector<std::string>{"a", "b"});
    CHECK(world.sink.outcomes.size() == 2);
}

TEST_CASE("a write that waits longer than its delivery timeout was certainly not stored", "[testing][unit]") {
    World world;
    const auto writer = world.writer({.delivery_timeout = 5s});
    world.faults.broker_down();
    writer->write(record("a"), 1).value();
    world.clock->advance(5s);
    world.faults.settle();
    REQUIRE(world.sink.outcomes.size() == 1);
    CHECK(world.sink.outcomes[0].error->kind == ErrorKind::retriable);
    CHECK(world.sink.outcomes[0].error->code == codes::not_stored);
    world.faults.broker_up();
    CHECK(world.stored().empty());
}

TEST_CASE("closing gives what still waits an honest outcome, once", "[testing][unit]") {
    World world;
    const auto writer = world.writer();
    world.faults.broker_down();
    writer->write(record("a"), 1).value();
    writer->close(0ms);
    writer->close(0ms);
    world.faults.broker_up();
    REQUIRE(world.sink.outcomes.size() == 1);
    CHECK(world.sink.outcomes[0].error->code == codes::not_stored);
    CHECK(writer->write(record("b"), 2).error().kind == ErrorKind::closed);
    CHECK(world.stored().empty());
}

TEST_CASE("without a broker every question is answered as unavailable or retriable", "[testing][unit]") {
    World world;
    const auto reader = world.reader();
    const auto transaction = world.transactional();
    const auto admin = world.memory.port().admin().value();
    poll(*reader);
    world.faults.broker_down();
    std::vector<ReceivedRecord> records;
    CHECK(reader->poll(records, 1, 0ms).error().kind == ErrorKind::unavailable);
    CHECK(reader->commit(at_one, 0ms).error().kind == ErrorKind::retriable);
    CHECK(world.memory.port().probe(0ms).error().kind == ErrorKind::unavailable);
    CHECK(admin->list_topics(0ms).error().kind == ErrorKind::unavailable);
    const TransactionalWriterOptions options{.transactional_id = "other", .init_timeout = 1ms};
    CHECK(world.memory.port().transactional_writer(options, world.sink).error().kind == ErrorKind::unavailable);
    transaction->begin().value();
    CHECK(transaction->commit(0ms).error().kind == ErrorKind::indeterminate);
    CHECK(transaction->abort(0ms).error().kind == ErrorKind::unavailable);
    world.faults.broker_up();
    CHECK(transaction->abort(0ms));
    CHECK(reader->commit(at_one, 0ms));
    CHECK(world.memory.port().probe(0ms));
}

TEST_CASE("polls fail or bring nothing as asked, and no record is lost by it", "[testing][unit]") {
    World world;
    world.writer()->write(record("a"), 1).value();
    const auto reader = world.reader();
    world.faults.fail_next(Operation::poll, 1, ErrorKind::unavailable);
    std::vector<ReceivedRecord> records;
    CHECK(reader->poll(records, 1, 0ms).error().kind == ErrorKind::unavailable);
    world.faults.delay_next(Operation::poll, 1, 1s);
    CHECK(poll(*reader).empty());
    CHECK(poll(*reader).empty());
    world.clock->advance(1s);
    CHECK(poll(*reader) == std::vector<std::string>{"a"});
}

TEST_CASE("commits fail, are late or unacknowledged as asked", "[testing][unit]") {
    World world;
    world.writer()->write(record("a"), 1).value();
    const auto reader = world.reader();
    poll(*reader);
    const std::vector<TopicPartition> partition{{"t", 0}};
    const auto committed = [&] { return reader->committed(partition, 0ms).value().at(0).offset; };
    world.faults.fail_next(Operation::commit, 1, ErrorKind::retriable);
    CHECK_FALSE(reader->commit(at_one, 0ms));
    CHECK(committed() == -1);
    world.faults.delay_next(Operation::commit, 1, 1s);
    CHECK(reader->commit(at_one, 0ms).error().code == codes::timeout);
    CHECK(committed() == -1);
    world.faults.lose_acknowledgements(Operation::commit, 1);
    CHECK(reader->commit(at_one, 0ms).error().kind == ErrorKind::retriable);
    CHECK(committed() == 1);
    world.faults.fail_next(Operation::commit, 1, ErrorKind::retriable);
    reader->commit_async({});
    CHECK(world.log->contains("commit failed"));
}

TEST_CASE("revoked partitions come back in the poll after, where the group's commit is", "[testing][unit]") {
    World world;
    const auto writer = world.writer();
    for (std::uint64_t i = 0; i < 3; ++i) writer->write(record(std::to_string(i)), i).value();
    const auto reader = world.reader();
    CHECK(poll(*reader).size() == 3);
    reader->commit(at_one, 0ms).value();
    world.faults.revoke({{"t", 0}});
    CHECK(poll(*reader).empty());
    CHECK(reader->assignment() == std::vector<TopicPartition>{{"t", 1}});
    CHECK(world.listener.calls == std::vector<std::string>{"assigned 2", "revoked 1"});
    std::vector<ReceivedRecord> again;
    CHECK(reader->poll(again, 10, 0ms).value() == 2);
    CHECK(again[0].offset == 1);
    CHECK(world.listener.calls.back() == "assigned 1");
    CHECK(world.listener.last_assigned[0].committed);
    CHECK(again[0].assignment == world.listener.last_assigned[0].assignment);
    CHECK(again[0].assignment > 2);
}

TEST_CASE("lost partitions cannot be committed, without a commit they start again", "[testing][unit]") {
    World world;
    world.writer()->write(record("a"), 1).value();
    const auto reader = world.reader();
    CHECK(poll(*reader).size() == 1);
    world.faults.lose();
    CHECK(poll(*reader).empty());
    CHECK(world.listener.calls.back() == "lost 2");
    const auto refused = reader->commit(at_one, 0ms);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == codes::not_owner);
    CHECK(poll(*reader) == std::vector<std::string>{"a"});
    CHECK(reader->commit(at_one, 0ms));
}

TEST_CASE("a spoiled write spoils its transaction", "[testing][unit]") {
    World world;
    const auto transaction = world.transactional();
    transaction->begin().value();
    transaction->write(record("good"), 1).value();
    world.faults.fail_next(Operation::write, 1, ErrorKind::retriable);
    transaction->write(record("bad"), 2).value();
    CHECK(transaction->commit(0ms).error().kind == ErrorKind::abortable);
    transaction->abort(0ms).value();
    CHECK(world.stored().empty());
    transaction->begin().value();
    transaction->write(record("next"), 3).value();
    CHECK(transaction->commit(0ms));
    CHECK(world.stored() == std::vector<std::string>{"next"});
}

TEST_CASE("a transaction whose commit is not acknowledged may have happened, or not", "[testing][unit]") {
    World world;
    const auto transaction = world.transactional();
    transaction->begin().value();
    transaction->write(record("happened"), 1).value();
    world.faults.lose_acknowledgements(Operation::commit_transaction, 1);
    CHECK(transaction->commit(0ms).error().kind == ErrorKind::indeterminate);
    CHECK(world.stored() == std::vector<std::string>{"happened"});
    world.faults.fail_next(Operation::commit_transaction, 1, ErrorKind::indeterminate);
    transaction->begin().value();
    transaction->write(record("did not"), 2).value();
    CHECK(transaction->commit(0ms).error().kind == ErrorKind::indeterminate);
    CHECK(world.stored() == std::vector<std::string>{"happened"});
}

TEST_CASE("each step of a transaction can be failed", "[testing][unit]") {
    World world;
    world.faults.fail_next(Operation::initialise, 1, ErrorKind::retriable);
    const TransactionalWriterOptions options{.transactional_id = "id"};
    CHECK_FALSE(world.memory.port().transactional_writer(options, world.sink));
    const auto transaction = world.transactional();
    for (const auto operation : {Operation::begin, Operation::add_offsets, Operation::abort_transaction}) {
        world.faults.fail_next(operation, 1, ErrorKind::abortable);
    }
    CHECK_FALSE(transaction->begin());
    CHECK(transaction->begin());
    CHECK(transaction->add_offsets({.group = "g"}, {}, 0ms).error().kind == ErrorKind::abortable);
    CHECK(transaction->commit(0ms).error().kind == ErrorKind::abortable);
    CHECK_FALSE(transaction->abort(0ms));
    CHECK(transaction->abort(0ms));
}

TEST_CASE("what was made through a plan goes on when the plan is gone", "[testing][unit]") {
    memory::Broker broker;
    broker.create_topic({.name = "t"}).value();
    Sink sink;
    std::unique_ptr<Writer> writer;
    {
        testing::FaultPlan faults{broker};
        writer = broker.port().writer({}, sink).value();
        faults.broker_down();
        writer->write(record("a"), 1).value();
        CHECK(sink.outcomes.empty());
    }
    CHECK(sink.outcomes.size() == 1);
    writer->write(record("b"), 2).value();
    CHECK(broker.records("t").size() == 2);
}

TEST_CASE("an outage beside many writers loses no record, doubles none and keeps each one's order", "[testing][unit]") {
    struct CountingSink final : WriteSink {
        std::mutex mutex{};
        std::map<std::uint64_t, int> times{};
        void written(std::span<const WriteOutcome> outcomes) noexcept override {
            const std::lock_guard lock{mutex};
            for (const WriteOutcome& outcome : outcomes) ++times[outcome.tag];
        }
    };
    World world;
    CountingSink sink;
    const auto writer = world.memory.port().writer({}, sink).value();
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 3; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint64_t i = 0; i < 300; ++i) {
                const std::string value = std::to_string(thread) + " " + std::to_string(i);
                writer->write(record(value), thread * 1'000 + i).value();
            }
        });
    }
    for (int i = 0; i < 50; ++i) {
        world.faults.broker_down();
        std::this_thread::yield();
        world.faults.broker_up();
    }
    for (std::thread& thread : threads) thread.join();
    writer->flush(10s).value();
    CHECK(writer->pending() == 0);
    CHECK(sink.times.size() == 900);
    for (const auto& [tag, times] : sink.times) CHECK(times == 1);
    std::map<char, int> next;
    for (const std::string& value : world.stored()) CHECK(std::stoi(value.substr(2)) == next[value[0]]++);
    CHECK(next == std::map<char, int>{{'0', 300}, {'1', 300}, {'2', 300}});
}
