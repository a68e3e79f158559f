#include "consume/workload.hpp"

#include "support/catch.hpp"

#include <map>
#include <random>
#include <set>

using namespace eventsdk;
using namespace std::chrono_literals;
using consume::Now;
using consume::Task;
using consume::Verdict;
using consume::Workload;

namespace {

constexpr std::int32_t partitions = 2;
constexpr int keys_per_partition = 3;

/// The model: what the log holds and what became of it.
struct Log {
    std::map<std::int64_t, int> key_of{};  // by offset; gaps are control records
    std::set<std::int64_t> finished{};     // handled or in the dead-letter topic
    PartitionOffset committed{"orders", 0, 0, ""};
};

/// REQUIRE without its cost: a hundred thousand lives check much.
void expect(bool condition) {
    if (!condition) FAIL("an invariant is broken");
}

/// One group member over a random life: it reads, runs, fails, loses partitions, gets them back, dies, starts again.
class Life {
public:
    explicit Life(std::uint64_t seed) : random_{seed} {
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            Log& log = logs_[static_cast<std::size_t>(partition)];
            log.committed.partition = partition;
            std::int64_t offset = 0;
            for (int count = 0; count < 14; ++count, ++offset) {
                offset += static_cast<std::int64_t>(dice(2));
                log.key_of[offset] = partition * keys_per_partition + static_cast<int>(dice(keys_per_partition));
            }
        }
        start();
    }

    void run() {
        for (int step = 0; step < 60; ++step) random_step();
        calm_ = true;
        for (int step = 0; step < 400 && !all_committed(); ++step) calm_step();
        expect(all_committed());
        expect(workload_->in_work() == 0);
    }

private:
    struct Worker {
        std::vector<Task*> batch{};
        std::size_t at = 0;
    };

