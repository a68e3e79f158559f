#include "catalogue/upcast.hpp"

#include "catalogue/check_payload.hpp"
#include "catalogue/errors.hpp"

#include <nlohmann/json.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {
namespace {

Error failed(const Type& type, std::int32_t version, std::string_view why) {
    return permanent("upcast.failed",
                     "the upcaster of event type " + type_text(type.name, version) + " failed: " + std::string{why});
}

Result<void> run(const Type& type, const Version& version, nlohmann::json& payload) {
    try {
        version.up(payload);
        return {};
    } catch (const std::exception& thrown) {
        return failed(type, version.version, thrown.what());
    } catch (...) {
        return failed(type, version.version, "it threw something that is no std::exception");
    }
}

Result<void> write(const Type& type, const nlohmann::json& payload, std::string& text) {
    try {
        text = payload.dump();
        return {};
    } catch (const std::exception& thrown) {  // text that is not UTF-8
        return failed(type, type.versions.back().version, thrown.what());
    }
}

bool is_unchanged(const Upcaster& up) {
    const auto* function = up.target<void (*)(nlohmann::json&)>();
    return function != nullptr && *function == &unchanged;
}

/// The version at the end of the steps, when none of them changes anything; else null.
const Version* reached_unchanged(const Type& type, std::int32_t version) {
    const Version* reached = type.find(version);
    while (reached != nullptr && reached->up)
        reached = is_unchanged(reached->up) ? type.find(reached->version + 1) : nullptr;
    return reached;
}

Result<void> check_result(const Version& version, const json::Value& payload) {
    if (version.schema == nullptr) return {};
    auto checked = check_payload(*version.schema, payload);
    if (checked) return checked;
    Error error = permanent("upcast.invalid", checked.error().message, "correct the upcaster");
    error.pointer = checked.error().pointer;
    return error;
}

}  // namespace

Result<void> upcast(const Type& type, const CatalogueOptions& options, OpenScratch::Impl& scratch, Opened& out) {
    if (const Version* reached = reached_unchanged(type, out.payload_version); reached != nullptr) {
        out.payload_version = reached->version;
        return check_result(*reached, *scratch.payload);
    }
    nlohmann::json payload = nlohmann::json::parse(scratch.decoded.payload_text(), nullptr, false);
    if (payload.is_discarded()) return failed(type, out.payload_version, "the payload cannot be parsed");
    while (const Version* version = type.find(out.payload_version)) {
        if (!version->up) break;
        if (auto done = run(type, *version, payload); !done) return done;
        ++out.payload_version;
    }
    if (auto written = write(type, payload, scratch.upcast_text); !written) return written;
    auto parsed = scratch.upcast_document.parse(scratch.upcast_text,
                                                {options.max_value_bytes, options.max_depth, options.max_members});
    if (!parsed) return permanent("upcast.invalid", parsed.error().message);
    if (auto checked = check_result(*type.find(out.payload_version), *parsed); !checked) return checked;
    scratch.payload = *parsed;
    scratch.upcast = true;
    return {};
}

}  // namespace catalogue

void unchanged(nlohmann::json& /*payload*/) {}

EVENTSDK_END_NAMESPACE
