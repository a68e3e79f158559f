#include <eventsdk/conformance/run.hpp>
#include <eventsdk/kafka/connect.hpp>

#include "support/mock_cluster.hpp"

#include <librdkafka/rdkafka.h>

using namespace eventsdk;

namespace {

/// A member whose SyncGroup comes behind its leader's is refused with "invalid request" and joins again, so that the group
/// rebalances once more, maybe for ever (librdkafka 2.8.0, rdkafka_mock_handlers.c).
const char* const refuses_late_followers = "the mock cluster refuses a follower that synchronizes after its leader";

class MockCluster final : public conformance::BrokerSubject {
public:
    std::string_view name() const override { return "mock"; }
    Broker make_broker() override {
        kafka::Options options;
        options.bootstrap_servers = cluster_.bootstrap();
        return kafka::connect(options, {.logger = silent_logger()}).value();
    }
    void create_topic(const TopicSpec& spec) override { cluster_.create_topic(spec.name, spec.partitions); }
    bool cooperative() const override { return rd_kafka_version() >= 0x020a01ff; }  // sound from 2.10.1 on
    std::vector<conformance::LeftOut> left_out() const override;

private:
    test::MockCluster cluster_;
};

std::vector<conformance::LeftOut> MockCluster::left_out() const {
    return {
        {"a created topic has the partitions and settings that were asked for",
         "the mock cluster has no topic administration"},
        {"retention for ever is Kafka's -1", "the mock cluster has no topic administration"},
        {"a topic that exists already is a conflict", "the mock cluster has no topic administration"},
        {"an impossible topic is refused by name", "the mock cluster has no topic administration"},
        {"topics are listed until they are deleted", "the mock cluster has no topic administration"},
        {"every question about an unknown topic says so", "the mock cluster has no topic administration"},
        {"a topic that was deleted and created again is another one", "the mock cluster has no topic administration"},
        {"deleting records raises the low watermark and leaves the offsets",
         "the mock cluster has no topic administration"},
        {"the offset for a time is the first record at or after it",
         "the mock cluster does not answer offsets for a time"},
        {"a group's committed positions and state are described", "the mock cluster does not describe groups"},
        {"the end of a log with an open transaction is its last stable offset for committed readers",
         "the mock cluster does not isolate transactions"},
        {"a committed reader may start behind the last stable offset and waits there",
         "the mock cluster does not isolate transactions"},
        {"a group may start at the latest record of a log with an open transaction",
         "the mock cluster does not isolate transactions"},
        {"a group that starts at a time behind every record starts at the end",
         "the mock cluster does not answer offsets for a time"},
        {"the offset for a time counts hidden records and control records as any other",
         "the mock cluster does not answer offsets for a time"},
        {"records of an open transaction can be deleted, and its end still comes",
         "the mock cluster cannot delete records"},
        {"a group resumes at the offset of a control record", "the mock cluster writes no control records"},
        {"a commit for a topic that does not exist says so", "the mock cluster creates topics that are asked for"},
        {"the largest record is measured as Kafka stores it", "the mock cluster has no topic settings"},
        {"a group may start at a time", "the mock cluster does not answer offsets for a time"},
        {"a committed offset that retention has passed is a typed stop, not a jump",
         "the mock cluster cannot delete records"},
        {"a reader with given partitions may not commit for a group that has members",
         "the mock cluster accepts commits of anybody"},
        {"a pattern subscribes to the topics that it matches, later ones too",
         "the mock cluster answers a pattern only after minutes"},
        {"an offset that was deleted is out of range", "the mock cluster cannot delete records"},
        {"an unknown topic is reported to a reader that is given it",
         "the mock cluster creates topics that are asked for"},
        {"an unknown topic is reported to a reader that subscribes to it",
         "the mock cluster creates topics that are asked for"},
        {"a second member takes half of the partitions over", refuses_late_followers},
        {"a member that leaves is replaced by the others", refuses_late_followers},
        {"a destroyed member leaves too", refuses_late_followers},
        {"no partition ever has two readers during a rebalance", refuses_late_followers},
        {"an eager rebalance takes everything away, a cooperative one only what moves", refuses_late_followers},
        {"what is revoked may still be committed, and its next owner resumes there", refuses_late_followers},
        {"what was taken away can no longer be committed", refuses_late_followers},
        {"the assignment's epoch grows each time a partition comes back", refuses_late_followers},
        {"a rebalance forgets the pause of what it takes away", refuses_late_followers},
        {"more members than partitions leave some idle, who take over later", refuses_late_followers},
        {"a member that polls too late has lost its partitions and joins again",
         "waits six seconds for what the other backends show"},
        {"a static member that restarts keeps its partitions without a rebalance",
         "the mock cluster does not know static members"},
        {"a static member that stays away is replaced after the session's time-out",
         "the mock cluster does not know static members"},
        {"a second reader with the same instance id puts the first one out for good",
         "the mock cluster does not know static members"},
        {"aborted records are hidden from committed readers and shown to the others",
         "the mock cluster does not isolate transactions"},
        {"a reader of given partitions comes to the end of the log behind aborted records",
         "the mock cluster does not isolate transactions"},
        {"the control record of each transaction occupies an offset", "the mock cluster writes no control records"},
        {"a reader's position passes the control records at the end of the log",
         "the mock cluster writes no control records"},
        {"an open transaction holds committed readers at the last stable offset",
         "the mock cluster does not isolate transactions"},
        {"transactions that overlap are told apart", "the mock cluster does not isolate transactions"},
        {"a transaction over several partitions ends in each of them", "the mock cluster writes no control records"},
        {"a failed write spoils the transaction, and the next one is whole", "the mock cluster has no topic settings"},
        {"a second instance fences the first one and aborts what it left open", "the mock cluster does not fence"},
        {"a fenced instance cannot write any more", "the mock cluster does not fence"},
        {"a transaction that outlives its timeout is aborted and its writer fenced",
         "the mock cluster does not time transactions out"},
        {"closing a writer aborts its open transaction", "the mock cluster does not isolate transactions"},
        {"offsets in a transaction move the group when it commits, not before",
         "the mock cluster ignores offsets in a transaction"},
        {"offsets in an aborted transaction never happened", "the mock cluster ignores offsets in a transaction"},
        {"committed positions wait for the transaction that is about to change them",
         "the mock cluster ignores offsets in a transaction"},
        {"offsets of a member that was rebalanced away abort the transaction",
         "the mock cluster ignores offsets in a transaction"},
        {"a committed reader goes past aborted records to what follows",
         "the mock cluster does not isolate transactions"},
        {"a topic may stamp records with the time of appending", "the mock cluster has no topic settings"},
        {"a write to an unknown topic fails within the deadline",
         "the mock cluster creates topics that are written to"},
        {"a record larger than its topic takes is permanent, and the writer goes on",
         "the mock cluster has no topic settings"},
        {"a record of one megabyte passes, a much larger one is permanent",
         "the mock cluster takes records of any size"},
        {"a compacted topic refuses a record without key", "the mock cluster has no topic settings"},
        {"a timestamp far in the future is refused", "the mock cluster does not look at timestamps"},
    };
}

}  // namespace

int main(int argc, char** argv) {
    MockCluster broker;
    return conformance::run({.broker = &broker}, argc, argv);
}
