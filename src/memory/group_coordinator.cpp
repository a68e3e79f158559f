#include "memory/group_coordinator.hpp"

#include "core/mutation.hpp"
#include "memory/errors.hpp"
#include "memory/subscription.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

Error put_out_error(const std::string& group) {
    return make_error(ErrorKind::fenced, codes::not_owner, "no longer a member of group \"" + group + "\"",
                      "poll more often than ReaderOptions::max_poll_interval");
}

}  // namespace

const GroupCoordinator::Group* GroupCoordinator::find(const std::string& group) const {
    const auto found = groups_.find(group);
    return found == groups_.end() ? nullptr : &found->second;
}

std::string GroupCoordinator::join(const JoinRequest& request) {
    Group& group = groups_[request.group];
    std::string id = "member-" + std::to_string(++group.members_ever);
    const auto twin = std::find_if(group.members.begin(), group.members.end(), [&](const auto& member) {
        return !request.instance.empty() && !EVENTSDK_MUTATED(6) && member.second.request.instance == request.instance;
    });
    const bool replaces = twin != group.members.end();
    const bool same_wish = replaces && twin->second.request.topics == request.topics;
    if (replaces) {
        for (Owners* owners : {&group.owners, &group.target}) {
            for (auto& [place, owner] : *owners) {
                if (owner == twin->first) owner = id;
            }
        }
        group.fenced_members.insert(twin->first);
        group.members[id] = {request, twin->second.generation, MonotonicTime::max()};
        group.members.erase(twin->first);
    } else {
        group.members[id] = {request, -1, MonotonicTime::max()};
    }
    if (!same_wish) rebalance(group);
    return id;
}

Result<void> GroupCoordinator::heartbeat(const std::string& name, const std::string& id, MonotonicTime alive_until) {
    Group& group = groups_[name];
    if (group.fenced_members.count(id) != 0) {
        return make_error(ErrorKind::fatal, codes::instance_fenced,
                          "another reader of group \"" + name + "\" uses the same instance id",
                          "give each reader an instance_id of its own");
    }
    const auto member = group.members.find(id);
    if (member == group.members.end()) return put_out_error(name);
    member->second.alive_until = alive_until;
    return {};
}

bool GroupCoordinator::settled(const Group& group, const std::string& id) {
    return group.members.at(id).generation == group.generation;
}

std::vector<TopicPartition> GroupCoordinator::to_revoke(const std::string& name, const std::string& id) const {
    const Group& group = groups_.at(name);
    std::vector<TopicPartition> partitions;
    if (settled(group, id)) return partitions;
    const bool cooperative = group.members.at(id).request.cooperative;
    for (const auto& [place, owner] : group.owners) {
        if (owner != id) continue;
        const auto next = group.target.find(place);
        const bool stays = next != group.target.end() && next->second == id;
        if (!cooperative || !stays) partitions.push_back(place);
    }
    return partitions;
}

void GroupCoordinator::release(const std::string& name, const std::string& id,
                               const std::vector<TopicPartition>& partitions) {
    Group& group = groups_[name];
    for (const TopicPartition& place : partitions) {
        const auto owner = group.owners.find(place);
        if (owner != group.owners.end() && owner->second == id) group.owners.erase(owner);
    }
}

std::vector<TopicPartition> GroupCoordinator::acquire(const std::string& name, const std::string& id) {
    Group& group = groups_[name];
    std::vector<TopicPartition> free;
    bool complete = true;
    for (const auto& [place, owner] : group.target) {
        if (owner != id) continue;
        const auto current = group.owners.find(place);
        const bool mine = current != group.owners.end() && current->second == id;
        const bool taken = current != group.owners.end() && !mine && !EVENTSDK_MUTATED(7);
        if (taken || !stable(name, place)) {
            complete = false;
        } else if (!mine) {
            free.push_back(place);
        }
    }
    // An eager member starts with its whole assignment or not at all.
    if (complete || group.members.at(id).request.cooperative) {
        for (const TopicPartition& place : free) group.owners[place] = id;
    }
    group.members.at(id).generation = group.generation;
    return owned(name, id);
}

std::vector<TopicPartition> GroupCoordinator::owned(const std::string& name, const std::string& id) const {
    std::vector<TopicPartition> partitions;
    for (const auto& [place, owner] : groups_.at(name).owners) {
        if (owner == id) partitions.push_back(place);
    }
    return partitions;
}

void GroupCoordinator::leave(const std::string& name, const std::string& id, MonotonicTime now) {
    Group& group = groups_[name];
    const auto member = group.members.find(id);
    if (member == group.members.end()) return;
    if (!member->second.request.instance.empty()) {
        member->second.alive_until = now + member->second.request.session_timeout;
        return;
    }
    put_out(group, id);
    if (!EVENTSDK_MUTATED(8)) rebalance(group);
}

void GroupCoordinator::expire(MonotonicTime now) {
    for (auto& [name, group] : groups_) {
        std::vector<std::string> dead;
        for (const auto& [id, member] : group.members) {
            if (member.alive_until <= now) dead.push_back(id);
        }
        for (const std::string& id : dead) put_out(group, id);
        if (!dead.empty()) rebalance(group);
    }
}

void GroupCoordinator::put_out(Group& group, const std::string& id) {
    std::erase_if(group.owners, [&](const auto& owned) { return owned.second == id; });
    group.members.erase(id);
}

