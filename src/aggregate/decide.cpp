#include <eventsdk/aggregate/decide.hpp>

#include "core/random.hpp"

#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {
namespace {

Error behind(const Error& conflict, std::int64_t loaded_revision) {
    Error error = conflict;
    error.code = "aggregate.behind";
    error.message = "the aggregate was loaded at revision " + std::to_string(loaded_revision) + " and has " +
                    std::to_string(conflict.revision) + ": " + std::to_string(conflict.revision - loaded_revision) +
                    " events are not yet in the log that it is loaded from";
    error.hint = "see that the outbox relay runs; raise DecideOptions::retry, or load the state from the database";
    return error;
}

}  // namespace

std::optional<Error> Conflicts::meet(const Error& conflict, std::int64_t loaded_revision) {
    if (conflict.kind != ErrorKind::conflict) return conflict;
    const auto delay = options_.retry.delay_before(attempts_, random_bits());
    if (!delay) return conflict.revision > loaded_revision ? behind(conflict, loaded_revision) : conflict;
    ++attempts_;
    if (options_.pause) {
        options_.pause(*delay);
    } else {
        std::this_thread::sleep_for(*delay);
    }
    return std::nullopt;
}

}  // namespace detail
EVENTSDK_END_NAMESPACE