    std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }
    Log& log_of(const Task& task) { return logs_[static_cast<std::size_t>(task.record.partition)]; }
    static TopicPartition name(std::int32_t partition) { return {"orders", partition}; }

    void start() {
        RetryPolicy retry{.max_retries = 2};
        workload_ = std::make_unique<Workload>(consume::Limits{.records = 6}, retry, random_());
        for (Worker& worker : workers_) worker = {};
        writing_.clear();
        for (std::int32_t partition = 0; partition < partitions; ++partition) assign(partition);
    }
    void assign(std::int32_t partition) {
        Log& log = logs_[static_cast<std::size_t>(partition)];
        const auto index = static_cast<std::size_t>(partition);
        workload_->assign({"orders", partition, log.committed.offset, log.committed.metadata, true, ++epoch_});
        read_[index] = log.committed.offset;
        epochs_[index] = epoch_;
        // A restart must not run again what the metadata says is finished.
        known_[index].clear();
        for (const auto& range : consume::decode_finished(log.committed.offset, log.committed.metadata)) {
            for (auto at = log.key_of.lower_bound(range.from); at != log.key_of.end() && at->first < range.to; ++at) {
                expect(log.finished.count(at->first) == 1);
                known_[index].insert(at->first);
            }
        }
        paused_[index] = false;
    }
    void read() {
        const auto index = static_cast<std::size_t>(dice(partitions));
        Log& log = logs_[index];
        auto next = log.key_of.lower_bound(read_[index]);
        if (paused_[index] || epochs_[index] == 0 || next == log.key_of.end()) return;
        ReceivedRecord record =
            make_received({.topic = "orders", .key = "k"}, static_cast<std::int32_t>(index), next->first);
        record.assignment = epochs_[index];
        (void)workload_->deliver(std::move(record), static_cast<std::uint64_t>(next->second));
        read_[index] = next->first + 1;
        if (dice(8) == 0) {  // a record of an assignment that is over
            ReceivedRecord old =
                make_received({.topic = "orders", .key = "k"}, static_cast<std::int32_t>(index), next->first);
            old.assignment = epochs_[index] + 100;
            expect(!workload_->deliver(std::move(old), 0));
        }
    }
    void balance() {
        std::vector<TopicPartition> pause, resume;
        workload_->balance(pause, resume);
        for (const auto& one : pause) paused_[static_cast<std::size_t>(one.partition)] = true;
        for (const auto& one : resume) paused_[static_cast<std::size_t>(one.partition)] = false;
    }

    void work() {
        Worker& worker = workers_[dice(workers_.size())];
        if (worker.at == worker.batch.size()) {
            worker = {};
            workload_->take(worker.batch, 1 + dice(4), 1 + dice(3));
            check_exclusive();
            return;
        }
        Task& task = *worker.batch[worker.at++];
        const int key = log_of(task).key_of.at(task.record.offset);
        const std::uint64_t outcome = calm_ ? 0 : dice(8);
        if (task.home->abandoned) {
            workload_->give_back(task);
        } else if (outcome < 4) {
            handle(task, key);
            return workload_->done(task);
        } else {
            fail(task, outcome);
        }
        while (worker.at < worker.batch.size() && worker.batch[worker.at]->key == static_cast<std::uint64_t>(key))
            ++worker.at;
    }
    void fail(Task& task, std::uint64_t outcome) {
        using Outcome = Handled::Outcome;
        const Now now{now_, Timestamp{}};
        if (outcome == 4) return workload_->failed(task, {Outcome::dead_letter, {}, "handler", "c", "m"}, now);
        if (outcome == 5) return workload_->failed(task, {Outcome::unavailable, {}, "handler", "c", "m"}, now);
        if (outcome == 6) return workload_->give_back(task);
        return workload_->failed(task, {Outcome::retry, {}, "handler", "c", "m"}, now);
    }
    /// The handler is called: in order per key when it is the first time, never for what is known to be finished.
    void handle(const Task& task, int key) {
        Log& log = log_of(task);
        expect(known_[static_cast<std::size_t>(task.record.partition)].count(task.record.offset) == 0);
        if (log.finished.count(task.record.offset) == 1) return;
        check_order(log, task.record.offset, key);
        log.finished.insert(task.record.offset);
    }
    static void check_order(const Log& log, std::int64_t offset, int key) {
        for (const auto& [earlier, its_key] : log.key_of) {
            if (earlier >= offset) break;
            if (its_key == key) expect(log.finished.count(earlier) == 1);
        }
    }
    void check_exclusive() {
        std::set<std::uint64_t> running;
        for (const Worker& worker : workers_) {
            std::set<std::uint64_t> mine;
            for (std::size_t at = worker.at; at < worker.batch.size(); ++at) mine.insert(worker.batch[at]->key);
            for (const std::uint64_t key : mine) expect(running.insert(key).second);
        }
    }

    void dead_letters() {
        std::vector<Task*> dead;
        workload_->take_dead(dead);
        writing_.insert(writing_.end(), dead.begin(), dead.end());
        if (writing_.empty()) return;
        const std::size_t pick = dice(writing_.size());
        Task& task = *writing_[pick];
        writing_.erase(writing_.begin() + static_cast<std::ptrdiff_t>(pick));
        if (!calm_ && dice(3) == 0) return workload_->dead_letter_failed(task, now_);
        Log& log = log_of(task);
        if (log.finished.count(task.record.offset) == 0) {
            check_order(log, task.record.offset, log.key_of.at(task.record.offset));
            log.finished.insert(task.record.offset);
        }
        workload_->dead_letter_written(task);
    }

    void commit(const PartitionOffset& position) {
        Log& log = logs_[static_cast<std::size_t>(position.partition)];
        expect(position.offset >= log.committed.offset);
        for (const auto& [offset, _] : log.key_of) {
            if (offset < position.offset) expect(log.finished.count(offset) == 1);
        }
        for (const auto& range : consume::decode_finished(position.offset, position.metadata)) {
            for (auto at = log.key_of.lower_bound(range.from); at != log.key_of.end() && at->first < range.to; ++at) {
                expect(log.finished.count(at->first) == 1);
            }
        }
        log.committed = position;
    }
    void revoke() {
        const auto partition = static_cast<std::int32_t>(dice(partitions));
        workload_->drain(name(partition));
        for (std::uint64_t more = dice(4); more > 0; --more) {
            work();
            dead_letters();
        }
        if (auto position = workload_->commit_of(name(partition))) commit(*position);
        workload_->remove(name(partition));
        epochs_[static_cast<std::size_t>(partition)] = 0;
    }
    void lose() {
        const auto partition = static_cast<std::int32_t>(dice(partitions));
        workload_->remove(name(partition));
        epochs_[static_cast<std::size_t>(partition)] = 0;
    }
    void assign_again() {
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            if (epochs_[static_cast<std::size_t>(partition)] == 0) assign(partition);
        }
    }

    void random_step() {
        const std::uint64_t what = dice(100);
        if (what < 35) return read();
        if (what < 75) return work();
        if (what < 85) return dead_letters();
        if (what < 90) return commit_all();
        if (what < 92) return revoke();
        if (what < 93) return lose();
        if (what < 96) return assign_again();
        if (what < 97) return start();  // SIGKILL
        now_ += 1s;
        workload_->tick(now_);
        balance();
    }
    void commit_all() {
        for (const auto& position : workload_->commits()) commit(position);
    }
    void calm_step() {
        assign_again();
        for (int count = 0; count < 4; ++count) {
            read();
            work();
            dead_letters();
        }
        now_ += 1s;
        workload_->tick(now_);
        balance();
        commit_all();
    }
    bool all_committed() const {
        for (const Log& log : logs_) {
            if (log.committed.offset <= log.key_of.rbegin()->first) return false;
        }
        return true;
    }

    std::mt19937_64 random_;
    std::array<Log, partitions> logs_{};
    std::array<std::int64_t, partitions> read_{};
    std::array<std::uint64_t, partitions> epochs_{};
    std::array<bool, partitions> paused_{};
    std::array<std::set<std::int64_t>, partitions> known_{};
    std::array<Worker, 3> workers_{};
    std::vector<Task*> writing_{};
    std::unique_ptr<Workload> workload_;
    std::uint64_t epoch_ = 0;
    MonotonicTime now_{};
    bool calm_ = false;
};

}  // namespace

TEST_CASE("whatever happens, every record is finished, in order per key, and nothing is committed early",
          "[consume][unit]") {
#ifdef NDEBUG
    constexpr std::uint64_t lives = 100'000;
#else
    constexpr std::uint64_t lives = 10'000;
#endif
    for (std::uint64_t seed = 0; seed < lives; ++seed) {
        INFO("seed " << seed);
        Life{seed}.run();
    }
}
