#include "consume/workload.hpp"

#include "support/catch.hpp"

#include <string>

using namespace eventsdk;
using namespace std::chrono_literals;
using consume::Now;
using consume::Task;
using consume::Workload;

namespace {

int fetched = 0;  // records that still lie in a fetched batch

constexpr RecordStorage storage{[](const void*) noexcept { return std::size_t{0}; },
                                [](const void*, std::size_t) noexcept { return HeaderView{}; },
                                [](void*) noexcept { --fetched; }};

/// A partition of which record 0, the first of key 1, becomes a dead letter.
struct Held {
    Workload work{consume::Limits{}, RetryPolicy{}, 1};
    MonotonicTime now{1h};
    std::int64_t offset = 0;

    Held() {
        fetched = 0;
        work.assign({"orders", 0, 0, "", true, 1});
        work.tick(now);
        for (int count = 0; count < 5; ++count) deliver(1);
        deliver(2);
        REQUIRE(fetched == 6);
        std::vector<Task*> taken = take();
        REQUIRE(taken.size() == 6);
        work.failed(*taken.front(), {Handled::Outcome::dead_letter, {}, "handler", "c", "m"}, Now{now, {}});
        work.done(*taken.back());
        REQUIRE(fetched == 4);  // all but that record, which is copied, and the one that is done
    }

    void deliver(std::uint64_t key) {
        static int batch = 0;
        ReceivedRecord record{storage, &batch};
        ++fetched;
        record.topic = "orders";
        record.partition = 0;
        record.offset = offset++;
        record.key = "k";
        record.value = "v";
        record.assignment = 1;
        REQUIRE(work.deliver(std::move(record), key));
    }
    std::vector<Task*> take() {
        std::vector<Task*> taken;
        work.take(taken, 100, 100);
        return taken;
    }
    Task& write() {
        std::vector<Task*> dead;
        work.take_dead(dead);
        REQUIRE(dead.size() == 1);
        return *dead.front();
    }
    void pass(Duration time) { work.tick(now += time); }
};

}  // namespace

TEST_CASE("records behind a dead letter that is soon acknowledged are not copied", "[consume][unit]") {
    Held held;
    Task& letter = held.write();
    held.pass(99ms);
    held.deliver(1);
    REQUIRE(fetched == 5);
    held.work.dead_letter_written(letter);
    held.pass(1s);
    held.pass(1s);
    REQUIRE(fetched == 5);
    for (Task* task : held.take()) held.work.done(*task);
    REQUIRE(fetched == 0);
    REQUIRE(held.work.in_work() == 0);
}

TEST_CASE("records behind a dead letter that is not soon acknowledged are copied and hold no fetched batch",
          "[consume][unit]") {
    Held held;
    Task& letter = held.write();
    held.pass(100ms);
    held.pass(99ms);
    REQUIRE(fetched == 4);
    held.pass(1ms);
    REQUIRE(fetched == 0);
    held.deliver(1);  // what comes later is copied at once
    REQUIRE(fetched == 0);
    held.deliver(2);  // other keys go on
    REQUIRE(fetched == 1);
    for (Task* task : held.take()) held.work.done(*task);

    SECTION("then it is written") { held.work.dead_letter_written(letter); }
    SECTION("then it fails, and is written later") {
        held.work.dead_letter_failed(letter, held.now);
        REQUIRE(held.take().empty());
        held.pass(2s);
        held.work.dead_letter_written(held.write());
    }
    const std::vector<Task*> rest = held.take();
    REQUIRE(rest.size() == 5);
    for (Task* task : rest) {
        REQUIRE(task->record.value == "v");
        held.work.done(*task);
    }
    REQUIRE(fetched == 0);
    REQUIRE(held.work.in_work() == 0);
}

TEST_CASE("records behind one that waits for its retry are copied soon", "[consume][unit]") {
    Held held;
    held.work.dead_letter_written(held.write());
    std::vector<Task*> taken = held.take();
    REQUIRE(taken.size() == 4);
    held.work.failed(*taken.front(), {Handled::Outcome::retry, 10s, "handler", "c", "m"}, Now{held.now, {}});
    REQUIRE(fetched == 3);
    held.pass(100ms);
    held.pass(100ms);
    REQUIRE(fetched == 0);
    held.pass(10s);
    for (Task* task : held.take()) held.work.done(*task);
    REQUIRE(held.work.in_work() == 0);
}

TEST_CASE("records behind dead letters of one key that follow each other are copied when they get old",
          "[consume][unit]") {
    Held held;
    for (int letter = 0; letter < 3; ++letter) {  // each is acknowledged in time
        Task& written = held.write();
        held.pass(100ms);
        held.work.dead_letter_written(written);
        const std::vector<Task*> taken = held.take();
        REQUIRE(taken.size() == static_cast<std::size_t>(4 - letter));
        held.work.failed(*taken.front(), {Handled::Outcome::dead_letter, {}, "handler", "c", "m"}, Now{held.now, {}});
        REQUIRE(fetched == (letter == 0 ? 3 : 0));
    }
    held.work.dead_letter_written(held.write());
    for (Task* task : held.take()) held.work.done(*task);
    REQUIRE(held.work.in_work() == 0);
}

TEST_CASE("a partition that goes while a dead letter is under way leaves no fetched record behind", "[consume][unit]") {
    Held held;
    Task& letter = held.write();
    held.work.drain({"orders", 0});
    REQUIRE(fetched == 0);
    held.pass(100ms);
    held.pass(100ms);
    held.work.dead_letter_written(letter);
    held.work.remove({"orders", 0});
    REQUIRE(held.work.in_work() == 0);
}
