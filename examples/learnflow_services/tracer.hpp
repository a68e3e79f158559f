#pragma once

#include <eventsdk/consume/projection.hpp>

#include <iosfwd>
#include <map>
#include <mutex>
#include <string>

namespace learnflow_services {

/// Collects the hops of every trace: what a tracing system shows as one picture.
class Tracer {
public:
    struct Hop {
        std::string topic{};
        std::string type{};
        std::string event_id{};
        std::string causation_id{};
        std::string trace_id{};
    };
    void add(Hop hop);
    /// Each trace as a tree by cause, in the order of their first events.
    void print(std::ostream& out) const;
    [[nodiscard]] std::size_t hops() const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, Hop> hops_;  // by event id, of which a later one is greater
};

/// @param topics names, or patterns that begin with ^, in ProjectorOptions::topics
eventsdk::Projection make_tracer(const std::string& group, Tracer& tracer);

}  // namespace learnflow_services
