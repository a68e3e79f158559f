#include "event/cloud_event_attributes.hpp"

#include <eventsdk/core/time.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

std::string_view* core_attribute(std::string_view name, std::string_view& specversion, CloudEvent& event) noexcept {
    if (name == "id") return &event.id;
    if (name == "source") return &event.source;
    if (name == "type") return &event.type;
    if (name == "specversion") return &specversion;
    if (name == "subject") return &event.subject;
    if (name == "time") return &event.time;
    if (name == "dataschema") return &event.dataschema;
    if (name == "datacontenttype") return &event.datacontenttype;
    return nullptr;
}

Result<void> check_text(std::string_view name, std::string_view text, bool not_empty) {
    if (not_empty && text.empty()) return cloud_error("empty", name, "is empty");
    if (!is_attribute_text(text))
        return cloud_error("character", name, "holds a control character, a non-character or bytes that are not UTF-8");
    return {};
}

Result<void> check_attributes(std::string_view specversion, const CloudEvent& event) {
    if (specversion.empty()) return cloud_error("missing", "specversion", "is missing");
    if (specversion != "1.0") return cloud_error("specversion", "specversion", "is not 1.0");
    if (event.id.empty()) return cloud_error("missing", "id", "is missing");
    if (event.source.empty()) return cloud_error("missing", "source", "is missing");
    if (event.type.empty()) return cloud_error("missing", "type", "is missing");
    if (!is_uri_reference(event.source)) return cloud_error("source", "source", "is not a URI reference");
    if (!is_uri_reference(event.dataschema)) return cloud_error("dataschema", "dataschema", "is not a URI");
    if (!event.time.empty() && !is_date_time(event.time))
        return cloud_error("time", "time", "is not an RFC 3339 date-time");
    return {};
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
