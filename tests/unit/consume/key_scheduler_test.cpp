#include "consume/key_scheduler.hpp"

#include "support/catch.hpp"

#include <deque>
#include <map>
#include <random>
#include <set>

using eventsdk::consume::KeyScheduler;
using eventsdk::consume::LaneTable;
using Task = KeyScheduler::Task;

namespace {

std::vector<Task> take(KeyScheduler& scheduler, std::size_t max_tasks = 100, std::size_t max_per_key = 100) {
    std::vector<Task> out;
    scheduler.take(out, max_tasks, max_per_key);
    return out;
}

}  // namespace

TEST_CASE("a key's records are taken together and in order, and no more of them while they run", "[consume][unit]") {
    KeyScheduler scheduler;
    scheduler.push(1, 10, 0);
    scheduler.push(2, 20, 0);
    scheduler.push(1, 11, 1);
    REQUIRE(take(scheduler) == std::vector<Task>{10, 11, 20});
    scheduler.push(1, 12, 0);
    REQUIRE(take(scheduler).empty());
    scheduler.finish(10);
    REQUIRE(take(scheduler).empty());
    scheduler.finish(11);
    REQUIRE(take(scheduler) == std::vector<Task>{12});
}

TEST_CASE("a held record keeps its key waiting and lets others pass", "[consume][unit]") {
    KeyScheduler scheduler;
    for (Task task : {10U, 11U, 12U}) scheduler.push(1, task, 0);
    REQUIRE(take(scheduler, 100, 2) == std::vector<Task>{10, 11});
    scheduler.hold(10);
    REQUIRE_FALSE(scheduler.push(1, 13, 0));
    REQUIRE(scheduler.push(2, 20, 0));
    REQUIRE(take(scheduler) == std::vector<Task>{20});
    scheduler.release(10);
    REQUIRE(take(scheduler) == std::vector<Task>{10, 11, 12, 13});
}

TEST_CASE("records given back run again from their places", "[consume][unit]") {
    KeyScheduler scheduler;
    for (Task task : {10U, 11U, 12U}) scheduler.push(1, task, 0);
    REQUIRE(take(scheduler).size() == 3);
    scheduler.finish(10);
    scheduler.give_back(11);
    REQUIRE(take(scheduler) == std::vector<Task>{11, 12});
}

TEST_CASE("a closed gate keeps its records and one probe passes it", "[consume][unit]") {
    KeyScheduler scheduler;
    scheduler.push(1, 10, 0);
    scheduler.push(2, 20, 1);
    scheduler.push(3, 30, 1);
    REQUIRE_FALSE(scheduler.probe(1));
    scheduler.close(1);
    REQUIRE(take(scheduler) == std::vector<Task>{10});
    REQUIRE(scheduler.probe(1));
    REQUIRE(take(scheduler).size() == 1);
    REQUIRE(take(scheduler).empty());
    scheduler.open(1);
    REQUIRE(take(scheduler).size() == 1);
}

TEST_CASE("a gate in the middle of a key stops the run before it", "[consume][unit]") {
    KeyScheduler scheduler;
    scheduler.push(1, 10, 0);
    scheduler.push(1, 11, 1);
    scheduler.push(1, 12, 0);
    scheduler.close(1);
    REQUIRE(take(scheduler) == std::vector<Task>{10});
    scheduler.finish(10);
    REQUIRE(take(scheduler).empty());
    scheduler.open(1);
    REQUIRE(take(scheduler) == std::vector<Task>{11, 12});
}

TEST_CASE("dropping a partition forgets what is not taken and frees the keys that it held", "[consume][unit]") {
    KeyScheduler scheduler;
    scheduler.push(1, 10, 0);
    REQUIRE(take(scheduler).size() == 1);
    scheduler.hold(10);
    scheduler.push(1, 11, 1);  // waits behind partition 0
    scheduler.push(2, 20, 0);
    std::vector<Task> dropped;
    scheduler.drop(0, dropped);
    REQUIRE(dropped == std::vector<Task>{10, 20});
    REQUIRE(take(scheduler) == std::vector<Task>{11});
    scheduler.drop(1, dropped);
    REQUIRE(dropped.size() == 2);  // 11 is taken
    scheduler.finish(11);
    REQUIRE(scheduler.keys() == 0);
}

TEST_CASE("the table of keys agrees with a map", "[consume][unit]") {
    std::mt19937_64 random{3};
    LaneTable table;
    std::map<std::uint64_t, std::uint32_t> model;
    for (int step = 0; step < 200'000; ++step) {
        // Few distinct hashes in the bits that choose the cell, so that runs collide and wrap.
        const std::uint64_t key = (random() % 500) << 58U | random() % 3;
        if (auto found = model.find(key); found != model.end() && random() % 2 == 0) {
            table.erase(key);
            model.erase(found);
        } else {
            std::uint32_t& place = table.place(key);
            REQUIRE(place == (found == model.end() ? LaneTable::none : found->second));
            place = static_cast<std::uint32_t>(step);
            model[key] = place;
        }
        REQUIRE(table.size() == model.size());
    }
}

