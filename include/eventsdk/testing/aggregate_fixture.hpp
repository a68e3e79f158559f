#pragma once

#include <eventsdk/aggregate/decide.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/snapshot/snapshots.hpp>
#include <eventsdk/testing/event_difference.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// The log of one aggregate in memory; what AggregateFixture stands on.
class EVENTSDK_API AggregateLog {
public:
    AggregateLog(Catalogue catalogue, std::string aggregate_id);
    /// Writes an event with the next revision. Throws BadResult when it does not pass its schema or has no topic.
    void append(const EventDescriptor& descriptor, const void* event);
    /// A broker with the same log, and a topic for snapshots beside each.
    [[nodiscard]] memory::Broker with_snapshots() const;
    [[nodiscard]] const std::string& aggregate_id() const noexcept { return aggregate_id_; }
    [[nodiscard]] const Catalogue& catalogue() const noexcept { return catalogue_; }
    [[nodiscard]] const memory::Broker& broker() const noexcept { return broker_; }
    [[nodiscard]] ManualClock& clock() const noexcept { return *clock_; }
    /// All events, in the order in which they were appended.
    [[nodiscard]] const std::vector<Record>& records() const noexcept { return records_; }

private:
    Catalogue catalogue_;
    std::string aggregate_id_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
    memory::Broker broker_;
    Producer producer_;
    std::vector<Record> records_{};
};

/// Given events, when a command comes, then these events: an aggregate without a broker, threads or waiting. Events go
/// through their schemas and bytes into a log in memory, and the state is restored from there as in the service.
///
///     testing::AggregateFixture<Basket> basket{catalogue};
///     basket.given(ItemAdded{"tea", 450});
///     basket.when([](const Basket& state) { return remove(state, "tea"); });
///     CHECK(basket.then(ItemRemoved{"tea"}) == "");
///     CHECK(basket.state().items.empty());
///
/// All members but the constructor throw BadResult when the test itself is wrong: an event that does not pass its schema.
/// **Thread safety**: belongs to one thread.
template <Aggregate T>
class AggregateFixture {
public:
    using Events = std::vector<typename AggregateTraits<T>::Events>;

    explicit AggregateFixture(Catalogue catalogue, std::string aggregate_id = "aggregate-1")
        : log_{std::move(catalogue), std::move(aggregate_id)} {}

    /// What has happened before, in order.
    template <Event... Given>
    void given(const Given&... events) {
        (log_.append(describe_event<Given>(), &events), ...);
    }

    /// A command, handled by decide(): its events happen, or it is refused.
    /// @param choose takes `const T&` and gives a `Result<Events>`, as that of decide()
    template <class Choose>
    void when(Choose&& choose) {
        before_ = log_.records().size();
        const auto append = [this](auto events, std::int64_t) -> Result<void> {
            for (const auto& each : events) std::visit([this](const auto& event) { this->given(event); }, each);
            return {};
        };
        auto done = decide<T>([this] { return restored(); }, std::forward<Choose>(choose), append);
        refusal_ = done ? std::nullopt : std::optional{std::move(done).error()};
    }

    /// How the events of the last when() differ from these, in words; "" when they are the same.
    template <Event... Expected>
    [[nodiscard]] std::string then(const Expected&... events) const {
        if (refusal_) return "refused: " + refusal_->to_string();
        const std::vector<Record> happened{log_.records().begin() + static_cast<std::ptrdiff_t>(before_),
                                           log_.records().end()};
        const auto& id = log_.aggregate_id();
        return event_difference(log_.catalogue(), testing::events(log_.catalogue(), with_id(id, events)...), happened);
    }
    /// The error of the last when(), if it was refused; nothing has happened then.
    [[nodiscard]] const std::optional<Error>& refusal() const noexcept { return refusal_; }

    /// The state after all events, restored from them.
    [[nodiscard]] T state() const { return restored().value().state; }
    /// The same, restored from a snapshot of it: differs when AggregateTraits<T>::fields leave something out.
    [[nodiscard]] T state_from_snapshot() const {
        auto snapshots = Snapshots<T>::create(log_.with_snapshots(), log_.catalogue()).value();
        snapshots.publish(log_.aggregate_id()).value();
        return snapshots.restore(log_.aggregate_id()).value().state;
    }
    [[nodiscard]] std::int64_t revision() const { return restored().value().revision; }
    /// The time of what happens next.
    [[nodiscard]] ManualClock& clock() const noexcept { return log_.clock(); }

private:
    [[nodiscard]] Result<Restored<T>> restored() const {
        return Snapshots<T>::create(log_.broker(), log_.catalogue()).value().restore(log_.aggregate_id());
    }

    AggregateLog log_;
    std::size_t before_ = 0;
    std::optional<Error> refusal_{};
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
