#include "consume/retry_schedule.hpp"
#include "consume/assignment.hpp"
#include "consume/circuit.hpp"

#include "support/catch.hpp"

using namespace eventsdk;
using namespace std::chrono_literals;
using consume::Assignment;
using consume::Circuit;
using consume::RetrySchedule;

TEST_CASE("a retry is due at its time and not before, the earliest first", "[consume][unit]") {
    RetrySchedule schedule;
    const MonotonicTime start{};
    schedule.add(1, start + 4s);
    schedule.add(2, start + 1s);
    schedule.add(3, start + 1s);
    REQUIRE(schedule.next_due() == start + 1s);
    std::vector<RetrySchedule::Task> due;
    schedule.take_due(start + 999ms, due);
    REQUIRE(due.empty());
    schedule.take_due(start + 1s, due);
    REQUIRE(due == std::vector<RetrySchedule::Task>{2, 3});
    schedule.remove_if([](RetrySchedule::Task task) { return task == 1; });
    REQUIRE(schedule.size() == 0);
    REQUIRE_FALSE(schedule.next_due().has_value());
}

TEST_CASE("a record of an old assignment finds no partition", "[consume][unit]") {
    Assignment assignment;
    const auto first = assignment.assign("orders", 0, 1);
    assignment.enter(first);
    REQUIRE(assignment.find("orders", 0, 1) == first);
    REQUIRE(assignment.remove("orders", 0) == first);
    REQUIRE_FALSE(assignment.find("orders", 0, 1).has_value());
    const auto second = assignment.assign("orders", 0, 2);
    REQUIRE(second != first);  // the first still has a record in work
    REQUIRE_FALSE(assignment.find("orders", 0, 1).has_value());
    REQUIRE(assignment.find("orders", 0, 2) == second);
    REQUIRE_FALSE(assignment.live(first));
    assignment.leave(first);
    REQUIRE(assignment.assign("orders", 1, 3) == first);  // free again
    REQUIRE(assignment.all().size() == 2);
    REQUIRE_FALSE(assignment.remove("orders", 7).has_value());
}

TEST_CASE("a partition assigned again without a revoke begins a new epoch", "[consume][unit]") {
    Assignment assignment;
    const auto first = assignment.assign("orders", 0, 1);
    assignment.enter(first);
    const auto second = assignment.assign("orders", 0, 2);
    REQUIRE_FALSE(assignment.live(first));
    REQUIRE(assignment.live(second));
    REQUIRE(assignment.all() == std::vector<Assignment::Index>{second});
}

TEST_CASE("a circuit opens after several unavailable records and closes when a probe is answered", "[consume][unit]") {
    Circuit circuit;
    MonotonicTime now{};
    REQUIRE_FALSE(circuit.unavailable(now));
    REQUIRE_FALSE(circuit.unavailable(now));
    REQUIRE(circuit.unavailable(now));
    REQUIRE(circuit.is_open());
    REQUIRE_FALSE(circuit.probe_due(now + 999ms));
    REQUIRE(circuit.probe_due(now + 1s));
    circuit.probe_started();
    REQUIRE_FALSE(circuit.probe_due(now + 1s));
    REQUIRE(circuit.answered());
    REQUIRE_FALSE(circuit.is_open());
}

TEST_CASE("an open circuit doubles the pause between its probes up to the cap", "[consume][unit]") {
    Circuit circuit;
    MonotonicTime now{};
    for (int count = 0; count < 3; ++count) (void)circuit.unavailable(now);
    for (const auto pause : {2s, 4s, 8s, 16s, 30s, 30s}) {
        now = circuit.probe_at();
        circuit.probe_started();
        REQUIRE_FALSE(circuit.unavailable(now));
        REQUIRE(circuit.probe_at() == now + pause);
    }
}

TEST_CASE("unavailable records far apart or with answers between them open no circuit", "[consume][unit]") {
    Circuit circuit;
    MonotonicTime now{};
    for (int count = 0; count < 20; ++count, now += 6s) REQUIRE_FALSE(circuit.unavailable(now));
    for (int count = 0; count < 20; ++count) {
        REQUIRE_FALSE(circuit.unavailable(now));
        REQUIRE_FALSE(circuit.answered());
    }
}
