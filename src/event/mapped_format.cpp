#include "core/ascii.hpp"
#include "event/envelope_rules.hpp"
#include "event/envelope_writer.hpp"
#include "event/layout.hpp"
#include "json/raw_members.hpp"
#include "json/tape_edit.hpp"

#include <algorithm>
#include <array>
#include <charconv>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

/// Namespace of the ids that readers make of topic/partition/offset.
constexpr Uuid position_space{
    {0x6b, 0x0f, 0x5e, 0x3a, 0x1d, 0x1c, 0x5c, 0x8e, 0x9a, 0x4e, 0x2f, 0x70, 0x5d, 0x4c, 0x33, 0x11}};

bool is_upper_snake(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return ascii::is_upper(c) || ascii::is_digit(c) || c == '_'; });
}

bool is(std::string_view name, const std::string& member) noexcept { return !member.empty() && name == member; }

Error layout_error(std::string_view layout, std::string_view code, std::string message, std::string hint) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = std::string{code},
                 .message = std::move(message),
                 .hint = std::string{layout} + ": " + hint};
}

}  // namespace

class MappedFormat::Reading {
public:
    Reading(const EnvelopeLayout& layout, const RecordParts& record, Scratch& scratch, Decoded& out)
        : layout_{layout}, reader_{layout.name}, record_{record}, scratch_{scratch}, out_{out} {}

    Result<void> run(const json::Value& body) {
        simdjson::dom::object object;
        if (body.get(object) != simdjson::SUCCESS)
            return envelope_error("envelope.not_an_object", "", "the value is JSON, but not an object");
        for (const auto [name, value] : object)
            if (auto read = member(name, value); !read) return read;
        if (auto filled = complete(); !filled) return filled;
        if (layout_.payload_member.empty()) return take_rest(body), Result<void>{};
        if (others_ > 0) keep_others();
        return {};
    }

private:
    Result<void> member(std::string_view name, const json::Value& value) {
        EnvelopeView& envelope = out_.envelope;
        if (is(name, layout_.id_member)) return reader_.text(name, value, "envelope.event_id", envelope.event_id);
        if (is(name, layout_.type_member)) return type(name, value);
        if (is(name, layout_.version_member)) return reader_.version(name, value, envelope.schema_version);
        if (is(name, layout_.key_member))
            return reader_.text(name, value, "envelope.aggregate_id", envelope.aggregate_id);
        if (is(name, layout_.time_member)) {
            has_time_ = true;
            return reader_.time(name, value, envelope.occurred_at);
        }
        if (is(name, layout_.payload_member)) {
            if (!value.is_object()) return reader_.bad("envelope.wrong_type", name, "is not an object");
            out_.payload = value;
            return {};
        }
        ++others_;
        return {};
    }

    Result<void> type(std::string_view name, const json::Value& value) {
        if (auto read = reader_.text(name, value, "envelope.type", out_.envelope.type); !read) return read;
        if (!layout_.upper_snake_types || is_upper_snake(out_.envelope.type)) return {};
        return reader_.bad("envelope.type", name, "is not in UPPER_SNAKE");
    }

    Result<void> complete() {
        EnvelopeView& envelope = out_.envelope;
        if (envelope.type.empty()) return reader_.missing(layout_.type_member);
        if (envelope.event_id.empty() && !layout_.id_member.empty()) return reader_.missing(layout_.id_member);
        if (envelope.event_id.empty()) envelope.event_id = made_id();
        if (envelope.aggregate_id.empty()) envelope.aggregate_id = record_.key.value_or("");
        if (envelope.aggregate_id.empty() && !layout_.key_member.empty()) return reader_.missing(layout_.key_member);
        if (!has_time_ && !layout_.time_member.empty()) return reader_.missing(layout_.time_member);
        if (!has_time_) envelope.occurred_at = record_.timestamp;
        if (!out_.payload && !layout_.payload_member.empty()) return reader_.missing(layout_.payload_member);
        return headers();
    }

