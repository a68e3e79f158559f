#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/catalogue/opened.hpp>

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// A delivery that outlives its handler.
struct OwnedDelivery {
    Envelope envelope{};
    std::string payload{};  ///< JSON text
    std::string topic{};
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    Timestamp timestamp{};
    std::vector<Header> headers{};
    int attempt = 1;
    bool replay = false;
};

/// An event on its way into a handler: what surrounds it and where it came from. Its views die with the handler.
///
/// **Thread safety**: belongs to the handler's thread.
class EVENTSDK_API Delivery {
public:
    Delivery(const ReceivedRecord& record, const Opened& opened, int attempt, bool replay, std::stop_token stop)
        : record_{&record}, opened_{&opened}, attempt_{attempt}, replay_{replay}, stop_{std::move(stop)} {}

    [[nodiscard]] const EnvelopeView& envelope() const noexcept { return opened_->envelope; }
    [[nodiscard]] std::string_view payload_text() const { return opened_->payload_text(); }
    [[nodiscard]] std::string_view topic() const noexcept { return record_->topic; }
    [[nodiscard]] std::int32_t partition() const noexcept { return record_->partition; }
    [[nodiscard]] std::int64_t offset() const noexcept { return record_->offset; }
    [[nodiscard]] Timestamp timestamp() const noexcept { return record_->timestamp; }
    [[nodiscard]] const ReceivedRecord& record() const noexcept { return *record_; }
    [[nodiscard]] const Opened& opened() const noexcept { return *opened_; }
    /// 1 for the first try.
    [[nodiscard]] int attempt() const noexcept { return attempt_; }
    /// The projection's name; empty outside a projector.
    [[nodiscard]] std::string_view projection() const noexcept { return projection_; }
    /// Every earlier record of the partition up to this offset was finished when the record was taken; -1: not known.
    [[nodiscard]] std::int64_t finished_before() const noexcept { return finished_; }
    /// Read again on purpose (replay, rebuild), not for the first time.
    [[nodiscard]] bool replay() const noexcept { return replay_; }
    /// Stop requested: long handlers look at it and return retry().
    [[nodiscard]] const std::stop_token& stop_token() const noexcept { return stop_; }
    [[nodiscard]] OwnedDelivery to_owned() const;

    /// The same surroundings with another record: saves a projector the copy of the stop token per record.
    void rebind(const ReceivedRecord& record, int attempt, std::int64_t finished = -1) noexcept {
        record_ = &record;
        attempt_ = attempt;
        finished_ = finished;
    }
    /// @param name must outlive the delivery
    void belongs_to(std::string_view name) noexcept { projection_ = name; }

private:
    const ReceivedRecord* record_;
    const Opened* opened_;
    int attempt_;
    bool replay_;
    std::stop_token stop_;
    std::string_view projection_{};
    std::int64_t finished_ = -1;
};

EVENTSDK_END_NAMESPACE
