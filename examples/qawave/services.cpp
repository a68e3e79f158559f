#include "services.hpp"

#include <eventsdk/core/time.hpp>

#include <nlohmann/json.hpp>

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

/// The events of one run, each with an id made of that of the request: running twice publishes the same ids.
class Run {
public:
    Run(Producer& producer, const Delivery& request) : producer_{&producer}, request_{&request} {}

    template <class T>
    void publish(const T& event, const std::string& role) {
        if (!outcome_) return;
        auto published = producer_->publish(request_->envelope().aggregate_id, event,
                                            {.event_id = derived_event_id(*request_, role), .caused_by = *request_});
        if (!published) outcome_ = published.error();
    }
    Result<void> outcome() const { return outcome_; }

private:
    Producer* producer_;
    const Delivery* request_;
    Result<void> outcome_{};
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
        if (!package.request.contains("scenarios"))
            return Result<void>{Error{.kind = ErrorKind::permanent,
                                      .code = "qawave.request",
                                      .message = "the request document names no scenarios"}};
        Run run{producer, delivery};
        RunComplete result;
        for (const auto& [index, name] : package.request.at("scenarios").items()) {
            const std::string id = "s-" + index;
            run.publish(ScenarioCreated{id, name.get<std::string>()}, "created." + index);
            const bool passed = name.get<std::string>().find("fail") == std::string::npos;
            run.publish(ExecutionComplete{id, passed, 1'200}, "executed." + index);
            ++(passed ? result.passed : result.failed);
        }
        run.publish(result, "complete");
        return run.outcome();
    });
    return runner;
}

}  // namespace qawave
