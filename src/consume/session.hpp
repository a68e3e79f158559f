#pragma once

#include "consume/throttle.hpp"
#include "consume/worker.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// One membership of the group, from joining to leaving; the polling thread's side.
class Session {
public:
    Session(std::shared_ptr<const Parts> parts, std::stop_token stop);

    /// Joins the group.
    Result<void> open();
    void start_workers();
    /// Polls once, waiting up to `patience` for records or room, and does what is due.
    /// @return the error that ends the session
    Result<void> round(Duration patience, bool commit_now);
    /// Runs on this thread what may run. @return the number of records
    std::size_t work_here();
    /// Drains, commits, leaves the group.
    Result<void> close();

    /// Ends of all partitions as they are now, to be compared by caught_up().
    Result<void> mark_ends();
    /// Everything below the marked ends is finished, here or by other members of the group.
    Result<bool> caught_up();
    /// Offsets between what is finished and the marked ends.
    [[nodiscard]] std::int64_t remaining();
    [[nodiscard]] Engine& engine() { return *engine_; }

private:
    Result<void> poll(Duration patience);
    Result<void> open_replay();
    Result<std::vector<PartitionOffset>> finished_by_all();
    Result<void> mark_end(const TopicPartition& partition);
    void report_outage(const Error* error);

    std::shared_ptr<const Parts> parts_;
    std::shared_ptr<Engine> engine_;
    std::unique_ptr<Reader> reader_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<ReceivedRecord> records_;
    bool brought_ = false;  // the last poll brought records
    std::unique_ptr<Admin> admin_;
    std::vector<PartitionOffset> ends_;
    Batch batch_;
    Progress progress_;
    std::unique_ptr<Dispatcher> dispatcher_;
    std::string outage_;  // code of the reader's last trouble, empty when there is none
    std::chrono::steady_clock::time_point group_asked_{};
    Throttle throttle_;
};

/// The topics of the names and patterns that there are.
[[nodiscard]] Result<std::vector<TopicDescription>> subscribed_topics(Admin& admin,
                                                                      std::span<const std::string> wanted);

}  // namespace consume
EVENTSDK_END_NAMESPACE
