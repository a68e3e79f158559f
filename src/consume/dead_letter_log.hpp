#pragma once

#include <eventsdk/broker/broker.hpp>

#include <functional>
#include <map>
#include <stop_token>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// The records that a topic held at one moment, read without a consumer group.
class TopicExtent {
public:
    [[nodiscard]] static Result<TopicExtent> measure(const Broker& broker, Admin& admin, const std::string& topic,
                                                     Duration timeout);

    /// Gives every record to `visit`, in offset order per partition, until it says false or stop is requested.
    /// @return `unavailable` "redrive.no_progress" when no record comes within the timeout; what `visit` fails with
    [[nodiscard]] Result<void> read(const std::function<Result<bool>(const ReceivedRecord&)>& visit,
                                    const std::stop_token& stop = {}) const;
    /// Where each partition ended.
    [[nodiscard]] const std::map<std::int32_t, Watermarks>& bounds() const { return bounds_; }

private:
    TopicExtent(Broker broker, std::string topic, Duration timeout)
        : broker_{std::move(broker)}, topic_{std::move(topic)}, timeout_{timeout} {}
    [[nodiscard]] Result<std::unique_ptr<Reader>> start() const;
    [[nodiscard]] Error no_progress(std::string_view cause) const;

    Broker broker_;
    std::string topic_;
    Duration timeout_;
    std::map<std::int32_t, Watermarks> bounds_;
};

/// One record of a topic, or nothing when it is no longer there.
[[nodiscard]] Result<std::optional<Record>> read_one(const Broker& broker, Admin& admin, const PartitionOffset& place,
                                                     Duration timeout);

}  // namespace consume
EVENTSDK_END_NAMESPACE
