#include "event/envelope_rules.hpp"
#include "event/envelope_writer.hpp"
#include "json/raw_members.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

constexpr MemberReader reader{"native envelope"};

enum Member : unsigned {
    event_id = 1,
    type = 2,
    schema_version = 4,
    aggregate_id = 8,
    occurred_at = 16,
    payload = 32,
};

struct RequiredMember {
    Member member;
    std::string_view name;
};
constexpr std::array<RequiredMember, 6> required{{{event_id, "eventId"},
                                                  {type, "type"},
                                                  {schema_version, "schemaVersion"},
                                                  {aggregate_id, "aggregateId"},
                                                  {occurred_at, "occurredAt"},
                                                  {payload, "payload"}}};

/// Compares with a name whose length the compiler knows: a few words, no call.
template <std::size_t Size>
bool is(std::string_view name, const char (&known)[Size]) noexcept {
    return name.size() == Size - 1 && std::memcmp(name.data(), known, Size - 1) == 0;
}

class Reading {
public:
    Reading(const json::Value& body, Scratch& scratch, Decoded& out) : body_{body}, scratch_{scratch}, out_{out} {}

    Result<void> run() {
        simdjson::dom::object object;
        if (body_.get(object) != simdjson::SUCCESS)
            return envelope_error("envelope.not_an_object", "", "the value is JSON, but not an object");
        for (const auto [name, value] : object)
            if (auto read = member(name, value); !read) return read;
        for (const auto& each : required)
            if ((seen_ & each.member) == 0) return reader.missing(each.name);
        if (others_ > 0) keep_others();
        return {};
    }

private:
    Result<void> member(std::string_view name, const json::Value& value) {
        EnvelopeView& envelope = out_.envelope;
        if (takes("eventId", event_id, name)) return id(value);
        if (takes("type", type, name)) return reader.text(name, value, "envelope.type", envelope.type);
        if (takes("schemaVersion", schema_version, name)) return reader.version(name, value, envelope.schema_version);
        if (takes("aggregateId", aggregate_id, name))
            return reader.text(name, value, "envelope.aggregate_id", envelope.aggregate_id);
        if (is(name, "revision")) return reader.revision(name, value, envelope.revision);
        if (takes("occurredAt", occurred_at, name)) return reader.time(name, value, envelope.occurred_at);
        if (is(name, "correlationId")) return reader.optional_text(name, value, envelope.correlation_id);
        if (is(name, "causationId")) return reader.optional_text(name, value, envelope.causation_id);
        if (takes("payload", payload, name)) return take_payload(value);
        ++others_;
        return {};
    }

    template <std::size_t Size>
    bool takes(const char (&known)[Size], Member member, std::string_view name) noexcept {
        if (!is(name, known)) return false;
        seen_ |= member;
        return true;
    }

    Result<void> id(const json::Value& value) {
        if (auto read = reader.text("eventId", value, "envelope.event_id", out_.envelope.event_id); !read) return read;
        if (is_event_uuid(out_.envelope.event_id)) return {};
        return reader.bad("envelope.event_id", "eventId", "is no UUID that may name an event");
    }

    Result<void> take_payload(const json::Value& value) {
        if (!value.is_object()) return reader.bad("envelope.wrong_type", "payload", "is not an object");
        out_.payload = value;
        return {};
    }

    /// Members of later versions of the envelope, and attributes of other formats; those of `extensions` win.
    void keep_others() {
        const std::string_view nested = json::raw_member(out_.body, "extensions");
        auto& taken = scratch_.names;
        taken.assign(1, "extensions");
        if (nested.starts_with('{')) {
            for (json::RawMembers inner{nested}; inner.next();) keep(inner);
            for (const Extension& each : out_.extensions) taken.push_back(each.name);
        }
        std::sort(taken.begin(), taken.end());
        for (json::RawMembers members{out_.body}; members.next();) {
            const std::string_view name = plain_name(members);
            if (!is_known(name) && !std::binary_search(taken.begin(), taken.end(), name))
                out_.extensions.push_back({name, members.value()});
        }
    }

