#pragma once

#include "snapshot/offer_queue.hpp"
#include "snapshot/publication.hpp"
#include "snapshot/sinks.hpp"

#include <eventsdk/produce/producer.hpp>
#include <eventsdk/snapshot/detail/snapshot_core.hpp>

#include <array>
#include <optional>
#include <thread>
#include <unordered_map>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {

class SnapshotCore::Impl {
public:
    Impl(Broker broker, Catalogue catalogue, const AggregateDescriptor& aggregate, SnapshotOptions options,
         std::string topic);
    ~Impl() { close(Duration{1'000}); }

    Result<RestoredState> restore(std::string_view id, const RestoreTarget& target, void* state);
    Result<ReadReport> history(std::string_view id, std::int64_t from, std::int64_t to,
                               const std::function<bool(const HistoryEvent&)>& take);
    bool offer(std::string_view id, std::int64_t revision, const void* state);
    Result<PublishedSnapshot> publish(std::string_view id) { return take_snapshot(id, false); }
    Result<void> remove(std::string_view id);
    Result<void> flush(Duration timeout);
    void close(Duration timeout) noexcept;

private:
    enum class End : std::uint8_t { written, not_needed, failed, dropped };
    /// What is known of an aggregate from restoring it last.
    struct Known {
        std::optional<std::int64_t> snapshot_revision{};
        Duration load_time{0};
    };

    void work() noexcept;
    Result<PublishedSnapshot> take_snapshot(std::string_view id, bool when_due);
    Result<void> write(std::string_view id, const snapshot::Walked& walked, const void* state);
    [[nodiscard]] bool due(const SnapshotOffer& offer) const;
    Result<Producer*> producer();
    void observe(const ReadReport& report) noexcept;
    void remember(std::string_view id, const ReadReport& report);
    [[nodiscard]] Known known(std::string_view id);
    void count(End end) noexcept { ends_[static_cast<std::size_t>(end)]->add(); }

    Broker broker_;
    Catalogue catalogue_;
    const AggregateDescriptor& aggregate_;
    SnapshotOptions options_;
    std::string topic_;
    snapshot::LogReader log_;
    snapshot::Restorer restorer_;
    snapshot::Publication publication_;
    snapshot::OfferQueue offers_;
    std::array<std::shared_ptr<Counter>, 4> ends_{};
    std::shared_ptr<Histogram> seconds_;
    std::shared_ptr<Gauge> behind_;
    std::mutex mutex_;
    std::unordered_map<std::string, Known> known_;
    std::optional<Producer> producer_;
    std::thread worker_;
    bool closed_ = false;
};

}  // namespace detail
EVENTSDK_END_NAMESPACE
