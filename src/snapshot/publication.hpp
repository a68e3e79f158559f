#pragma once

#include "snapshot/restorer.hpp"

#include <eventsdk/produce/producer.hpp>

#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

[[nodiscard]] Result<void> check_id(std::string_view id);
[[nodiscard]] Result<void> check_revision(std::int64_t revision);
[[nodiscard]] Error not_yet(std::string_view id, std::int64_t revision, std::int64_t wanted);

/// Whether what a walk found may become a snapshot: it must not make a state look complete that is not known to be.
[[nodiscard]] bool worth_keeping(const Walked& walked, const ReadReport& report);

/// Writes snapshots of the aggregates of one topic.
class Publication {
public:
    Publication(std::string aggregate, std::string topic, const SnapshotOptions& options)
        : aggregate_{std::move(aggregate)}, topic_{std::move(topic)}, options_{options} {}

    [[nodiscard]] Result<Producer> producer(const Broker& broker, const Catalogue& catalogue) const;
    /// @param state JSON text
    [[nodiscard]] Result<void> write(Producer& producer, std::string_view id, const Walked& walked,
                                     std::int32_t version, std::string state) const;

private:
    std::string aggregate_;
    std::string topic_;
    const SnapshotOptions& options_;
};

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
