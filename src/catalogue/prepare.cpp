#include "catalogue/check_payload.hpp"
#include "catalogue/errors.hpp"
#include "catalogue/record_writer.hpp"
#include "catalogue/registry.hpp"
#include "event/attributes.hpp"
#include "event/payload.hpp"
#include "json/tape_writer.hpp"
#include "schema/check.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using catalogue::permanent;
using catalogue::refuse;

constexpr std::size_t max_aggregate_id_bytes = 255;
constexpr std::size_t max_header_name_bytes = 128;

/// What preparing needs from event to event; one per thread.
struct PrepareScratch {
    std::string payload{};
    json::Document document{};
    json::TapeWriter tape{};
    std::array<char, 36> event_id{};
    std::array<char, 55> traceparent{};
    std::string tracestate{};
    std::vector<codec::Extension> extensions{};
    codec::AttributeTexts attributes{};
};

PrepareScratch& scratch() {
    thread_local PrepareScratch made;
    return made;
}

json::Limits limits_of(const CatalogueOptions& options) {
    return {options.max_value_bytes, options.max_depth, options.max_members};
}

Result<void> check_aggregate_id(std::string_view id) {
    if (!id.empty() && id.size() <= max_aggregate_id_bytes) return {};
    return refuse(
        "envelope.aggregate_id",
        id.empty() ? "the aggregate id is empty" : "the aggregate id has " + std::to_string(id.size()) + " bytes",
        "give 1 to 255 bytes");
}

bool is_header_name(std::string_view name) {
    return !name.empty() && name.size() <= max_header_name_bytes && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

Result<void> check_options(const PublishOptions& options) {
    if (options.revision && *options.revision < 0)
        return refuse("envelope.revision", "PublishOptions::revision is " + std::to_string(*options.revision),
                      "revisions start at 0");
    if (options.partition && *options.partition < 0)
        return refuse("record.partition", "PublishOptions::partition is " + std::to_string(*options.partition),
                      "leave it out to let the key choose");
    for (const Header& header : options.headers)
        if (!is_header_name(header.name))
            return refuse("record.header_name", "a header's name is not [A-Za-z0-9._-]{1,128}", "rename the header");
    return {};
}

/// The payload against its schema.
Result<void> check_payload(const CatalogueOptions& options, const Schema& schema, std::string_view payload) {
    auto parsed = scratch().document.parse(payload, limits_of(options));
    if (!parsed) return std::move(parsed).error();
    return catalogue::check_payload(schema, *parsed);
}

/// The same of an event whose values are on the tape, which spares parsing what was just written. What does not pass is
/// checked as text, for the error.
Result<void> check_event(const CatalogueOptions& options, const Schema& schema, std::string_view payload) {
    const auto limits = limits_of(options);
    if (payload.size() <= limits.max_bytes)
        if (const auto value = scratch().tape.finish(limits); value && schema_detail::check(schema, *value)) return {};
    return check_payload(options, schema, payload);
}

Result<void> encode(Record& out, const catalogue::Topic& topic, const codec::EncodeInput& input,
                    const PublishOptions* options, const CatalogueOptions& limits) {
    catalogue::RecordWriter writer{out};
    if (auto written = topic.format.codec().encode(input, writer); !written) return written;
    if (options != nullptr)
        for (const Header& header : options->headers) writer.header(header);
    writer.finish();
    out.topic.assign(topic.name);
    out.partition = options != nullptr ? options->partition : std::nullopt;
    out.timestamp.reset();
    out.event_id.assign(input.envelope.event_id);
    if (out.value && out.value->size() > limits.max_value_bytes)
        return permanent(codes::record_too_large,
                         "the record's value has " + std::to_string(out.value->size()) + " bytes, more than " +
                             std::to_string(limits.max_value_bytes),
                         "publish a smaller payload, or raise CatalogueOptions::max_value_bytes and the topic's "
                         "max.message.bytes");
    return {};
}

/// The two digits of each byte.
constexpr auto hex_pairs = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {digits[i >> 4U], digits[i & 15U]};
    return pairs;
}();

char* put_hex(char* out, std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) {
        std::memcpy(out, hex_pairs[byte].data(), 2);
        out += 2;
    }
    return out;
}

/// As TraceContext::traceparent(), into memory of the thread.
void trace_into(EnvelopeView& envelope, const TraceContext& trace) {
    PrepareScratch& kept = scratch();
    char* out = kept.traceparent.data();
    *out++ = '0';
    *out++ = '0';
    *out++ = '-';
    out = put_hex(out, trace.trace_id);
    *out++ = '-';
    out = put_hex(out, trace.parent_id);
    *out++ = '-';
    put_hex(out, {&trace.flags, 1});
    kept.tracestate.assign(trace.state);
    envelope.traceparent = {kept.traceparent.data(), kept.traceparent.size()};
    envelope.tracestate = kept.tracestate;
}

void causes_into(EnvelopeView& envelope, const PublishOptions& options, bool start_traces) {
    std::optional<TraceContext> trace;
    if (options.caused_by) {
        const Cause& cause = *options.caused_by;
        envelope.causation_id = cause.event_id;
        envelope.correlation_id = cause.correlation_id.empty() ? cause.event_id : cause.correlation_id;
        if (!options.trace && !cause.traceparent.empty()) {
            trace = TraceContext::parse(cause.traceparent, cause.tracestate);
            if (trace) trace = trace->child();
        }
    }
    if (!options.causation_id.empty()) envelope.causation_id = options.causation_id;
    if (!options.correlation_id.empty()) envelope.correlation_id = options.correlation_id;
    if (options.trace) return trace_into(envelope, *options.trace);
    if (!trace && start_traces) trace = TraceContext::make();
    if (trace) trace_into(envelope, *trace);
}