void GroupCoordinator::topics_changed() {
    for (auto& [name, group] : groups_) {
        const auto gone = [&](const auto& entry) { return topics_.find(entry.first.topic) == nullptr; };
        std::erase_if(group.committed, gone);
        for (auto& [producer, offsets] : group.pending) std::erase_if(offsets, gone);
        const Owners before = group.target;
        const std::int32_t generation = group.generation;
        rebalance(group);
        if (group.target == before) group.generation = generation;
    }
}

void GroupCoordinator::rebalance(Group& group) {
    const PartitionCounts topics = topics_.partition_counts();
    Subscriptions subscriptions;
    for (const auto& [id, member] : group.members) {
        subscriptions[id] = subscribed_topics(member.request.topics, topics);
    }
    group.target = assign_partitions(subscriptions, topics, group.owners);
    ++group.generation;
}

Result<void> GroupCoordinator::check(const Group& group, const std::string& member,
                                     std::span<const PartitionOffset> positions) {
    for (const PartitionOffset& position : positions) {
        const std::string place = position.topic + "/" + std::to_string(position.partition);
        if (position.offset < 0) {
            return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                              "offset of " + place + " is negative");
        }
        if (position.metadata.size() > 4'096) {
            return make_error(ErrorKind::invalid_argument, codes::metadata_too_large,
                              "metadata of " + place + " has " + std::to_string(position.metadata.size()) + " bytes",
                              "at most 4,096");
        }
        const auto owner = group.owners.find({position.topic, position.partition});
        const bool owned =
            member.empty() ? group.members.empty() : owner != group.owners.end() && owner->second == member;
        if (!owned && !EVENTSDK_MUTATED(9)) {
            return make_error(ErrorKind::fenced, codes::not_owner, place + " is not assigned to this reader");
        }
    }
    return {};
}

Result<void> GroupCoordinator::commit(const std::string& name, const std::string& member,
                                      std::span<const PartitionOffset> positions) {
    Group& group = groups_[name];
    if (auto checked = check(group, member, positions); !checked) return checked;
    for (const PartitionOffset& position : positions) {
        group.committed[{position.topic, position.partition}] = {position.offset, position.metadata};
        if (EVENTSDK_MUTATED(23)) group.committed[{position.topic, position.partition}].metadata.clear();
    }
    return {};
}

Result<void> GroupCoordinator::add_offsets(const GroupMetadata& metadata, std::span<const PartitionOffset> positions,
                                           ProducerId producer) {
    Group& group = groups_[metadata.group];
    const auto member = group.members.find(metadata.member);
    const bool stale = member != group.members.end() && member->second.generation != metadata.generation;
    auto checked = check(group, metadata.member, positions);
    if (stale || (!checked && checked.error().kind == ErrorKind::fenced)) {
        return make_error(ErrorKind::abortable, codes::not_owner,
                          "the group \"" + metadata.group + "\" was rebalanced after its metadata was taken",
                          "abort, poll, and take the metadata fresh");
    }
    if (!checked) return checked;
    Offsets& pending = group.pending[producer];
    for (const PartitionOffset& position : positions) {
        pending[{position.topic, position.partition}] = {position.offset, position.metadata};
    }
    return {};
}

void GroupCoordinator::end_transaction(ProducerId producer, bool commit) {
    for (auto& [name, group] : groups_) {
        const auto pending = group.pending.find(producer);
        if (pending == group.pending.end()) continue;
        if (commit || EVENTSDK_MUTATED(10)) {
            for (auto& [place, position] : pending->second) group.committed[place] = position;
        }
        group.pending.erase(pending);
    }
}

Committed GroupCoordinator::committed(const std::string& name, const TopicPartition& partition) const {
    const Group* group = find(name);
    if (group == nullptr) return {};
    const auto found = group->committed.find(partition);
    return found == group->committed.end() ? Committed{} : found->second;
}

bool GroupCoordinator::stable(const std::string& name, const TopicPartition& partition) const {
    const Group* group = find(name);
    return group == nullptr || std::none_of(group->pending.begin(), group->pending.end(),
                                            [&](const auto& pending) { return pending.second.count(partition) != 0; });
}

std::int32_t GroupCoordinator::generation(const std::string& name, const std::string& id) const {
    const Group* group = find(name);
    if (group == nullptr) return -1;
    const auto member = group->members.find(id);
    return member == group->members.end() ? -1 : member->second.generation;
}

std::vector<PartitionOffset> GroupCoordinator::offsets(const std::string& name) const {
    std::vector<PartitionOffset> result;
    const Group* group = find(name);
    if (group == nullptr) return result;
    for (const auto& [place, position] : group->committed) {
        result.push_back({place.topic, place.partition, position.offset, position.metadata});
    }
    return result;
}

std::vector<GroupDescription> GroupCoordinator::describe() const {
    std::vector<GroupDescription> result;
    for (const auto& entry : groups_) {
        const Group& group = entry.second;  // clang 14 takes no structured binding into a lambda
        if (group.members.empty() && group.committed.empty()) continue;
        const bool all_settled = std::all_of(group.members.begin(), group.members.end(),
                                             [&](const auto& member) { return settled(group, member.first); });
        const char* state = group.members.empty() ? "Empty" : all_settled ? "Stable" : "PreparingRebalance";
        result.push_back({.group = entry.first, .state = state, .members = group.members.size()});
    }
    return result;
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
