#include "event/payload.hpp"
#include "json/document.hpp"
#include "snapshot/errors.hpp"
#include "snapshot/snapshot_record.hpp"

#include <nlohmann/json.hpp>

#include <exception>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

Error upcast_failed(std::int32_t version, std::string_view why) {
    return failure(ErrorKind::permanent, "snapshot.upcast",
                   "the upcaster of state version " + std::to_string(version) + " failed: " + std::string{why});
}

Result<std::string> upcast(std::int32_t wanted, const std::map<std::int32_t, Upcaster>& upcasters,
                           const SnapshotRecord& record) {
    std::int32_t version = record.version;
    try {
        nlohmann::json state = nlohmann::json::parse(record.state);
        for (; version < wanted; ++version) {
            const auto step = upcasters.find(version);
            if (step == upcasters.end())
                return failure(ErrorKind::permanent, "snapshot.state_version",
                               "the snapshot's state has version " + std::to_string(record.version) +
                                   ", from which no upcaster leads",
                               "register one in SnapshotOptions::upcasters, or let new snapshots replace it");
            step->second(state);
        }
        return state.dump();
    } catch (const std::exception& thrown) {
        return upcast_failed(version, thrown.what());
    } catch (...) {
        return upcast_failed(version, "it threw something that is no std::exception");
    }
}

Result<void> fill(const AggregateDescriptor& aggregate, std::string_view text, void* state) {
    json::Document document;
    const auto parsed = document.parse(text, {text.size(), 64, 1'000'000});
    if (!parsed) return parsed.error();
    return codec::fill_payload(*aggregate.state, state, *parsed);
}

}  // namespace

Result<void> fill_state(const AggregateDescriptor& aggregate, const std::map<std::int32_t, Upcaster>& upcasters,
                        const SnapshotRecord& record, void* state) {
    if (record.version == aggregate.state_version) return fill(aggregate, record.state, state);
    if (record.version > aggregate.state_version)
        return failure(ErrorKind::permanent, "snapshot.state_version",
                       "the snapshot's state has version " + std::to_string(record.version) + ", newer than " +
                           std::to_string(aggregate.state_version));
    const auto text = upcast(aggregate.state_version, upcasters, record);
    if (!text) return text.error();
    return fill(aggregate, *text, state);
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
