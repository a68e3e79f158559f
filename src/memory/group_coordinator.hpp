#pragma once

#include "memory/assignment.hpp"
#include "memory/topics.hpp"

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/result.hpp>

#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

/// What a reader brings when it joins a group.
struct JoinRequest {
    std::string group{};
    std::string instance{};             ///< static membership when not empty
    std::vector<std::string> topics{};  ///< names, or patterns beginning with `^`
    bool cooperative = true;
    Duration session_timeout{};
    Duration max_poll_interval{};
};

/// A position with its metadata.
struct Committed {
    std::int64_t offset = -1;
    std::string metadata{};
};

/// The consumer groups: who is a member, who reads which partition, and what each group has committed.
///
/// A change of members or topics makes a new generation with a new *target*: which member should read what. Members
/// go over to it in their own polls: first they give back what is no longer theirs (an eager member everything, a
/// cooperative one only what moves), then they take what is theirs and free. So no partition has two readers.
/// Static members keep their partitions while they are away, until the session times out.
///
/// Time passes only in expire(). Not thread-safe; the cluster's lock guards it.
class GroupCoordinator {
public:
    explicit GroupCoordinator(const Topics& topics) : topics_{topics} {}

    /// @return the new member's id
    std::string join(const JoinRequest& request);
    /// Notes that the member lives until `alive_until` at least.
    /// @return `fenced` "reader.not_owner" when the member was put out; `fatal` "reader.instance_fenced" when another
    ///   one took its instance id
    [[nodiscard]] Result<void> heartbeat(const std::string& group, const std::string& member,
                                         MonotonicTime alive_until);
    /// What the member has to give back now.
    [[nodiscard]] std::vector<TopicPartition> to_revoke(const std::string& group, const std::string& member) const;
    /// Gives partitions back.
    void release(const std::string& group, const std::string& member, const std::vector<TopicPartition>& partitions);
    /// Takes what is free of the member's target.
    /// @return all that it owns now
    std::vector<TopicPartition> acquire(const std::string& group, const std::string& member);
    [[nodiscard]] std::vector<TopicPartition> owned(const std::string& group, const std::string& member) const;
    /// A member goes; a static one only begins its absence.
    void leave(const std::string& group, const std::string& member, MonotonicTime now);
    void expire(MonotonicTime now);
    void topics_changed();

    /// Stores positions. A member may commit what it owns; without a member only where the group has none.
    [[nodiscard]] Result<void> commit(const std::string& group, const std::string& member,
                                      std::span<const PartitionOffset> positions);
    /// As commit(), but nothing is visible before end_transaction(producer, true).
    [[nodiscard]] Result<void> add_offsets(const GroupMetadata& metadata, std::span<const PartitionOffset> positions,
                                           ProducerId producer);
    void end_transaction(ProducerId producer, bool commit);
    /// Nothing committed: offset -1. Not stable: a transaction is about to change it.
    [[nodiscard]] Committed committed(const std::string& group, const TopicPartition& partition) const;
    [[nodiscard]] bool stable(const std::string& group, const TopicPartition& partition) const;

    [[nodiscard]] std::int32_t generation(const std::string& group, const std::string& member) const;
    [[nodiscard]] std::vector<PartitionOffset> offsets(const std::string& group) const;
    [[nodiscard]] std::vector<GroupDescription> describe() const;

private:
    struct Member {
        JoinRequest request;
        std::int32_t generation = -1;
        MonotonicTime alive_until{};
    };
    using Offsets = std::map<TopicPartition, Committed>;
    struct Group {
        std::int32_t generation = 0;
        std::int64_t members_ever = 0;
        std::map<std::string, Member> members;
        std::set<std::string> fenced_members;  ///< replaced by another one with their instance id
        Owners owners;
        Owners target;
        Offsets committed;
        std::map<ProducerId, Offsets> pending;  ///< of open transactions
    };

    void rebalance(Group& group);
    void put_out(Group& group, const std::string& member);
    [[nodiscard]] const Group* find(const std::string& group) const;
    [[nodiscard]] static bool settled(const Group& group, const std::string& id);
    [[nodiscard]] static Result<void> check(const Group& group, const std::string& member,
                                            std::span<const PartitionOffset> positions);

    const Topics& topics_;
    std::map<std::string, Group> groups_;
};

}  // namespace memory
EVENTSDK_END_NAMESPACE
