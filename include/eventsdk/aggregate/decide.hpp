#pragma once

#include <eventsdk/aggregate/aggregate_traits.hpp>
#include <eventsdk/core/result.hpp>
#include <eventsdk/core/retry_policy.hpp>

#include <functional>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// How decide() meets conflicts.
struct DecideOptions {
    /// How often a conflict is answered by loading and deciding again, and after which pauses. The pauses are what the
    /// relay needs to bring events from the outbox into the log.
    RetryPolicy retry{.max_retries = 7, .first_delay = Duration{20}, .max_delay = Duration{2'000}};
    /// Waits for so long; called between tries. Absent: the thread sleeps.
    std::function<void(Duration)> pause{};
};

/// What a command came to.
template <Aggregate T>
struct Decided {
    T state{};                  ///< with the new events
    std::int64_t revision = 0;  ///< after them
    std::vector<typename AggregateTraits<T>::Events> events{};
    int attempts = 1;
};

namespace detail {

/// Answers conflicts: waits and lets try again, or gives the error that the caller gets.
class EVENTSDK_API Conflicts {
public:
    explicit Conflicts(const DecideOptions& options) : options_{options} {}
    /// @return the error to give up with; nothing: load and decide again
    [[nodiscard]] std::optional<Error> meet(const Error& conflict, std::int64_t loaded_revision);
    [[nodiscard]] int attempts() const noexcept { return attempts_; }

private:
    const DecideOptions& options_;
    int attempts_ = 1;
};

}  // namespace detail

/// Handles a command: loads the aggregate, decides which events follow, and appends them if nobody was first.
///
///     using Events = std::vector<AggregateTraits<Basket>::Events>;
///     auto done = decide<Basket>(
///         [&] { return snapshots.restore(id); },
///         [&](const Basket& basket) -> Result<Events> { … return Events{ItemAdded{"tea", 450}}; },
///         [&](std::span<const AggregateTraits<Basket>::Events> events, std::int64_t revision) -> Result<void> {
///             // one database transaction: the outbox, with {.expected_revision = revision}
///         });
///
/// When the append ends with `conflict`, everything is done again, as DecideOptions::retry says.
///
/// **Events in the outbox**: what others have appended and the relay has not yet published is not in the log, and so not
/// in a state that is restored from it. An append that expects the log's revision is then a conflict, never a decision on
/// an old state; the pauses give the relay time. When they do not suffice, the error is `conflict` "aggregate.behind",
/// which says how many events are not yet in the log; Error::revision is the outbox's. Load the state from your own
/// database where commands come faster than the relay publishes.
///
/// @param load gives a Result of something with `state` and `revision`, such as Restored<T>
/// @param choose takes the state and gives a Result of the events to append, in order; none: nothing is appended.
///   Its error is returned. May be called several times.
/// @param append takes the events and the revision that the state had, and gives a Result; must append all or none
/// @return the errors of the three; `conflict` when the retries are spent
/// **Thread safety**: that of what is passed in. **Blocking**: as they do, and for the pauses.
template <Aggregate T, class Load, class Choose, class Append>
[[nodiscard]] Result<Decided<T>> decide(Load&& load, Choose&& choose, Append&& append,
                                        const DecideOptions& options = {}) {
    using Events = typename AggregateTraits<T>::Events;
    detail::Conflicts conflicts{options};
    while (true) {
        auto loaded = load();
        if (!loaded) return std::move(loaded).error();
        Result<std::vector<Events>> chosen = choose(std::as_const(loaded->state));
        if (!chosen) return std::move(chosen).error();
        Decided<T> made{std::move(loaded->state), loaded->revision, std::move(*chosen), conflicts.attempts()};
        if (made.events.empty()) return made;
        const auto appended = append(std::span<const Events>{made.events}, made.revision);
        if (appended) {
            made.state = fold<T>(std::span<const Events>{made.events}, std::move(made.state));
            made.revision += static_cast<std::int64_t>(made.events.size());
            return made;
        }
        if (auto given_up = conflicts.meet(appended.error(), made.revision)) return std::move(*given_up);
    }
}

EVENTSDK_END_NAMESPACE
