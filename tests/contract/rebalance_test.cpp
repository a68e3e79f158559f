#include "contract/support.hpp"

using namespace contract;

CONTRACT_CASES(rebalance_test)

namespace {

std::set<TopicPartition> all_of(const std::string& topic, std::int32_t partitions) {
    std::set<TopicPartition> all;
    for (std::int32_t partition = 0; partition < partitions; ++partition) all.insert({topic, partition});
    return all;
}

std::set<TopicPartition> both(const RecordingListener& first, const RecordingListener& second) {
    std::set<TopicPartition> joined = first.owned;
    joined.insert(second.owned.begin(), second.owned.end());
    return joined;
}

/// Two members share four partitions; parametrised by the protocol.
struct Pair {
    explicit Pair(bool cooperative_) : cooperative{cooperative_} {}

    std::unique_ptr<Reader> join(RecordingListener& listener, const std::string& instance = {}) {
        return make_reader({.group = group,
                            .topics = {topic},
                            .instance_id = instance,
                            .session_timeout = 6s,
                            .max_poll_interval = 6s,
                            .cooperative = cooperative},
                           &listener);
    }
    bool split(Reader& one, Reader& two, std::vector<Seen>* records = nullptr) {
        const auto shared = [&] {
            return first.owned.size() == 2 && second.owned.size() == 2 && both(first, second) == all_of(topic, 4);
        };
        return poll_until({&one, &two}, shared, records);
    }

    bool cooperative;
    std::string topic = fresh_topic(4);
    std::string group = fresh_name("group");
    RecordingListener first{};
    RecordingListener second{};
};

std::vector<PartitionOffset> positions_of(const std::set<TopicPartition>& partitions, std::int64_t offset) {
    std::vector<PartitionOffset> positions;
    for (const TopicPartition& partition : partitions) {
        positions.push_back({partition.topic, partition.partition, offset, ""});
    }
    return positions;
}

}  // namespace

CONTRACT_CASE("a second member takes half of the partitions over", "[broker][rebalance]") {
    for (const bool cooperative : {false, true}) {
        CAPTURE(cooperative);
        Pair pair{cooperative};
        const auto one = pair.join(pair.first);
        REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
        CHECK(pair.first.was_revoked.empty());
        const auto two = pair.join(pair.second);
        REQUIRE(pair.split(*one, *two));
        CHECK(pair.first.was_revoked.size() >= 2);
        CHECK(pair.first.was_lost.empty());
        CHECK(pair.second.was_revoked.empty());
        CHECK(std::set<TopicPartition>(pair.first.owned) == [&] {
            const auto assigned = one->assignment();
            return std::set<TopicPartition>(assigned.begin(), assigned.end());
        }());
    }
}

