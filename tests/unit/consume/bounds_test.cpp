#include "consume/workload.hpp"

#include "support/catch.hpp"

#include <string>

using namespace eventsdk;
using namespace std::chrono_literals;
using consume::Limits;
using consume::Now;
using consume::Task;
using consume::Workload;

namespace {

/// One partition whose intake is watched.
struct Bounded {
    Workload work;
    MonotonicTime now{1h};
    std::int64_t offset = 0;
    bool paused = false;

    explicit Bounded(const Limits& limits) : work{limits, RetryPolicy{.jitter = 0.0}, 1} {
        work.assign({"orders", 0, 0, "", true, 1});
    }
    void deliver(std::uint64_t key, std::size_t bytes = 1) {
        ReceivedRecord record = make_received({.topic = "orders", .value = std::string(bytes, 'v')}, 0, offset++);
        record.assignment = 1;
        REQUIRE(work.deliver(std::move(record), key));
    }
    std::vector<Task*> take() {
        std::vector<Task*> taken;
        work.take(taken, 100'000, 100'000);
        return taken;
    }
    void retry(Task& task) { work.failed(task, {Handled::Outcome::retry, 1s, "handler", "c", "m"}, Now{now, {}}); }
    bool pauses() {
        std::vector<TopicPartition> pause;
        std::vector<TopicPartition> resume;
        work.balance(pause, resume);
        if (!pause.empty()) paused = true;
        if (!resume.empty()) paused = false;
        return paused;
    }
};

}  // namespace

TEST_CASE("a partition pauses while too many of its keys wait, and goes on when they are through", "[consume][unit]") {
    Bounded bounded{{.waiting_keys = 2}};
    for (std::uint64_t key = 0; key < 3; ++key) bounded.deliver(key);
    const std::vector<Task*> taken = bounded.take();
    bounded.retry(*taken[0]);
    REQUIRE(!bounded.pauses());
    bounded.retry(*taken[1]);
    REQUIRE(bounded.pauses());
    bounded.work.done(*taken[2]);
    REQUIRE(bounded.pauses());
    bounded.work.tick(bounded.now += 1s);
    for (Task* task : bounded.take()) bounded.work.done(*task);
    REQUIRE(!bounded.pauses());
}

TEST_CASE("a partition pauses when it holds too many bytes, and goes on at half of them", "[consume][unit]") {
    Bounded bounded{{.bytes = 100}};
    bounded.deliver(1, 60);
    REQUIRE(!bounded.pauses());
    bounded.deliver(2, 40);
    REQUIRE(bounded.pauses());
    const std::vector<Task*> taken = bounded.take();
    bounded.work.done(*taken[1]);
    REQUIRE(bounded.pauses());
    bounded.work.done(*taken[0]);
    REQUIRE(!bounded.pauses());
}

TEST_CASE("a partition pauses while what is finished does not fit the commit's metadata", "[consume][unit]") {
    constexpr int records = 20'000;
    Bounded bounded{{.records = 1'000'000, .bytes = 1'000'000}};
    for (int record = 0; record < records; ++record) bounded.deliver(static_cast<std::uint64_t>(record));
    const std::vector<Task*> taken = bounded.take();
    REQUIRE(taken.size() == records);
    const auto commit = [&] {
        const auto positions = bounded.work.commits();
        REQUIRE(positions.size() == 1);
        REQUIRE(positions.front().metadata.size() <= 4'096);
        return positions.front().offset;
    };
    std::size_t done = 1;
    for (; done < 1'000; done += 2) bounded.work.done(*taken[done]);
    REQUIRE(commit() == 0);
    REQUIRE(!bounded.pauses());
    for (; done < taken.size(); done += 2) bounded.work.done(*taken[done]);
    REQUIRE(commit() == 0);
    REQUIRE(bounded.pauses());
    for (std::size_t rest = 0; rest < taken.size(); rest += 2) bounded.work.done(*taken[rest]);
    REQUIRE(commit() == records);
    REQUIRE(!bounded.pauses());
}
