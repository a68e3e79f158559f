#include "fixture.hpp"
#include "snapshot/offer_queue.hpp"
#include "support/catch.hpp"

#include <eventsdk/testing/fault_plan.hpp>

#include <atomic>

using namespace eventsdk;
using namespace std::chrono_literals;
using support::Account;
using support::Bank;
using support::Deposited;
using support::deposited;

namespace {

double ended(const Bank& bank, const std::string& how) {
    return bank.metrics->value("eventsdk_snapshots_total", {{"topic", support::accounts}, {"outcome", how}})
        .value_or(0);
}

}  // namespace

TEST_CASE("an offer becomes a snapshot every n revisions", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots({.every_revisions = 3});
    for (std::int64_t revision = 1; revision <= 10; ++revision) {
        bank.deposit("a", revision, revision);
        REQUIRE(snapshots.offer("a", revision, deposited(revision)) == (revision % 3 == 0));
        REQUIRE(snapshots.flush(10s));
    }
    REQUIRE(bank.values(support::newest).size() == 3);
    REQUIRE(bank.values(support::older).empty());
    REQUIRE(snapshots.restore("a").value().report.snapshot_revision == 9);
    REQUIRE(ended(bank, "written") == 3);
}

TEST_CASE("the snapshot is made of the log, not of what is offered", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots({.every_revisions = 1});
    bank.deposit("a", 1, 3);
    REQUIRE(snapshots.offer("a", 5, Account{999, 999, {"in the outbox"}}));
    REQUIRE(snapshots.flush(10s));
    const auto restored = bank.snapshots().restore("a").value();
    REQUIRE(restored.report.snapshot_revision == 3);
    REQUIRE(restored.state == deposited(3));
}

TEST_CASE("a policy looks at the newest snapshot, whoever took it", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 5);
    REQUIRE(bank.snapshots().publish("a").value().written);
    auto other = bank.snapshots({.every_revisions = 5});
    REQUIRE(other.offer("a", 5, deposited(5)));  // does not know better yet
    REQUIRE(other.flush(10s));
    REQUIRE(ended(bank, "not_needed") == 1);
    bank.deposit("a", 6, 6);
    REQUIRE_FALSE(other.offer("a", 6, deposited(6)));
}

TEST_CASE("policies are taken alone or all together", "[snapshot][unit]") {
    Bank bank{1};
    bank.deposit("a", 1, 4);
    const auto rich = [](const SnapshotOffer& offer) { return offer.state_as<Account>()->balance >= 10; };
    auto any = bank.snapshots({.every_revisions = 100, .when = rich});
    REQUIRE_FALSE(any.offer("a", 4, Account{9, 0, {}}));
    REQUIRE(any.offer("a", 4, Account{10, 0, {}}));
    REQUIRE(any.flush(10s));
    auto all = bank.snapshots({.every_revisions = 2, .when = rich, .all_policies = true});
    REQUIRE_FALSE(all.offer("a", 4, Account{9, 0, {}}));
    REQUIRE_FALSE(all.offer("a", 1, Account{10, 0, {}}));
    REQUIRE(all.offer("b", 4, Account{10, 0, {}}));
    auto none = bank.snapshots();
    REQUIRE_FALSE(none.offer("a", 4, Account{10, 0, {}}));
    auto failing = bank.snapshots({.when = [](const SnapshotOffer&) -> bool { throw std::runtime_error{"policy"}; }});
    REQUIRE_FALSE(failing.offer("a", 4, Account{}));
}

namespace {

/// Every look at it is a second later.
class SecondsClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const noexcept override { return std::chrono::sys_days{2026y / 1 / 1}; }
    [[nodiscard]] MonotonicTime monotonic() const noexcept override {
        return MonotonicTime{std::chrono::seconds{++looks_}};
    }

private:
    mutable std::atomic<int> looks_{0};
};

}  // namespace

TEST_CASE("an aggregate whose loading takes long gets a snapshot", "[snapshot][unit]") {
    Bank bank{1, std::make_shared<SecondsClock>()};
    bank.deposit("a", 1, 3);
    auto patient = bank.snapshots({.after_load_time = 1h});
    auto snapshots = bank.snapshots({.after_load_time = 500ms});
    REQUIRE_FALSE(snapshots.offer("a", 3, deposited(3)));  // how long it takes is not known
    REQUIRE(snapshots.restore("a"));
    REQUIRE(patient.restore("a"));
    REQUIRE_FALSE(patient.offer("a", 3, deposited(3)));
    REQUIRE(snapshots.offer("a", 3, deposited(3)));
    REQUIRE(snapshots.flush(10s));
    REQUIRE(bank.values(support::newest).size() == 1);
    REQUIRE_FALSE(snapshots.offer("a", 3, deposited(3)));  // there is one of this revision
}

TEST_CASE("a publication that fails does not fail the caller and is tried again by the next offer",
          "[snapshot][unit]") {
    Bank bank{1};
    testing::FaultPlan faults{bank.broker};
    auto snapshots = bank.snapshots({.every_revisions = 2});
    bank.deposit("a", 1, 2);
    faults.fail_next(testing::Operation::write, 1, ErrorKind::permanent);
    REQUIRE(snapshots.offer("a", 2, deposited(2)));
    REQUIRE(snapshots.flush(10s));
    REQUIRE(ended(bank, "failed") == 1);
    REQUIRE(bank.logger->contains("a snapshot could not be taken"));
    REQUIRE(snapshots.offer("a", 2, deposited(2)));
    REQUIRE(snapshots.flush(10s));
    REQUIRE(ended(bank, "written") == 1);
}

TEST_CASE("closed snapshots refuse work", "[snapshot][unit]") {
    Bank bank{1};
    auto snapshots = bank.snapshots({.every_revisions = 1});
    bank.deposit("a", 1, 2);
    REQUIRE(snapshots.publish("a").value().written);
    snapshots.close(1s);
    snapshots.close(1s);
    REQUIRE(snapshots.restore("a").error().code == "snapshot.closed");
    REQUIRE(snapshots.remove("a").error().kind == ErrorKind::closed);
    REQUIRE_FALSE(snapshots.offer("a", 2, deposited(2)));
}

TEST_CASE("offers of one aggregate wait as one, and no more than there is room for", "[snapshot][unit]") {
    snapshot::OfferQueue queue{2};
    REQUIRE(queue.push("a", 5));
    REQUIRE(queue.push("b", 1));
    REQUIRE(queue.push("a", 9));
    REQUIRE(queue.push("a", 7));
    REQUIRE_FALSE(queue.push("c", 1));
    REQUIRE_FALSE(queue.drain(std::chrono::steady_clock::now()));
    snapshot::OfferQueue::Offer offer;
    REQUIRE(queue.pop(offer));
    REQUIRE(offer.id == "a");
    REQUIRE(offer.revision == 9);
    REQUIRE(queue.pop(offer));
    REQUIRE(offer.id == "b");
    REQUIRE_FALSE(queue.drain(std::chrono::steady_clock::now()));
    queue.done();
    REQUIRE(queue.drain(std::chrono::steady_clock::now()));
    queue.close();
    REQUIRE_FALSE(queue.push("a", 1));
    REQUIRE_FALSE(queue.pop(offer));
}
