#include "event_line.hpp"

namespace cli {
namespace {

using eventsdk::Violation;

Violation without_schema(const eventsdk::SchemaSet& schemas, std::string_view type_name, std::int32_t version) {
    Violation violation;
    const std::string type{type_name};
    if (schemas.versions(type_name).empty()) {
        violation.code = "schema.unknown_type";
        violation.pointer = "/type";
        violation.message = "there is no schema of event type '" + type + "'";
    } else {
        violation.code = "schema.unknown_version";
        violation.pointer = "/schemaVersion";
        violation.message =
            "there is no schema of version " + std::to_string(version) + " of event type '" + type + "'";
    }
    return violation;
}

std::vector<Violation> check(const eventsdk::SchemaSet& schemas, std::string_view type, std::int32_t version,
                             std::optional<std::string_view> payload, std::string_view member) {
    const eventsdk::Schema* schema = schemas.find(type, version);
    if (schema == nullptr) return {without_schema(schemas, type, version)};
    if (!payload) {
        Violation violation;
        violation.code = "schema.no_payload";
        violation.message = "the event has no JSON payload, but its schema describes one";
        return {violation};
    }
    std::vector<Violation> found = schema->validate_all(*payload, 1);
    if (!member.empty())
        for (Violation& each : found) each.pointer = "/" + std::string{member} + each.pointer;
    return found;
}

}  // namespace

Violation violation_of(const eventsdk::Error& error) {
    Violation violation;
    violation.code = error.code;
    violation.pointer = error.pointer;
    violation.message = error.message;
    return violation;
}

std::vector<Violation> check_payload(const eventsdk::SchemaSet& schemas, const eventsdk::codec::Decoded& decoded) {
    std::optional<std::string_view> payload;
    if (decoded.payload) payload = decoded.payload_text();
    return check(schemas, decoded.envelope.type, decoded.envelope.schema_version, payload, decoded.payload_member);
}

std::vector<Violation> check_payload(const eventsdk::SchemaSet& schemas, std::string_view type, std::int32_t version,
                                     std::optional<std::string_view> payload) {
    return check(schemas, type, version, payload, "payload");
}

std::vector<Violation> EventChecker::check(std::string_view event) {
    eventsdk::codec::RecordParts parts;
    parts.value = event;
    eventsdk::codec::DecodeOptions options;
    options.limits.max_bytes = max_bytes_;
    if (auto decoded = eventsdk::codec::decode_any_record(parts, options, scratch_, decoded_); !decoded)
        return {violation_of(decoded.error())};
    return check_payload(schemas_, decoded_);
}

}  // namespace cli
