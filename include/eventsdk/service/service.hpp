#pragma once

#include <eventsdk/consume/projector.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE

/// The loops of one process side by side, each on a thread of its own: projections, processors, relays.
///
///     Service service{broker, catalogue};
///     service.add(make_points_projection(scores)).value();
///     service.add(make_badges_projection(producer), {.workers = 8}).value();
///     service.run(stop_on_signals()).value();
///
/// When one loop ends, by an error or because a handler stopped it, the others are stopped too: a process that does
/// half its work looks healthy and is not.
/// **Thread safety**: belongs to one thread; handlers of different projections run at the same time.
class EVENTSDK_API Service {
public:
    Service(Broker broker, Catalogue catalogue);
    Service(Service&&) noexcept;
    Service& operator=(Service&&) noexcept;
    /// Stops what runs, as stop().
    ~Service();

    /// Adds a projection with a projector of its own. What is added while the service runs starts with the next run.
    /// @return the errors of Projector::create()
    Result<void> add(Projection projection, ProjectorOptions options = {});
    /// Adds another loop (Processor, OutboxRelay, …): anything movable with `run(std::stop_token)` that gives a Result.
    template <class Loop>
    requires requires(Loop& loop, std::stop_token stop) { loop.run(stop).error(); }
    void add(Loop loop) {
        add_loop([loop = std::make_shared<Loop>(std::move(loop))](std::stop_token stop) -> Result<void> {
            auto ended = loop->run(std::move(stop));
            return ended ? Result<void>{} : Result<void>{std::move(ended).error()};
        });
    }

    /// Works until `stop` is requested or a loop ends; then all are stopped, drained and committed.
    /// @return the first error that ended a loop
    /// **Blocking**: after the stop as long as the loops take to stop, see ProjectorOptions::drain_timeout.
    Result<void> run(std::stop_token stop);
    /// Runs the projections, not the other loops, until nothing is left to do: every record of their topics is
    /// finished, and no handler has written to a topic of the catalogue meanwhile. For stories, batch jobs and tests;
    /// projections that feed each other in a circle never come to an end but by `stop`.
    /// @return the first error that ended a projection
    Result<void> run_until_caught_up(std::stop_token stop = {});

    /// run() in the background, for a main thread that has a server of its own to run. Does nothing when it runs.
    void start();
    /// Ends what start() began and waits for it, as run() does. Does nothing when nothing runs.
    /// @return the first error that ended a loop
    Result<void> stop();

private:
    using Loop = std::function<Result<void>(std::stop_token)>;
    void add_loop(Loop loop);

    class Impl;
    std::unique_ptr<Impl> impl_;
};

EVENTSDK_END_NAMESPACE