    std::string_view made_id() {
        if (const auto id = record_.header("id"); id && is_event_uuid(*id)) return *id;
        std::string& position = scratch_.room();
        position.append(record_.topic)
            .append("/")
            .append(std::to_string(record_.partition))
            .append("/")
            .append(std::to_string(record_.offset));
        const Uuid made = Uuid::v5(position_space, position);
        position.resize(36);
        made.format(std::span<char, 36>{position.data(), 36});
        return position;
    }

    Result<void> headers() {
        EnvelopeView& envelope = out_.envelope;
        std::int64_t number = 0;
        if (layout_.version_member.empty() && header_number("schema-version", number)) {
            if (number < 1 || number > std::numeric_limits<std::int32_t>::max())
                return envelope_error("envelope.schema_version", "",
                                      "header \"schema-version\" is not in 1 to 2147483647");
            envelope.schema_version = static_cast<std::int32_t>(number);
        }
        if (header_number("revision", number) && number >= 0) envelope.revision = number;
        envelope.correlation_id = record_.header("correlation-id").value_or("");
        envelope.causation_id = record_.header("causation-id").value_or("");
        read_trace_headers(record_, envelope);
        return {};
    }

    bool header_number(std::string_view name, std::int64_t& out) const noexcept {
        const std::string_view text = record_.header(name).value_or("");
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
        return !text.empty() && wrong == std::errc{} && end == text.data() + text.size();
    }

    [[nodiscard]] bool is_own(const json::RawMembers& member) const {
        const std::string_view name = member.raw_name();
        if (name.find('\\') == std::string_view::npos) return is_own(name);
        return is_own(json::unescape(name));
    }
    [[nodiscard]] bool is_own(std::string_view name) const {
        for (const std::string* each : {&layout_.id_member, &layout_.type_member, &layout_.version_member,
                                        &layout_.key_member, &layout_.time_member, &layout_.payload_member})
            if (is(name, *each)) return true;
        return false;
    }

    void keep_others() {
        for (json::RawMembers members{out_.body}; members.next();) {
            if (is_own(members)) continue;
            std::string_view name = members.raw_name();
            if (name.find('\\') != std::string_view::npos) name = scratch_.keep_unescaped(name);
            out_.extensions.push_back({name, members.value()});
        }
    }

    /// The payload is what the envelope leaves: of the document, and of its text.
    void take_rest(const json::Value& body) {
        json::tape::remove_members(json::tape::Place{body}, [this](std::string_view name) { return is_own(name); });
        out_.payload = body;
        std::string& rest = scratch_.room();
        rest += '{';
        for (json::RawMembers members{out_.body}; members.next();) {
            if (is_own(members)) continue;
            if (rest.size() > 1) rest += ',';
            rest.append("\"").append(members.raw_name()).append("\":").append(members.value());
        }
        rest += '}';
        out_.body = rest;
    }

    const EnvelopeLayout& layout_;
    MemberReader reader_;
    const RecordParts& record_;
    Scratch& scratch_;
    Decoded& out_;
    bool has_time_ = false;
    unsigned others_ = 0;
};

class MappedFormat::Writing {
public:
    Writing(const EnvelopeLayout& layout, const EncodeInput& event, std::string& out)
        : layout_{layout}, event_{event}, writer_{out} {}

    Result<void> run(std::span<const std::string> order) {
        for (const std::string& name : order) {
            if (!role(name)) extension(name);
        }
        for (const Extension& each : event_.extensions)
            if (std::find(order.begin(), order.end(), each.name) == order.end()) writer_.extension(each);
        if (layout_.payload_member.empty()) {
            writer_.members_of(*event_.payload);
        } else if (std::find(order.begin(), order.end(), layout_.payload_member) == order.end()) {
            writer_.raw(layout_.payload_member, *event_.payload);
        }
        return writer_.finish();
    }

private:
    bool role(std::string_view name) {
        const EnvelopeView& envelope = event_.envelope;
        if (is(name, layout_.id_member)) return writer_.text(name, envelope.event_id), true;
        if (is(name, layout_.type_member)) return writer_.text(name, envelope.type), true;
        if (is(name, layout_.version_member)) return writer_.integer(name, envelope.schema_version), true;
        if (is(name, layout_.key_member)) return writer_.text(name, envelope.aggregate_id), true;
        if (is(name, layout_.time_member)) return writer_.time(name, envelope.occurred_at), true;
        if (is(name, layout_.payload_member)) return writer_.raw(name, *event_.payload), true;
        return false;
    }

