#include "event_line.hpp"

namespace cli {
namespace {

using eventsdk::Violation;

Violation without_schema(const eventsdk::SchemaSet& schemas, const eventsdk::EnvelopeView& envelope) {
    Violation violation;
    const std::string type{envelope.type};
    if (schemas.versions(envelope.type).empty()) {
        violation.code = "schema.unknown_type";
        violation.pointer = "/type";
        violation.message = "there is no schema of event type '" + type + "'";
    } else {
        violation.code = "schema.unknown_version";
        violation.pointer = "/schemaVersion";
        violation.message = "there is no schema of version " + std::to_string(envelope.schema_version) +
                            " of event type '" + type + "'";
    }
    return violation;
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
    const eventsdk::Schema* schema = schemas.find(decoded.envelope.type, decoded.envelope.schema_version);
    if (schema == nullptr) return {without_schema(schemas, decoded.envelope)};
    if (!decoded.payload) {
        Violation violation;
        violation.code = "schema.no_payload";
        violation.message = "the event has no JSON payload, but its schema describes one";
        return {violation};
    }
    std::vector<Violation> found = schema->validate_all(decoded.payload_text(), 1);
    if (!decoded.payload_member.empty())
        for (Violation& each : found) each.pointer = "/" + std::string{decoded.payload_member} + each.pointer;
    return found;
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
