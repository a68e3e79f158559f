#include "core/base64.hpp"
#include "event/cloud_event_attributes.hpp"
#include "event/envelope_writer.hpp"
#include "json/raw_members.hpp"

#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

bool is_scalar(std::string_view json) noexcept {
    return json.starts_with('"') || json == "true" || json == "false" ||
           (!json.empty() && json.find_first_not_of("-0123456789") == std::string_view::npos);
}

/// Same rules as for reading, but what breaks them is the caller's.
Result<void> check_writable_event(const CloudEvent& event) {
    const auto refuse = [](Error error) {
        error.kind = ErrorKind::invalid_argument;
        return error;
    };
    if (auto checked = check_attributes("1.0", event); !checked) return refuse(std::move(checked.error()));
    for (const auto& [name, text] :
         std::array<std::pair<std::string_view, std::string_view>, 5>{{{"id", event.id},
                                                                       {"type", event.type},
                                                                       {"subject", event.subject},
                                                                       {"datacontenttype", event.datacontenttype},
                                                                       {"source", event.source}}})
        if (auto checked = check_text(name, text, false); !checked) return refuse(std::move(checked.error()));
    for (const CloudExtension& each : event.extensions) {
        if (!is_attribute_name(each.name))
            return refuse(cloud_error("attribute_name", each.name, "is not a name of lower-case letters and digits"));
        if (each.is_plain ? !is_attribute_text(each.value) : !is_scalar(each.value))
            return refuse(cloud_error("not_scalar", each.name, "is neither a text nor an integer nor a boolean"));
    }
    return {};
}

/// Calls `put(name, text)` for the attributes that are there, in their fixed order.
template <class Put>
void for_each_attribute(const CloudEvent& event, Put&& put) {
    put("specversion", "1.0");
    put("id", event.id);
    put("source", event.source);
    put("type", event.type);
    if (!event.subject.empty()) put("subject", event.subject);
    if (!event.time.empty()) put("time", event.time);
    if (!event.dataschema.empty()) put("dataschema", event.dataschema);
}

}  // namespace

Result<void> write_structured(const CloudEvent& event, RecordSink& out) {
    if (auto checked = check_writable_event(event); !checked) return checked;
    EnvelopeWriter writer{out.value()};
    for_each_attribute(event, [&writer](std::string_view name, std::string_view text) { writer.text(name, text); });
    if (!event.datacontenttype.empty()) writer.text("datacontenttype", event.datacontenttype);
    for (const CloudExtension& each : event.extensions)
        each.is_plain ? writer.text(each.name, each.value) : writer.raw(each.name, each.value);
    switch (event.data_kind) {
        case CloudData::none: break;
        case CloudData::json: writer.raw("data", event.data); break;
        case CloudData::text: writer.text("data", event.data); break;
        case CloudData::bytes: writer.text("data_base64", base64::encode(event.data)); break;
    }
    out.header("content-type", "application/cloudevents+json; charset=UTF-8");
    return writer.finish();
}

Result<void> write_binary(const CloudEvent& event, RecordSink& out) {
    if (auto checked = check_writable_event(event); !checked) return checked;
    thread_local std::string name;
    thread_local std::string plain;
    const auto put = [&out](std::string_view attribute, std::string_view text) {
        out.header(name.assign("ce_").append(attribute), text);
    };
    for_each_attribute(event, put);
    for (const CloudExtension& each : event.extensions) {
        const bool is_json_string = !each.is_plain && each.value.starts_with('"');
        if (!is_json_string) {
            put(each.name, each.value);
            continue;
        }
        plain.clear();
        json::append_unescaped(plain, each.value);
        put(each.name, plain);
    }
    if (!event.datacontenttype.empty()) {
        out.header("content-type", event.datacontenttype);
    } else if (event.data_kind == CloudData::json) {
        out.header("content-type", "application/json");
    }
    if (event.data_kind != CloudData::none) out.value() = event.data;
    return {};
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
