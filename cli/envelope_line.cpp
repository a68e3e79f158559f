#include "envelope_line.hpp"

#include "event/envelope_rules.hpp"
#include "json/raw_members.hpp"
#include "json_object.hpp"
#include "record_line.hpp"

#include <eventsdk/core/time.hpp>

namespace cli {
namespace {

using eventsdk::Result;
using eventsdk::codec::MemberReader;

constexpr MemberReader reader{"native envelope"};

class RecordOf final : public eventsdk::codec::RecordSink {
public:
    explicit RecordOf(eventsdk::Record& record) : record_{record} {}
    void key(std::string_view text) override { record_.key = text; }
    void header(std::string_view name, std::string_view value) override {
        record_.headers.push_back({std::string{name}, std::string{value}});
    }
    std::string& value() override { return record_.value.emplace(); }

private:
    eventsdk::Record& record_;
};

}  // namespace

Result<void> EnvelopeLineReader::read(std::string_view text, Line& out) {
    out = Line{};
    texts_.clear();
    auto parsed = document_.parse(text, {.max_bytes = max_bytes_});
    if (!parsed) return std::move(parsed).error();
    simdjson::dom::object object;
    if (parsed->get(object) != simdjson::SUCCESS)
        return eventsdk::codec::envelope_error("envelope.not_an_object", "", "the line is JSON, but not an object");
    for (const auto [name, value] : object)
        if (auto read = member(name, value, out); !read) return read;
    keep_raw(text, out);
    return {};
}

Result<void> EnvelopeLineReader::member(std::string_view name, const eventsdk::json::Value& value, Line& out) {
    eventsdk::EnvelopeView& envelope = out.envelope;
    if (name == "eventId") return reader.text(name, value, "envelope.event_id", envelope.event_id);
    if (name == "type") return reader.text(name, value, "envelope.type", envelope.type);
    if (name == "schemaVersion") return reader.version(name, value, envelope.schema_version);
    if (name == "aggregateId") return reader.text(name, value, "envelope.aggregate_id", envelope.aggregate_id);
    if (name == "revision") return reader.revision(name, value, envelope.revision);
    if (name == "correlationId") return reader.optional_text(name, value, envelope.correlation_id);
    if (name == "causationId") return reader.optional_text(name, value, envelope.causation_id);
    if (name == "extensions" && !value.is_object()) return reader.bad("envelope.wrong_type", name, "is not an object");
    if (name != "occurredAt") return {};
    out.has_time = true;
    return reader.time(name, value, envelope.occurred_at);
}

/// What goes on as the bytes that it is: the payload, and members that the native envelope does not know.
void EnvelopeLineReader::keep_raw(std::string_view text, Line& out) {
    using eventsdk::json::RawMembers;
    for (RawMembers members{text}; members.next();) {
        if (members.is("payload")) {
            out.payload = members.value();
        } else if (members.is("extensions")) {
            for (RawMembers inner{members.value()}; inner.next();)
                extension(keep(eventsdk::json::unescape(inner.raw_name())), inner.value(), out);
        } else {
            const std::string_view name = keep(eventsdk::json::unescape(members.raw_name()));
            const bool known = name == "eventId" || name == "type" || name == "schemaVersion" ||
                               name == "aggregateId" || name == "revision" || name == "correlationId" ||
                               name == "causationId" || name == "occurredAt";
            if (!known) extension(name, members.value(), out);
        }
    }
}

void EnvelopeLineReader::extension(std::string_view name, std::string_view json, Line& out) {
    eventsdk::EnvelopeView& envelope = out.envelope;
    std::string_view* const place = name == "traceparent"  ? &envelope.traceparent
                                    : name == "tracestate" ? &envelope.tracestate
                                    : name == "source"     ? &envelope.source
                                                           : nullptr;
    if (place != nullptr && json.starts_with('"')) {
        *place = keep(eventsdk::json::unescape(json));
    } else {
        out.extensions.push_back({name, json});
    }
}

Result<eventsdk::Record> encode_line(const eventsdk::EnvelopeFormat& format, const EnvelopeLineReader::Line& line,
                                     std::string_view topic) {
    if (!line.has_time) return reader.missing("occurredAt");
    eventsdk::codec::EncodeInput input;
    input.envelope = line.envelope;
    input.extensions = line.extensions;
    input.payload = line.payload;
    eventsdk::Record record;
    RecordOf sink{record};
    if (auto encoded = format.codec().encode(input, sink); !encoded) return std::move(encoded).error();
    record.topic = topic;
    record.event_id = line.envelope.event_id;
    return record;
}

std::string envelope_json(const eventsdk::codec::Decoded& decoded) {
    const eventsdk::EnvelopeView& envelope = decoded.envelope;
    JsonObject out;
    if (!envelope.event_id.empty()) out.text("eventId", envelope.event_id);
    if (!envelope.type.empty()) out.text("type", envelope.type).integer("schemaVersion", envelope.schema_version);
    out.text("aggregateId", envelope.aggregate_id);
    if (envelope.revision) out.integer("revision", *envelope.revision);
    if (!envelope.type.empty() && envelope.occurred_at != no_timestamp)
        out.text("occurredAt", eventsdk::format_timestamp(envelope.occurred_at));
    if (!envelope.correlation_id.empty()) out.text("correlationId", envelope.correlation_id);
    if (!envelope.causation_id.empty()) out.text("causationId", envelope.causation_id);
    if (decoded.payload) out.raw("payload", on_one_line(decoded.payload_text()));
    JsonObject extensions;
    bool any = false;
    const auto add = [&](std::string_view name, std::string_view json) {
        extensions.raw(name, on_one_line(json));
        any = true;
    };
    if (!envelope.source.empty()) add("source", json_string(envelope.source));
    if (!envelope.traceparent.empty()) add("traceparent", json_string(envelope.traceparent));
    if (!envelope.tracestate.empty()) add("tracestate", json_string(envelope.tracestate));
    for (const auto& each : decoded.extensions) add(each.name, each.json);
    if (any) out.raw("extensions", extensions.done());
    return out.done();
}

}  // namespace cli
