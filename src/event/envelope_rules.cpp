#include "event/envelope_rules.hpp"

#include "core/rfc3339.hpp"
#include "core/uuid_text.hpp"
#include "json/text.hpp"

#include <eventsdk/core/trace_context.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

Error unwritable(std::string_view code, std::string message, std::string_view hint) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = std::string{code},
                 .message = std::move(message),
                 .hint = std::string{hint}};
}

/// An integer member, where 3.0 is one as in JSON Schema.
bool integer(const json::Value& value, std::int64_t& out) {
    if (value.get(out) == simdjson::SUCCESS) return true;
    double number = 0;
    if (value.get(number) != simdjson::SUCCESS || std::trunc(number) != number || std::fabs(number) > 0x1p53)
        return false;
    out = static_cast<std::int64_t>(number);
    return true;
}

}  // namespace

Error envelope_error(std::string_view code, std::string_view pointer, std::string message) {
    return Error{.kind = ErrorKind::permanent,
                 .code = std::string{code},
                 .message = std::move(message),
                 .pointer = std::string{pointer}};
}

Result<void> check_writable(const EnvelopeView& envelope) {
    constexpr std::int64_t first = -62'167'219'200'000'000;
    constexpr std::int64_t last = 253'402'300'799'999'999;
    if (envelope.event_id.empty()) return unwritable("envelope.event_id", "the event id is empty", "give a UUID");
    if (envelope.type.empty()) return unwritable("envelope.type", "the event type is empty", "name the type");
    if (envelope.schema_version < 1)
        return unwritable("envelope.schema_version",
                          fmt::format("schema version {} is below 1", envelope.schema_version),
                          "versions count from 1");
    if (envelope.aggregate_id.empty() || envelope.aggregate_id.size() > 255)
        return unwritable("envelope.aggregate_id",
                          fmt::format("the aggregate id has {} bytes", envelope.aggregate_id.size()),
                          "give 1 to 255 bytes");
    if (envelope.revision && *envelope.revision < 0)
        return unwritable("envelope.revision", fmt::format("revision {} is negative", *envelope.revision),
                          "revisions count from 0");
    const std::int64_t time = envelope.occurred_at.time_since_epoch().count();
    if (time < first || time > last)
        return unwritable("envelope.occurred_at", "the time is outside the years 0000 to 9999",
                          "give the time of the event");
    return {};
}

Result<void> check_writable_native(const EnvelopeView& envelope) {
    if (auto checked = check_writable(envelope); !checked) return checked;
    if (is_event_uuid(envelope.event_id)) return {};
    return unwritable(
        "envelope.event_id",
        fmt::format("the event id \"{}\" is no UUID that may name an event", json::printable(envelope.event_id)),
        "give a UUID that is neither nil nor max; UUID v7 by default");
}

bool is_event_uuid(std::string_view text) noexcept {
    std::array<words::Word, 4> digits{};
    if (!uuid_text::read(text, digits)) return false;
    const bool is_nil = (digits[0] | digits[1] | digits[2] | digits[3]) == 0;
    const bool is_max = (digits[0] & digits[1] & digits[2] & digits[3]) == words::each_byte * 0x0f;
    return !is_nil && !is_max;
}

void read_trace_headers(const RecordParts& record, EnvelopeView& envelope) {
    const std::string_view parent = record.header("traceparent").value_or("");
    if (!is_traceparent(parent)) return;
    envelope.traceparent = parent;
    const std::string_view state = record.header("tracestate").value_or("");
    if (is_tracestate(state)) envelope.tracestate = state;
}

void write_trace_headers(const EnvelopeView& envelope, RecordSink& out) {
    if (envelope.traceparent.empty()) return;
    out.header("traceparent", envelope.traceparent);
    if (!envelope.tracestate.empty()) out.header("tracestate", envelope.tracestate);
}

Error MemberReader::missing(std::string_view member) const {
    std::string pointer;
    json::append_pointer(pointer, member);
    return envelope_error("envelope.missing", pointer, fmt::format("\"{}\" is missing from the {}", member, form_));
}

Error MemberReader::bad(std::string_view code, std::string_view member, std::string reason) const {
    std::string pointer;
    json::append_pointer(pointer, member);
    return envelope_error(code, pointer, fmt::format("\"{}\" of the {} {}", member, form_, reason));
}

Result<void> MemberReader::text(std::string_view member, const json::Value& value, std::string_view code,
                                std::string_view& out) const {
    if (value.get(out) != simdjson::SUCCESS) return bad("envelope.wrong_type", member, "is not a string");
    if (out.empty()) return bad(code, member, "is empty");
    return {};
}

Result<void> MemberReader::optional_text(std::string_view member, const json::Value& value,
                                         std::string_view& out) const {
    if (value.is_null() || value.get(out) == simdjson::SUCCESS) return {};
    return bad("envelope.wrong_type", member, "is not a string");
}

Result<void> MemberReader::version(std::string_view member, const json::Value& value, std::int32_t& out) const {
    std::int64_t read = 0;
    if (!value.is_number() || !integer(value, read))
        return bad(value.is_number() ? "envelope.schema_version" : "envelope.wrong_type", member, "is not an integer");
    if (read < 1 || read > std::numeric_limits<std::int32_t>::max())
        return bad("envelope.schema_version", member, fmt::format("is {}, not in 1 to 2147483647", read));
    out = static_cast<std::int32_t>(read);
    return {};
}

Result<void> MemberReader::revision(std::string_view member, const json::Value& value,
                                    std::optional<std::int64_t>& out) const {
    if (value.is_null()) return {};
    std::int64_t read = 0;
    if (!value.is_number()) return bad("envelope.wrong_type", member, "is not an integer");
    if (!integer(value, read) || read < 0)
        return bad("envelope.revision", member, "is not an integer from 0 to 9223372036854775807");
    out = read;
    return {};
}

Result<void> MemberReader::time(std::string_view member, const json::Value& value, Timestamp& out) const {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return bad("envelope.wrong_type", member, "is not a string");
    DateTime parsed;
    if (const char* wrong = rfc3339::read(text, parsed))
        return bad("envelope.occurred_at", member,
                   fmt::format("is \"{}\", no RFC 3339 date-time: {}", json::printable(text), wrong));
    out = parsed.utc;
    return {};
}

Result<void> check_header(const RecordParts& record, std::string_view header, std::string_view body) {
    const auto value = record.header(header);
    if (!value || *value == body) return {};
    return envelope_error("schema.header", "",
                          fmt::format("header \"{}\" says \"{}\", the value says \"{}\"", header,
                                      json::printable(*value), json::printable(body)));
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
