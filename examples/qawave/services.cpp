#include "services.hpp"

#include <eventsdk/core/time.hpp>

using namespace eventsdk;

namespace qawave {
namespace {

/// One function per member of the family: a member without one does not compile.
struct Recorder {
    PackageStore* store;
    Producer* producer;
    Alert alert;

    Result<void> operator()(const PackageRequested&, const Delivery& delivery) const { return keep(delivery); }
    Result<void> operator()(const ScenarioCreated&, const Delivery& delivery) const { return keep(delivery); }
    Result<void> operator()(const ExecutionComplete& execution, const Delivery& delivery) const {
        auto kept = keep(delivery);
        if (kept && !execution.passed) alert("scenario " + execution.scenario_id + " failed");
        return kept;
    }
    Result<void> operator()(const RunComplete& run, const Delivery& delivery) const {
        if (auto kept = keep(delivery); !kept) return kept;
        const ActionAudited entry{
            "qawave", "run complete", {{"passed", std::to_string(run.passed)}, {"failed", std::to_string(run.failed)}}};
        auto audited =
            producer->publish(delivery.envelope().aggregate_id, entry,
                              {.event_id = derived_event_id(delivery, "recorder.audit"), .caused_by = delivery});
        return audited ? Result<void>{} : Result<void>{audited.error()};
    }

private:
    Result<void> keep(const Delivery& delivery) const {
        const EnvelopeView& envelope = delivery.envelope();
        return store->add(envelope.aggregate_id, envelope.event_id,
                          {.type = std::string{envelope.type},
                           .at = format_timestamp(envelope.occurred_at),
                           .payload = std::string{delivery.payload_text()}});
    }
};

}  // namespace

Projection make_recorder(PackageStore& store, Producer& producer, Alert alert) {
    Projection recorder{"qawave"};
    recorder.on<PackageEvent>(Recorder{&store, &producer, std::move(alert)});
    return recorder;
}

Projection make_runner(Producer& producer) {
    Projection runner{"qawave-runner"};
    runner.on<PackageRequested>([&producer](const PackageRequested& package, const Delivery& delivery) {
        // Each event has an id made of that of the request: running twice publishes the same ids.
        Result<void> outcome{};
        const auto publish = [&](const auto& event, const std::string& role) {
            if (!outcome) return;
            auto published = producer.publish(delivery.envelope().aggregate_id, event,
                                              {.event_id = derived_event_id(delivery, role), .caused_by = delivery});
            if (!published) outcome = published.error();
        };
        RunComplete result;
        for (const std::string& name : package.request.scenarios) {
            const std::string id = "s-" + std::to_string(result.passed + result.failed);
            publish(ScenarioCreated{id, name}, id + ".created");
            const bool passed = name.find("fail") == std::string::npos;
            publish(ExecutionComplete{id, passed, 1'200}, id + ".executed");
            ++(passed ? result.passed : result.failed);
        }
        publish(result, "complete");
        return outcome;
    });
    return runner;
}

}  // namespace qawave