using Check = Result<void> (*)(const CatalogueOptions& options, const Schema& schema, std::string_view payload);

Result<void> prepare_payload(Record& out, Check check, const CatalogueOptions& limits, const Runtime& runtime,
                             const catalogue::Type& type, const catalogue::Version& version, std::string_view payload,
                             std::span<const codec::Extension> extensions, std::string_view aggregate_id,
                             const PublishOptions& options) {
    if (auto checked = check_aggregate_id(aggregate_id); !checked) return checked;
    if (auto checked = check_options(options); !checked) return checked;
    if (version.schema != nullptr)
        if (auto checked = check(limits, *version.schema, payload); !checked) return checked;
    codec::EncodeInput input;
    input.extensions = extensions;
    EnvelopeView& envelope = input.envelope;
    const Timestamp now = options.occurred_at && options.event_id ? Timestamp{} : runtime.clock->now();
    (options.event_id ? *options.event_id : runtime.ids->next_at(now)).format(scratch().event_id);
    envelope.event_id = {scratch().event_id.data(), scratch().event_id.size()};
    envelope.type = type.name;
    envelope.schema_version = version.version;
    envelope.aggregate_id = aggregate_id;
    envelope.revision = options.revision;
    envelope.occurred_at = options.occurred_at ? *options.occurred_at : now;
    envelope.source = type.source;
    causes_into(envelope, options, limits.start_traces);
    input.payload = payload;
    return encode(out, *type.topic, input, &options, limits);
}

Error unknown_type(std::string_view type) {
    return refuse("catalogue.unknown_type", "event type '" + std::string{type} + "' is not in the catalogue",
                  "register it where the catalogue is loaded");
}

Result<const catalogue::Version*> version_of(const catalogue::Type& type, std::int32_t version) {
    if (const catalogue::Version* found = type.find(version)) return found;
    return refuse("catalogue.unknown_version",
                  "event type " + catalogue::type_text(type.name, version) + " is not in the catalogue",
                  "the newest version there is " + std::to_string(type.versions.back().version));
}

}  // namespace

Result<void> Catalogue::prepare_into(Record& out, const Runtime& runtime, std::string_view aggregate_id,
                                     const EventDescriptor& descriptor, const void* event,
                                     const PublishOptions& options) const {
    const auto* types = impl_->types_of(descriptor);
    if (types == nullptr) return unknown_type(descriptor.types.empty() ? "" : descriptor.types.front().name);
    const std::size_t chosen = descriptor.type_of == nullptr ? 0 : descriptor.type_of(event);
    if (chosen >= types->size())
        return permanent("event.unknown_type", "type_of() named none of the types that the struct is described with",
                         "return one of the names in EventTraits::types");
    const catalogue::Type& type = *(*types)[chosen];
    std::string& payload = scratch().payload;
    payload.clear();
    if (auto encoded = codec::encode_payload(*descriptor.payload, event, payload, scratch().tape); !encoded)
        return encoded;
    auto& attributes = scratch().attributes;
    if (auto encoded = codec::encode_attributes(descriptor, event, attributes); !encoded) return encoded;
    return prepare_payload(out, check_event, impl_->options(), runtime, type, type.versions.back(), payload,
                           attributes.extensions, aggregate_id, options);
}

Result<Record> Catalogue::prepare_json(const Runtime& runtime, std::string_view aggregate_id, std::string_view type,
                                       std::int32_t version, std::string_view payload,
                                       const PublishOptions& options) const {
    const catalogue::Type* known = impl_->type(type);
    if (known == nullptr) return unknown_type(type);
    auto chosen = version_of(*known, version);
    if (!chosen) return std::move(chosen).error();
    Record record;
    if (auto made = prepare_payload(record, check_payload, impl_->options(), runtime, *known, **chosen, payload, {},
                                    aggregate_id, options);
        !made)
        return std::move(made).error();
    return record;
}

Result<Record> Catalogue::prepare_envelope(const Envelope& envelope, std::string_view payload) const {
    const catalogue::Type* known = impl_->type(envelope.type);
    if (known == nullptr) return unknown_type(envelope.type);
    auto version = version_of(*known, envelope.schema_version);
    if (!version) return std::move(version).error();
    if (envelope.event_id.empty())
        return refuse("envelope.event_id", "the envelope has no event id", "give every event an id of its own");
    if (auto checked = check_aggregate_id(envelope.aggregate_id); !checked) return std::move(checked).error();
    if ((*version)->schema != nullptr)
        if (auto checked = check_payload(impl_->options(), *(*version)->schema, payload); !checked)
            return std::move(checked).error();
    codec::EncodeInput input;
    input.envelope =
        EnvelopeView{envelope.event_id,    envelope.type,        envelope.schema_version, envelope.aggregate_id,
                     envelope.revision,    envelope.occurred_at, envelope.correlation_id, envelope.causation_id,
                     envelope.traceparent, envelope.tracestate,  envelope.source};
    if (input.envelope.source.empty()) input.envelope.source = known->source;
    auto& extensions = scratch().extensions;
    extensions.clear();
    for (const auto& [name, json] : envelope.extensions) extensions.push_back({name, json});
    input.extensions = extensions;
    input.payload = payload;
    Record record;
    if (auto made = encode(record, *known->topic, input, nullptr, impl_->options()); !made)
        return std::move(made).error();
    return record;
}

Result<Record> Catalogue::prepare_tombstone(std::string_view topic, std::string_view aggregate_id) const {
    if (auto checked = check_topic_name(topic); !checked) return std::move(checked).error();
    if (auto checked = check_aggregate_id(aggregate_id); !checked) return std::move(checked).error();
    Record record;
    record.topic = topic;
    record.key = aggregate_id;
    return record;
}

EVENTSDK_END_NAMESPACE