    std::string_view plain_name(const json::RawMembers& member) {
        const std::string_view name = member.raw_name();
        return name.find('\\') == std::string_view::npos ? name : scratch_.keep_unescaped(name);
    }

    void keep(const json::RawMembers& member) { out_.extensions.push_back({plain_name(member), member.value()}); }

    static bool is_known(std::string_view name) {
        for (const auto& each : required)
            if (each.name == name) return true;
        return name == "revision" || name == "correlationId" || name == "causationId";
    }

    const json::Value& body_;
    Scratch& scratch_;
    Decoded& out_;
    unsigned seen_ = 0;
    unsigned others_ = 0;
};

Result<void> check_headers(const RecordParts& record, const EnvelopeView& envelope) {
    if (const auto id = record.header("id");
        id && *id != envelope.event_id && Uuid::parse(*id) != Uuid::parse(envelope.event_id))
        if (auto same = check_header(record, "id", envelope.event_id); !same) return same;
    if (auto same = check_header(record, "event-type", envelope.type); !same) return same;
    std::array<char, 12> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), envelope.schema_version).ptr;
    return check_header(record, "schema-version", {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

class NativeFormat final : public EnvelopeFormat::Codec {
public:
    std::string_view name() const noexcept override { return "native"; }

    bool recognises(const json::Value& body) const noexcept override {
        simdjson::dom::object object;
        if (body.get(object) != simdjson::SUCCESS) return false;
        auto first = object.begin();
        if (object.size() > 2 && first.key() == "eventId" && (++first).key() == "type") return true;  // as written here
        for (const std::string_view name : {"eventId", "schemaVersion", "aggregateId", "payload"})
            if (object.at_key(name).error() != simdjson::SUCCESS) return false;
        return true;
    }

    Result<void> encode(const EncodeInput& event, RecordSink& out) const override {
        const EnvelopeView& envelope = event.envelope;
        if (auto checked = check_writable_native(envelope); !checked) return checked;
        if (!event.payload || !event.payload->starts_with('{'))
            return Error{.kind = ErrorKind::invalid_argument,
                         .code = "envelope.payload",
                         .message = "the payload is not a JSON object",
                         .hint = "the native envelope carries objects only"};
        EnvelopeWriter writer{out.value()};
        writer.text("eventId", envelope.event_id);
        writer.text("type", envelope.type);
        writer.integer("schemaVersion", envelope.schema_version);
        writer.text("aggregateId", envelope.aggregate_id);
        if (envelope.revision) writer.integer("revision", *envelope.revision);
        writer.time("occurredAt", envelope.occurred_at);
        if (!envelope.correlation_id.empty()) writer.text("correlationId", envelope.correlation_id);
        if (!envelope.causation_id.empty()) writer.text("causationId", envelope.causation_id);
        if (!event.extensions.empty()) writer.object("extensions", event.extensions);
        writer.raw("payload", *event.payload);
        if (auto done = writer.finish(); !done) return done;
        write_headers(envelope, out);
        return {};
    }

    Result<void> decode(const RecordParts& record, const json::Value* body, const DecodeOptions&, Scratch& scratch,
                        Decoded& out) const override {
        out.format = name();
        out.payload_member = "payload";
        if (auto read = Reading{*body, scratch, out}.run(); !read) return read;
        read_trace_headers(record, out.envelope);
        return check_headers(record, out.envelope);
    }

private:
    static void write_headers(const EnvelopeView& envelope, RecordSink& out) {
        std::array<char, 12> digits{};
        const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), envelope.schema_version).ptr;
        out.key(envelope.aggregate_id);
        out.header("id", envelope.event_id);
        out.header("event-type", envelope.type);
        out.header("schema-version", {digits.data(), static_cast<std::size_t>(end - digits.data())});
        out.header("content-type", "application/json");
        write_trace_headers(envelope, out);
    }
};

}  // namespace
}  // namespace codec

EnvelopeFormat EnvelopeFormat::native() {
    static const auto codec = std::make_shared<const codec::NativeFormat>();
    return EnvelopeFormat{codec};
}

EVENTSDK_END_NAMESPACE
