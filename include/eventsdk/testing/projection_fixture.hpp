#pragma once

#include <eventsdk/consume/projector.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/testing/collecting_logger.hpp>
#include <eventsdk/testing/collecting_metrics.hpp>
#include <eventsdk/testing/identified_event.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// Runs a projection on given events without a broker, threads or waiting: the real projector on a broker in memory,
/// with a clock that the fixture moves over retries by itself.
///
///     testing::ProjectionFixture fixture{make_points_projection(scores), catalogue};
///     fixture.given(submitted_by(ada), submitted_by(ada));
///     fixture.run();
///     REQUIRE(scores.of(ada) == 10);
///     REQUIRE(fixture.dead_letters().empty());
///
/// Every topic of the catalogue exists with one partition, and its `{topic}.dlq`.
/// **Thread safety**: belongs to one thread.
class EVENTSDK_API ProjectionFixture {
public:
    ProjectionFixture(Projection projection, Catalogue catalogue, ProjectorOptions options = {});
    /// For a projection whose handlers publish: made with the fixture's broker.
    ProjectionFixture(const std::function<Projection(Broker)>& make, Catalogue catalogue,
                      ProjectorOptions options = {});
    ~ProjectionFixture();
    ProjectionFixture(const ProjectionFixture&) = delete;
    ProjectionFixture& operator=(const ProjectionFixture&) = delete;

    /// Writes events (all of one aggregate, "aggregate-1", unless they come from with_id()) and finished records.
    /// Throws BadResult when an event does not pass its schema or its topic is unknown: the test is wrong.
    template <class... Given>
    void given(const Given&... all) {
        (give(all), ...);
    }
    /// Works until everything given is handled or dead-lettered, moving the clock over retries.
    /// @param patience of the fixture's clock, not of yours; a handler that stays unavailable uses it up
    /// @return true when everything is finished
    bool run(Duration patience = std::chrono::hours{1});

    /// In the order of writing.
    [[nodiscard]] std::vector<Record> dead_letters() const;
    /// What handlers wrote to the topic, what was given left out.
    [[nodiscard]] std::vector<Record> published(const std::string& topic) const;

    [[nodiscard]] memory::Broker& broker() noexcept { return *broker_; }
    [[nodiscard]] ManualClock& clock() noexcept { return *clock_; }
    [[nodiscard]] const CollectingLogger& logger() const noexcept { return *logger_; }
    [[nodiscard]] const CollectingMetrics& metrics() const noexcept { return *metrics_; }

private:
    template <Event T>
    void give(const T& event) {
        give(IdentifiedEvent<T>{"aggregate-1", event});
    }
    template <Event T>
    void give(const IdentifiedEvent<T>& identified) {
        give(catalogue_.prepare(broker_->runtime(), identified.aggregate_id, identified.event).value());
    }
    void give(const Record& record);
    void start(Projection projection, ProjectorOptions options);
    void make_topic(const std::string& name);
    [[nodiscard]] bool finished() const;

    Catalogue catalogue_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
    std::shared_ptr<CollectingLogger> logger_ = std::make_shared<CollectingLogger>();
    std::shared_ptr<CollectingMetrics> metrics_ = std::make_shared<CollectingMetrics>();
    std::unique_ptr<memory::Broker> broker_;
    std::unique_ptr<Projector> projector_;
    std::string group_;
    std::set<std::string> topics_;
    std::set<std::string> dead_letter_topics_;
    std::set<std::pair<std::string, std::int64_t>> given_;  // topic and offset
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