CONTRACT_CASE("a member that leaves is replaced by the others", "[broker][rebalance]") {
    for (const bool cooperative : {false, true}) {
        CAPTURE(cooperative);
        Pair pair{cooperative};
        const auto one = pair.join(pair.first);
        const auto two = pair.join(pair.second);
        REQUIRE(pair.split(*one, *two));
        two->close(bound());
        CHECK(pair.second.owned.empty());
        CHECK(pair.second.was_lost.empty());
        CHECK(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
    }
}

CONTRACT_CASE("a destroyed member leaves too", "[broker][rebalance]") {
    Pair pair{true};
    const auto one = pair.join(pair.first);
    {
        const auto two = pair.join(pair.second);
        REQUIRE(pair.split(*one, *two));
    }
    CHECK(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
}

CONTRACT_CASE("no partition ever has two readers during a rebalance", "[broker][rebalance]") {
    for (const bool cooperative : {false, true}) {
        CAPTURE(cooperative);
        Pair pair{cooperative};
        bool overlapped = false;
        const auto watch = [&](std::span<AssignedPartition> partitions) {
            for (const AssignedPartition& partition : partitions) {
                const TopicPartition place{partition.topic, partition.partition};
                overlapped = overlapped || pair.first.owned.count(place) != 0 || pair.second.owned.count(place) != 0;
            }
        };
        pair.first.on_assigned = watch;
        pair.second.on_assigned = watch;
        const auto one = pair.join(pair.first);
        REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
        const auto two = pair.join(pair.second);
        REQUIRE(pair.split(*one, *two));
        two->close(bound());
        REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
        CHECK_FALSE(overlapped);
    }
}

CONTRACT_CASE("an eager rebalance takes everything away, a cooperative one only what moves", "[broker][rebalance]") {
    for (const bool cooperative : {false, true}) {
        CAPTURE(cooperative);
        Pair pair{cooperative};
        const auto one = pair.join(pair.first);
        REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
        const auto two = pair.join(pair.second);
        REQUIRE(pair.split(*one, *two));
        const std::set<TopicPartition> revoked(pair.first.was_revoked.begin(), pair.first.was_revoked.end());
        CHECK(revoked.size() == (cooperative && backend().cooperative() ? 2U : 4U));
    }
}

CONTRACT_CASE("what is revoked may still be committed, and its next owner resumes there", "[broker][rebalance]") {
    Pair pair{true};
    std::vector<Record> records;
    for (int i = 0; i < 40; ++i) records.push_back(text(pair.topic, std::to_string(i), i % 4));
    WriterUnderTest{}.write_all(records);
    bool all_committed = true;
    std::unique_ptr<Reader> one;  // gives back what it has when it ends, too
    pair.first.on_revoked = [&](std::span<const TopicPartition> partitions) {
        const std::set<TopicPartition> moving(partitions.begin(), partitions.end());
        all_committed = all_committed && one->commit(positions_of(moving, 7), bound());
    };
    one = pair.join(pair.first);
    REQUIRE(read(*one, 40).size() == 40);
    const auto two = pair.join(pair.second);
    std::vector<Seen> seen;
    REQUIRE(pair.split(*one, *two, &seen));
    CHECK(all_committed);
    for (const AssignedPartition& partition : pair.second.was_assigned) {
        CHECK(partition.committed);
        CHECK(partition.offset == 7);
    }
    // Three records of each partition that moved: all of them moved where nothing may stay.
    const std::size_t expected = backend().cooperative() ? 6 : 12;
    REQUIRE(poll_until(
        {one.get(), two.get()}, [&] { return seen.size() >= expected; }, &seen));
    CHECK(read_quietly(*two).empty());
    CHECK(seen.size() == expected);
    for (const Seen& record : seen) CHECK(record.offset >= 7);
}

CONTRACT_CASE("what was taken away can no longer be committed", "[broker][rebalance]") {
    Pair pair{true};
    const auto one = pair.join(pair.first);
    REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
    const auto two = pair.join(pair.second);
    REQUIRE(pair.split(*one, *two));
    const auto refused = one->commit(positions_of(pair.second.owned, 5), bound());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::fenced);
    CHECK(refused.error().code == codes::not_owner);
    CHECK(one->commit(positions_of(pair.first.owned, 0), bound()));
}

CONTRACT_CASE("the assignment's epoch grows each time a partition comes back", "[broker][rebalance]") {
    Pair pair{true};
    const auto one = pair.join(pair.first);
    REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
    auto two = pair.join(pair.second);
    REQUIRE(pair.split(*one, *two));
    two->close(bound());
    REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
    std::map<TopicPartition, std::uint64_t> newest;
    for (const AssignedPartition& partition : pair.first.was_assigned) {
        auto& epoch = newest[{partition.topic, partition.partition}];
        CHECK(partition.assignment > epoch);
        epoch = partition.assignment;
    }
    WriterUnderTest{}.write_all({text(pair.topic, "a", 0), text(pair.topic, "b", 1), text(pair.topic, "c", 2)});
    for (const Seen& seen : read(*one, 3)) CHECK(seen.assignment == newest[{seen.topic, seen.partition}]);
}

CONTRACT_CASE("a rebalance forgets the pause of what it takes away", "[broker][rebalance]") {
    Pair pair{true};
    const auto one = pair.join(pair.first);
    REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
    const auto everything = one->assignment();
    one->pause(everything);
    auto two = pair.join(pair.second);
    REQUIRE(pair.split(*one, *two));
    const TopicPartition moved = *pair.second.owned.begin();
    two->close(bound());
    REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
    WriterUnderTest{}.write(text(moved.topic, "v", moved.partition)).value();
    CHECK(read(*one, 1).size() == 1);
}

CONTRACT_CASE("a member that polls too late has lost its partitions and joins again", "[broker][rebalance][slow]") {
    Pair pair{true};
    const auto one = pair.join(pair.first);
    const auto two = pair.join(pair.second);
    REQUIRE(pair.split(*one, *two));
    const std::set<TopicPartition> before = pair.first.owned;
    REQUIRE(poll_until({two.get()}, [&] {
        backend().pass(500ms);
        return pair.second.owned.size() == 4;
    }));
    const auto refused = one->commit(positions_of(before, 1), bound());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::fenced);
    REQUIRE(pair.split(*one, *two));
    CHECK(std::set<TopicPartition>(pair.first.was_lost.begin(), pair.first.was_lost.end()) == before);
}

