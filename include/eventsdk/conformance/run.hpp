#pragma once

#include <eventsdk/conformance/broker.hpp>
#include <eventsdk/conformance/stores.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace conformance {

/// What a run is about; null: nothing of that kind.
struct Subjects {
    BrokerSubject* broker = nullptr;
    EffectStoreSubject* effects = nullptr;
    OutboxStoreSubject* outbox = nullptr;
    EventIndexSubject* index = nullptr;
};

/// Runs the SDK's own contract, case by case, against adapters of any making. The whole main() of a test program:
///
///     int main(int argc, char** argv) {
///         MyBroker broker;
///         return eventsdk::conformance::run({.broker = &broker}, argc, argv);
///     }
///
/// The report goes to standard output. The arguments are Catch2's: names and tags ("[broker][group]", "[outbox]") choose
/// cases, `--list-tests` names them, `--reporter junit` writes for machines.
/// @return 0 when every case holds, else the number of those that do not (at most 255); 2 without a subject or with a
///   LeftOut that names no case
/// **Blocking**: until every case is over. Once in a process, from one thread.
[[nodiscard]] EVENTSDK_API int run(const Subjects& subjects, int argc, char** argv);

}  // namespace conformance
EVENTSDK_END_NAMESPACE