namespace {

/// The model: a queue per key; the first `taken` of it are out, a held first one stops it, gates stop their own.
struct ModelKey {
    std::deque<std::pair<Task, KeyScheduler::Gate>> queue{};
    std::size_t taken = 0;
    bool held = false;
};

struct Walk {
    std::mt19937_64 random;
    KeyScheduler scheduler{};
    std::map<std::uint64_t, ModelKey> keys{};
    std::set<KeyScheduler::Gate> closed{};
    std::vector<Task> free{};
    Task next = 0;

    Task fresh() {
        if (free.empty()) return next++;
        const Task task = free.back();
        free.pop_back();
        return task;
    }
    void push() {
        const std::uint64_t key = random() % 5;
        const auto gate = static_cast<KeyScheduler::Gate>(random() % 3);
        const Task task = fresh();
        keys[key].queue.emplace_back(task, gate);
        REQUIRE(scheduler.push(key, task, gate) == (!keys[key].held && !gated(keys[key])));
    }
    bool may_run(const ModelKey& key) const {
        return !key.queue.empty() && key.taken == 0 && !key.held && closed.count(key.queue.front().second) == 0;
    }
    bool gated(const ModelKey& key) const { return key.taken == 0 && seen_gated.count(key.queue.front().first) != 0; }
    std::set<Task> seen_gated{};  // a gated key is known as such only after a take() has met it

    void take_some() {
        const std::size_t per_key = 1 + random() % 3;
        std::vector<Task> out;
        scheduler.take(out, 1'000, per_key);
        std::size_t expected = 0;
        for (auto& [_, key] : keys) {
            if (!may_run(key)) {
                if (!key.queue.empty() && key.taken == 0 && !key.held) seen_gated.insert(key.queue.front().first);
                continue;
            }
            while (key.taken < std::min(per_key, key.queue.size()) && closed.count(key.queue[key.taken].second) == 0) {
                REQUIRE(std::count(out.begin(), out.end(), key.queue[key.taken].first) == 1);
                ++key.taken;
            }
            expected += key.taken;
        }
        REQUIRE(out.size() == expected);
    }
    /// Ends the first record of a random key in some way.
    void end_one() {
        auto at = keys.find(random() % 5);
        if (at == keys.end() || (at->second.taken == 0 && !at->second.held)) return;
        ModelKey& key = at->second;
        const Task task = key.queue.front().first;
        if (key.held) {
            key.held = false;
            if (random() % 2 == 0) return scheduler.release(task);
            scheduler.finish(task);
        } else if (random() % 4 == 0) {
            scheduler.hold(task);
            key.held = true;
            key.taken = 0;
            return;
        } else if (random() % 4 == 0) {
            scheduler.give_back(task);
            key.taken = 0;
            return;
        } else {
            scheduler.finish(task);
            --key.taken;
        }
        key.queue.pop_front();
        free.push_back(task);
        if (key.queue.empty()) keys.erase(at);
    }
    void turn_gate() {
        const auto gate = static_cast<KeyScheduler::Gate>(random() % 3);
        if (closed.erase(gate) == 1) {
            for (const auto& [_, key] : keys) {
                if (!key.queue.empty() && key.queue.front().second == gate) seen_gated.erase(key.queue.front().first);
            }
            return scheduler.open(gate);
        }
        closed.insert(gate);
        scheduler.close(gate);
    }
    void drop() {
        const auto gate = static_cast<KeyScheduler::Gate>(random() % 3);
        std::vector<Task> dropped;
        scheduler.drop(gate, dropped);
        std::vector<Task> expected;
        for (auto at = keys.begin(); at != keys.end();) {
            ModelKey& key = at->second;
            if (key.held && key.queue.front().second == gate) key.held = false;
            std::deque<std::pair<Task, KeyScheduler::Gate>> kept;
            for (std::size_t index = 0; index < key.queue.size(); ++index) {
                if (index >= key.taken && key.queue[index].second == gate) {
                    expected.push_back(key.queue[index].first);
                    seen_gated.erase(key.queue[index].first);
                } else {
                    kept.push_back(key.queue[index]);
                }
            }
            key.queue = kept;
            at = kept.empty() ? keys.erase(at) : std::next(at);
        }
        std::sort(dropped.begin(), dropped.end());
        std::sort(expected.begin(), expected.end());
        REQUIRE(dropped == expected);
        free.insert(free.end(), dropped.begin(), dropped.end());
    }
    void run(int steps) {
        for (int step = 0; step < steps; ++step) {
            const std::uint64_t dice = random() % 16;
            if (dice < 6) push();
            else if (dice < 9) take_some();
            else if (dice < 14) end_one();
            else if (dice < 15) turn_gate();
            else drop();
            REQUIRE(scheduler.keys() == keys.size());
        }
    }
};

}  // namespace

TEST_CASE("a scheduler agrees with queues per key over many interleavings", "[consume][unit]") {
    for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
        INFO("seed " << seed);
        Walk walk{std::mt19937_64{seed}};
        walk.run(60);
    }
}