CONTRACT_CASE("a static member that restarts keeps its partitions without a rebalance", "[broker][rebalance]") {
    Pair pair{true};
    const auto one = pair.join(pair.first, "a");
    auto two = pair.join(pair.second, "b");
    REQUIRE(pair.split(*one, *two));
    const std::set<TopicPartition> before = pair.second.owned;
    const std::size_t assigned = pair.first.was_assigned.size();
    const std::size_t revoked = pair.first.was_revoked.size();
    two->close(bound());
    CHECK(pair.second.owned.empty());
    two = pair.join(pair.second, "b");
    REQUIRE(poll_until({one.get(), two.get()}, [&] { return pair.second.owned.size() == 2; }));
    CHECK(pair.second.owned == before);
    CHECK(pair.first.was_assigned.size() == assigned);
    CHECK(pair.first.was_revoked.size() == revoked);
}

CONTRACT_CASE("a static member that stays away is replaced after the session's time-out", "[broker][rebalance][slow]") {
    Pair pair{true};
    const auto one = pair.join(pair.first, "a");
    const auto two = pair.join(pair.second, "b");
    REQUIRE(pair.split(*one, *two));
    two->close(bound());
    CHECK(read_quietly(*one).empty());
    CHECK(pair.first.owned.size() == 2);
    CHECK(poll_until({one.get()}, [&] {
        backend().pass(500ms);
        return pair.first.owned.size() == 4;
    }));
}

CONTRACT_CASE("a second reader with the same instance id puts the first one out for good", "[broker][rebalance]") {
    Pair pair{true};
    const auto one = pair.join(pair.first, "same");
    REQUIRE(poll_until({one.get()}, [&] { return pair.first.owned.size() == 4; }));
    const auto two = pair.join(pair.second, "same");
    REQUIRE(poll_until({two.get()}, [&] { return pair.second.owned.size() == 4; }));
    const auto error = poll_error(*one);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::fatal);
    CHECK(error->code == codes::instance_fenced);
}

CONTRACT_CASE("more members than partitions leave some idle, who take over later", "[broker][rebalance]") {
    const std::string topic = fresh_topic(1);
    const std::string group = fresh_name("group");
    RecordingListener first;
    RecordingListener second;
    const auto one = make_reader({.group = group, .topics = {topic}, .session_timeout = 6s}, &first);
    REQUIRE(poll_until({one.get()}, [&] { return first.owned.size() == 1; }));
    const auto two = make_reader({.group = group, .topics = {topic}, .session_timeout = 6s}, &second);
    WriterUnderTest{}.write(text(topic, "v")).value();
    std::vector<Seen> seen;
    REQUIRE(poll_until(
        {two.get(), one.get()}, [&] { return !seen.empty(); }, &seen));
    RecordingListener& owner = first.owned.empty() ? second : first;
    RecordingListener& idle = first.owned.empty() ? first : second;
    CHECK(owner.owned.size() == 1);
    CHECK(idle.owned.empty());
    const bool first_is_owner = &owner == &first;
    Reader& leaving = first_is_owner ? *one : *two;
    Reader& staying = first_is_owner ? *two : *one;
    leaving.close(bound());
    CHECK(poll_until({&staying}, [&] { return idle.owned.size() == 1; }));
}
