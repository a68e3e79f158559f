#pragma once

#include "consume/dispatcher.hpp"

#include <atomic>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Records that one thread took, and how they ended.
struct Batch {
    enum class End : std::uint8_t { done, ignored, failed, given_back, behind };
    [[nodiscard]] static bool is_good(End end) { return end == End::done || end == End::ignored; }

    std::vector<Task*> tasks{};
    std::vector<End> ends{};              ///< by task
    std::vector<Verdict> verdicts{};      ///< of those that failed, in order
    std::vector<ReceivedRecord> spent{};  ///< handled ones, whose memory is not given back yet
};

/// What a running thread shows of itself, for the report of slow handlers.
struct Progress {
    std::atomic<const Task*> current{nullptr};  ///< valid under the engine's lock
    std::atomic<std::uint64_t> started{0};      ///< records begun
    // Of the watching thread.
    std::uint64_t seen = 0;
    MonotonicTime since{};
    bool reported = false;
};

/// Runs the records of a batch in order; those of a key behind one that did not end well stay behind.
class BatchRun {
public:
    BatchRun(Batch& batch, Dispatcher& dispatcher, Progress& progress)
        : batch_{batch}, dispatcher_{dispatcher}, progress_{progress} {}
    void run();

private:
    void run_one(std::size_t at);
    void follow(std::size_t at);
    void give_back(std::size_t at);
    [[nodiscard]] Batch::End good_end() const { return dispatcher_.ignored() ? Batch::End::ignored : Batch::End::done; }
    void run_gathered();
    /// Ends those of `passed_` that stand before `place` and behind nothing that failed.
    void pass_before(std::size_t place);
    void run_together(const std::vector<std::size_t>& places);
    void run_alone(std::size_t at);
    void give_up(std::span<const std::size_t> rest);
    void done(std::size_t at, Batch::End end = Batch::End::done);
    void failed(std::size_t at);
    void given_back(std::size_t at);
    void show(const Task& task);
    [[nodiscard]] bool is_behind(const Task& task) const;

    Batch& batch_;
    Dispatcher& dispatcher_;
    Progress& progress_;
    Verdict verdict_;
    std::vector<std::size_t> gathered_;   // events that wait for a call of their batch handler
    std::vector<std::size_t> passed_;     // behind those, and nothing to do: they end after them
    std::vector<std::uint64_t> stopped_;  // keys of which no more is run
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
