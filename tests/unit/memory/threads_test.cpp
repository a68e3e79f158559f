#include "unit/memory/support.hpp"

#include <mutex>
#include <set>
#include <thread>

using namespace memory_test;

namespace {

std::vector<ReceivedRecord> poll_for(Reader& reader, Duration timeout) {
    std::vector<ReceivedRecord> records;
    reader.poll(records, 1'000, timeout).value();
    return records;
}

}  // namespace

TEST_CASE("a waiting poll is woken by a write of another thread", "[memory][unit]") {
    World world;
    const auto reader = world.reader({.group = "g", .topics = {"t"}});
    poll_for(*reader, 0ms);
    const auto start = std::chrono::steady_clock::now();
    std::thread other{[&] { world.write("k", "v"); }};
    CHECK(poll_for(*reader, 20s).size() == 1);
    other.join();
    CHECK(std::chrono::steady_clock::now() - start < 10s);
}

TEST_CASE("a waiting poll ends by itself", "[memory][unit]") {
    World world;
    const auto reader = world.reader({.group = "g", .topics = {"t"}});
    CHECK(poll_for(*reader, 5ms).empty());
}

TEST_CASE("a member that waits in a poll is alive, however far the clock moves", "[memory][unit]") {
    World world;
    const auto waiting = world.reader({.group = "g", .topics = {"t"}, .max_poll_interval = 1s});
    poll_for(*waiting, 0ms);
    std::thread other{[&] {
        const auto visitor = world.reader({.group = "g", .topics = {"t"}});
        world.clock->advance(1h);
        poll_for(*visitor, 0ms);
        visitor->close(0ms);
        world.write("k", "v");
    }};
    std::vector<ReceivedRecord> records;
    while (records.empty()) waiting->poll(records, 10, 1s).value();
    other.join();
    CHECK(waiting->assignment().size() == 1);
}

TEST_CASE("writers, members of a group, commits and rebalances run beside each other", "[memory][unit]") {
    constexpr int writers = 3;
    constexpr int per_writer = 500;
    World world{{.partitions = 6}};
    std::mutex mutex;
    std::set<std::string> seen;
    std::atomic<bool> done{false};
    const auto consume = [&](bool restless) {
        auto reader = world.reader({.group = "g", .topics = {"t"}});
        for (int round = 0; !done; ++round) {
            for (const ReceivedRecord& record : poll_for(*reader, 2ms)) {
                {
                    const std::lock_guard lock{mutex};
                    seen.insert(std::string{*record.value});
                    done = seen.size() == writers * per_writer;
                }
                const std::vector<PartitionOffset> position{
                    {std::string{record.topic}, record.partition, record.offset + 1, ""}};
                (void)reader->commit(position, 1s);
            }
            if (restless && round % 20 == 19) reader = world.reader({.group = "g", .topics = {"t"}});
        }
    };
    std::vector<std::thread> threads;
    threads.emplace_back(consume, false);
    threads.emplace_back(consume, true);
    for (int thread = 0; thread < writers; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < per_writer; ++i) {
                const std::string id = std::to_string(thread) + "-" + std::to_string(i);
                (void)world.writer->write({.topic = "t", .key = id, .value = id}, 1);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(seen.size() == writers * per_writer);
    CHECK(world.sink.stored == writers * per_writer);
    CHECK(world.sink.failed == 0);
}

TEST_CASE("transactions beside each other stay whole", "[memory][unit]") {
    World world;
    const auto produce = [&](int number) {
        CountingSink sink;
        const auto transaction = world.broker.port()
                                     .transactional_writer({.transactional_id = "id-" + std::to_string(number)}, sink)
                                     .value();
        for (int round = 0; round < 40; ++round) {
            transaction->begin().value();
            const std::string id = std::to_string(number) + "-" + std::to_string(round);
            for (int i = 0; i < 3; ++i) transaction->write({.topic = "t", .value = id}, 1).value();
            (round % 2 == 0 ? transaction->commit(1s) : transaction->abort(1s)).value();
        }
    };
    std::vector<std::thread> threads;
    for (int number = 0; number < 3; ++number) threads.emplace_back(produce, number);
    std::map<std::string, int> counts;
    const auto reader = world.reader({});
    const std::vector<PartitionOffset> start{{"t", 0, 0, ""}};
    reader->assign(start).value();
    int total = 0;
    while (total < 3 * 20 * 3) {
        for (const ReceivedRecord& record : poll_for(*reader, 5ms)) {
            ++counts[std::string{*record.value}];
            ++total;
        }
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(counts.size() == 60);
    for (const auto& [id, count] : counts) {
        CHECK(count == 3);
        CHECK(std::stoi(id.substr(2)) % 2 == 0);
    }
    CHECK(world.watermarks().last_stable == world.watermarks().high);
}

TEST_CASE("records may be read and dropped on other threads after everything else is gone", "[memory][unit]") {
    std::vector<ReceivedRecord> records;
    {
        World world;
        for (int i = 0; i < 100; ++i) world.write("k", std::string(1'000, 'x'));
        const auto reader = world.reader({});
        const std::vector<PartitionOffset> start{{"t", 0, 0, ""}};
        reader->assign(start).value();
        reader->poll(records, 100, 0ms).value();
    }
    REQUIRE(records.size() == 100);
    std::vector<ReceivedRecord> half{std::make_move_iterator(records.begin() + 50),
                                     std::make_move_iterator(records.end())};
    records.resize(50);
    std::atomic<std::size_t> bytes{0};
    const auto drop = [&](std::vector<ReceivedRecord> mine) {
        for (const ReceivedRecord& record : mine) bytes += record.value->size();
    };
    std::thread first{drop, std::move(records)};
    std::thread second{drop, std::move(half)};
    first.join();
    second.join();
    CHECK(bytes == 100'000);
}