    void extension(std::string_view name) {
        for (const Extension& each : event_.extensions)
            if (each.name == name) return writer_.extension(each);
    }

    const EnvelopeLayout& layout_;
    const EncodeInput& event_;
    EnvelopeWriter writer_;
};

namespace {

/// Names that would occur twice in the object.
Result<void> check_collisions(const EnvelopeLayout& layout, const EncodeInput& event) {
    const auto is_taken = [&layout](const auto& same) {
        for (const std::string* each : {&layout.id_member, &layout.type_member, &layout.version_member,
                                        &layout.key_member, &layout.time_member, &layout.payload_member})
            if (!each->empty() && same(*each)) return true;
        return false;
    };
    const auto refuse = [&layout](std::string_view name) {
        return layout_error(layout.name, "envelope.collision",
                            "\"" + std::string{name} + "\" is a member of the envelope",
                            "rename that member of the payload or extension");
    };
    for (const Extension& each : event.extensions)
        if (is_taken([&each](const std::string& member) { return each.name == member; })) return refuse(each.name);
    if (!layout.payload_member.empty()) return {};
    for (json::RawMembers members{*event.payload}; members.next();) {
        if (is_taken([&members](const std::string& member) { return members.is(member); }))
            return refuse(members.raw_name());
        for (const Extension& each : event.extensions)
            if (members.is(each.name)) return refuse(each.name);
    }
    return {};
}

void write_number_header(std::string_view name, std::int64_t value, RecordSink& out) {
    std::array<char, 20> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.header(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void write_headers(const EnvelopeLayout& layout, const EnvelopeView& envelope, RecordSink& out) {
    if (layout.id_member.empty()) out.header("id", envelope.event_id);
    if (layout.version_member.empty() && envelope.schema_version != 1)
        write_number_header("schema-version", envelope.schema_version, out);
    out.header("content-type", "application/json");
    if (envelope.revision) write_number_header("revision", *envelope.revision, out);
    if (!envelope.correlation_id.empty()) out.header("correlation-id", envelope.correlation_id);
    if (!envelope.causation_id.empty()) out.header("causation-id", envelope.causation_id);
    write_trace_headers(envelope, out);
}

}  // namespace

Result<void> MappedFormat::encode(const EncodeInput& event, RecordSink& out) const {
    if (auto checked = check_writable(event.envelope); !checked) return checked;
    if (!event.payload || !event.payload->starts_with('{'))
        return layout_error(name(), "envelope.payload", "the payload is not a JSON object",
                            "layouts carry objects only");
    if (layout_.upper_snake_types && !is_upper_snake(event.envelope.type))
        return layout_error(name(), "envelope.type",
                            "event type \"" + std::string{event.envelope.type} + "\" is not in UPPER_SNAKE",
                            "name it like EXECUTION_FAILED");
    if (auto checked = check_collisions(layout_, event); !checked) return checked;
    out.key(event.envelope.aggregate_id);
    if (auto written = Writing{layout_, event, out.value()}.run(order_); !written) return written;
    write_headers(layout_, event.envelope, out);
    return {};
}

Result<void> MappedFormat::decode(const RecordParts& record, const json::Value* body, const DecodeOptions&,
                                  Scratch& scratch, Decoded& out) const {
    out.format = name();
    out.payload_member = layout_.payload_member;
    return Reading{layout_, record, scratch, out}.run(*body);
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
