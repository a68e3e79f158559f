#include "event/cloud_event_of_envelope.hpp"

#include "core/base64.hpp"
#include "event/cloud_event_attributes.hpp"
#include "event/envelope_rules.hpp"
#include "event/schema_uri.hpp"
#include "json/raw_members.hpp"

#include <eventsdk/core/time.hpp>

#include <charconv>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

/// Where neither the catalogue nor the event names a bounded context.
constexpr std::string_view unknown_source = "eventsdk";

/// Makes a CloudEvent of an envelope; the texts that it points to are in the scratch.
class FromEnvelope {
public:
    FromEnvelope(const EncodeInput& input, WrittenCloudEvent& scratch) : input_{input}, scratch_{scratch} {}

    Result<void> run() {
        CloudEvent& event = scratch_.event;
        event.reset();
        scratch_.texts_used = 0;
        scratch_.schema.clear();
        const EnvelopeView& envelope = input_.envelope;
        if (auto checked = check_writable(envelope); !checked) return checked;
        event.id = envelope.event_id;
        event.source = envelope.source;
        event.type = envelope.type;
        event.subject = envelope.aggregate_id;
        format_timestamp(envelope.occurred_at, scratch_.time);
        event.time = {scratch_.time.data(), scratch_.time.size()};
        append_schema_uri(scratch_.schema, envelope.type, envelope.schema_version);
        event.dataschema = scratch_.schema;
        if (input_.payload) {
            event.datacontenttype = json_content;
            event.data_kind = CloudData::json;
            event.data = *input_.payload;
        }
        own_extensions(event);
        for (const Extension& each : input_.extensions)
            if (auto added = extension(each, event); !added) return added;
        if (event.source.empty()) event.source = unknown_source;
        return {};
    }

private:
    void own_extensions(CloudEvent& event) {
        const EnvelopeView& envelope = input_.envelope;
        const auto add = [&event](std::string_view name, std::string_view text) {
            if (!text.empty()) event.extensions.push_back({name, text, true});
        };
        add("partitionkey", envelope.aggregate_id);
        event.extensions.push_back({"schemaversion", number(scratch_.version, envelope.schema_version), false});
        if (envelope.revision) add("revision", number(scratch_.revision, *envelope.revision));
        add("correlationid", envelope.correlation_id);
        add("causationid", envelope.causation_id);
        add("traceparent", envelope.traceparent);
        add("tracestate", envelope.tracestate);
    }

    static std::string_view number(std::array<char, 20>& room, std::int64_t value) noexcept {
        const char* end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
        return {room.data(), static_cast<std::size_t>(end - room.data())};
    }

    Result<void> extension(const Extension& given, CloudEvent& event) {
        if (given.json == "null") return {};
        if (given.name == "data_base64") return bytes(given.json, event);
        if (given.name == "subject") return core(event.subject, given.json);
        if (given.name == "dataschema") return core(event.dataschema, given.json);
        if (given.name == "datacontenttype") return core(event.datacontenttype, given.json);
        if (given.name == "source") return event.source.empty() ? core(event.source, given.json) : Result<void>{};
        if (std::string_view unused; core_attribute(given.name, unused, event) != nullptr) {
            Error error =
                cloud_error("attribute_name", given.name, "is an attribute of the envelope, not an extension");
            error.kind = ErrorKind::invalid_argument;
            return error;
        }
        for (CloudExtension& each : event.extensions) {
            if (each.name != given.name) continue;
            each = {given.name, given.json, false};
            return {};
        }
        event.extensions.push_back({given.name, given.json, false});
        return {};
    }

    Result<void> core(std::string_view& place, std::string_view json) {
        std::string& text = scratch_.room();
        json::append_unescaped(text, json);
        place = text;
        return {};
    }

    Result<void> bytes(std::string_view json, CloudEvent& event) {
        auto decoded = base64::decode(json::unescape(json));
        if (!decoded || event.data_kind != CloudData::none) {
            Error error = cloud_error(decoded ? "data_twice" : "data_base64", "data_base64",
                                      decoded ? "stands beside a JSON payload" : "is not base64");
            error.kind = ErrorKind::invalid_argument;
            return error;
        }
        event.data_kind = CloudData::bytes;
        event.data = scratch_.room().assign(*decoded);
        return {};
    }

    const EncodeInput& input_;
    WrittenCloudEvent& scratch_;
};

}  // namespace

Result<void> cloud_event_of(const EncodeInput& input, WrittenCloudEvent& out) { return FromEnvelope{input, out}.run(); }

}  // namespace codec
EVENTSDK_END_NAMESPACE
