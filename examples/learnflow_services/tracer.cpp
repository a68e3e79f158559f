#include "tracer.hpp"

#include <eventsdk/core/trace_context.hpp>

#include <ostream>

using namespace eventsdk;

namespace learnflow_services {
namespace {

using Hops = std::map<std::string, Tracer::Hop>;

void print_below(std::ostream& out, const Hops& hops, const std::string& cause, const std::string& indent) {
    std::map<std::string, const Tracer::Hop*> followers;
    for (const auto& [id, hop] : hops)
        if (hop.causation_id == cause) followers[hop.type + id] = &hop;
    for (const auto& [name, hop] : followers) {
        out << indent << hop->type << " on " << hop->topic << "\n";
        print_below(out, hops, hop->event_id, indent + "  ");
    }
}

}  // namespace

void Tracer::add(Hop hop) {
    const std::lock_guard lock{mutex_};
    hops_.try_emplace(hop.event_id, hop);
}

std::size_t Tracer::hops() const {
    const std::lock_guard lock{mutex_};
    return hops_.size();
}

void Tracer::print(std::ostream& out) const {
    const std::lock_guard lock{mutex_};
    for (const auto& [id, root] : hops_) {
        if (!root.causation_id.empty()) continue;
        std::size_t count = 0;
        for (const auto& [other_id, hop] : hops_) count += hop.trace_id == root.trace_id ? 1 : 0;
        out << "   trace " << root.trace_id << " of " << count << " events\n     " << root.type << " on " << root.topic
            << "\n";
        print_below(out, hops_, id, "       ");
    }
}

Projection make_tracer(const std::string& group, Tracer& tracer) {
    Projection projection{group};
    projection.otherwise([&tracer](const Delivery& delivery) {
        const EnvelopeView& envelope = delivery.envelope();
        if (!is_traceparent(envelope.traceparent)) return skip("it belongs to no trace");
        tracer.add({std::string{delivery.topic()}, std::string{envelope.type}, std::string{envelope.event_id},
                    std::string{envelope.causation_id}, std::string{envelope.traceparent.substr(3, 32)}});
        return done();
    });
    return projection;
}

}  // namespace learnflow_services
