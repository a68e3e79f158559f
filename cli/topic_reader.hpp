#pragma once

#include <eventsdk/broker/broker.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// Reads a topic without a consumer group: from chosen positions, to its end or for ever.
class TopicReader {
public:
    struct From {
        enum class Kind { beginning, end, time, offset } kind = Kind::beginning;
        eventsdk::Timestamp time{};
        std::int64_t offset = 0;
        std::optional<std::int32_t> partition{};  ///< only this one
    };

    TopicReader(const eventsdk::Broker& broker, const std::string& topic, const From& from, eventsdk::Duration timeout);

    /// Hands over records as they come until `take` returns false or, with `to_end`, until what was in the topic at
    /// the start is read. Calls `idle` after every batch. Throws Failure and Interrupted.
    void run(bool to_end, const std::function<bool(const eventsdk::ReceivedRecord&)>& take,
             const std::function<void()>& idle);

private:
    [[nodiscard]] std::int64_t start_of(eventsdk::Admin& admin, const eventsdk::TopicPartition& partition,
                                        const eventsdk::Watermarks& marks, const From& from) const;
    [[nodiscard]] bool at_end() const;

    std::string topic_;
    eventsdk::Duration timeout_;
    std::unique_ptr<eventsdk::Reader> reader_;
    std::map<std::int32_t, std::int64_t> ends_{};  ///< offsets at which the topic ended at the start
    std::map<std::int32_t, std::int64_t> next_{};  ///< behind the last record taken
};

}  // namespace cli
