#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/result.hpp>

#include <optional>
#include <string>

EVENTSDK_BEGIN_NAMESPACE

/// What a handler says about the event that it was given.
struct [[nodiscard]] Handled {
    enum class Outcome : std::uint8_t {
        done,         ///< handled; its offset may be committed
        retry,        ///< try again after a pause, by the policy or `delay`; spends an attempt
        unavailable,  ///< a dependency is down: wait and probe; spends no attempt
        dead_letter,  ///< never again: to the dead-letter topic now
        skip,         ///< leave it out, counted and logged with the reason
        stop,         ///< stop the projector; the event stays unhandled
    };
    Outcome outcome = Outcome::done;
    std::optional<Duration> delay{};
    std::string reason{};
    std::string code{};               ///< stable error code for the dead letter; empty: "handler.<outcome>"
    std::optional<ErrorKind> kind{};  ///< of the error behind it, when there was one; for RetryRule
};

[[nodiscard]] inline Handled done() { return {}; }
[[nodiscard]] inline Handled retry(std::string reason = {}) {
    return {Handled::Outcome::retry, {}, std::move(reason), {}, {}};
}
[[nodiscard]] inline Handled retry_after(Duration delay, std::string reason = {}) {
    return {Handled::Outcome::retry, delay, std::move(reason), {}, {}};
}
[[nodiscard]] inline Handled unavailable(std::string reason = {}) {
    return {Handled::Outcome::unavailable, {}, std::move(reason), {}, {}};
}
[[nodiscard]] inline Handled dead_letter(std::string reason) {
    return {Handled::Outcome::dead_letter, {}, std::move(reason), {}, {}};
}
[[nodiscard]] inline Handled skip(std::string reason) {
    return {Handled::Outcome::skip, {}, std::move(reason), {}, {}};
}
[[nodiscard]] inline Handled stop(std::string reason) {
    return {Handled::Outcome::stop, {}, std::move(reason), {}, {}};
}

/// What an error returned by a handler means: `permanent`, `invalid_argument` → dead letter; `unavailable` →
/// unavailable; `fatal`, `fenced`, `closed` → stop; everything else → retry.
[[nodiscard]] EVENTSDK_API Handled to_handled(const Error& error);

EVENTSDK_END_NAMESPACE
