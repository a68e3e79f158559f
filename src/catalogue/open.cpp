#include "catalogue/check_payload.hpp"
#include "catalogue/errors.hpp"
#include "catalogue/open_scratch.hpp"
#include "catalogue/registry.hpp"
#include "catalogue/upcast.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace {

using catalogue::permanent;

codec::RecordParts parts_of(const ReceivedRecord& record, OpenScratch::Impl& scratch) {
    scratch.headers.clear();
    for (const HeaderView& header : record.headers(scratch.header_views))
        scratch.headers.push_back({header.name, header.value});
    codec::RecordParts parts;
    parts.topic = record.topic;
    parts.partition = record.partition;
    parts.offset = record.offset;
    parts.timestamp = record.timestamp;
    parts.key = record.key;
    parts.value = record.value;
    parts.headers = scratch.headers;
    return parts;
}

/// The schema's pointers are relative to the payload; the record's reader wants them from the value's root.
Error within_payload(Error error, std::string_view payload_member) {
    if (!payload_member.empty()) error.pointer = "/" + std::string{payload_member} + error.pointer;
    return error;
}

Result<void> check(const Schema* schema, const json::Value& payload, std::string_view payload_member) {
    if (schema == nullptr) return {};
    auto checked = catalogue::check_payload(*schema, payload);
    if (!checked) return within_payload(std::move(checked).error(), payload_member);
    return checked;
}

Error no_payload(const catalogue::Type& type) {
    return permanent("schema.no_payload", "an event of type '" + type.name + "' has no JSON payload",
                     "its schema describes one: the publisher must send it");
}

Error unknown_version(const catalogue::Type& type, std::int32_t version) {
    return permanent("schema.unknown_version",
                     "event type " + catalogue::type_text(type.name, version) +
                         " is not in the catalogue; the newest is " + std::to_string(type.versions.back().version),
                     "deploy a reader that knows it, or register an upcaster for an old one; then redrive");
}

const catalogue::Topic* find_topic(const catalogue::Registry& registry, OpenScratch::Impl& scratch,
                                   std::string_view name) {
    if (scratch.topic == nullptr || scratch.topic->name != name) scratch.topic = registry.topic(name);
    return scratch.topic;
}

const catalogue::Type* find_type(const catalogue::Registry& registry, const catalogue::Topic* topic,
                                 OpenScratch::Impl& scratch, std::string_view name) {
    const catalogue::Type* last = scratch.type;
    if (last != nullptr && last->name == name && (topic == nullptr || last->topic == topic)) return last;
    if (topic == nullptr) return scratch.type = registry.type(name);
    const auto found = topic->types.find(name);
    return scratch.type = found == topic->types.end() ? nullptr : found->second;
}

Result<void> open_payload(const CatalogueOptions& options, const catalogue::Type& type, OpenScratch::Impl& scratch,
                          Opened& out) {
    const catalogue::Version* version = type.find(out.envelope.schema_version);
    const catalogue::Version& newest = type.versions.back();
    const bool newer =
        version == nullptr && options.read_newer_versions && out.envelope.schema_version > newest.version;
    if (newer) version = &newest;
    if (version == nullptr) return unknown_version(type, out.envelope.schema_version);
    if (!scratch.payload) return no_payload(type);
    out.payload_version = version->version;
    if (options.validate_on_read || newer)
        if (auto checked = check(version->schema, *scratch.payload, scratch.decoded.payload_member); !checked)
            return checked;
    if (!version->up) return {};
    return catalogue::upcast(type, options, scratch, out);
}

}  // namespace

Result<void> Catalogue::open(const ReceivedRecord& record, OpenScratch& scratch, Opened& out) const {
    OpenScratch::Impl& own = scratch.impl();
    const CatalogueOptions& options = impl_->options();
    own.upcast = false;
    own.payload.reset();
    out = Opened{};
    out.scratch = &scratch;

    const codec::RecordParts parts = parts_of(record, own);
    const codec::DecodeOptions rules{{options.max_value_bytes, options.max_depth, options.max_members},
                                     options.detect_formats};
    if (own.catalogue != impl_) {
        own.catalogue = impl_;
        own.topic = nullptr;
        own.type = nullptr;
    }
    const catalogue::Topic* topic = find_topic(*impl_, own, record.topic);
    auto decoded = topic != nullptr ? codec::decode_record(topic->format, parts, rules, own.decoding, own.decoded)
                                    : codec::decode_any_record(parts, rules, own.decoding, own.decoded);
    if (!decoded) return decoded;
    out.envelope = own.decoded.envelope;
    out.format = own.decoded.format;
    out.tombstone = own.decoded.tombstone;
    out.payload_version = out.envelope.schema_version;
    if (out.tombstone) return {};
    own.payload = own.decoded.payload;
    const catalogue::Type* type = find_type(*impl_, topic, own, out.envelope.type);
    if (type == nullptr) return {};
    out.known = true;
    return open_payload(options, *type, own, out);
}

EVENTSDK_END_NAMESPACE
