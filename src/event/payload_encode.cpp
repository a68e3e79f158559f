#include "event/dynamic_value.hpp"
#include "event/failure.hpp"
#include "event/payload.hpp"
#include "json/tape_writer.hpp"
#include "json/writer.hpp"

#include <eventsdk/core/time.hpp>

#include <fmt/format.h>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

constexpr int max_levels = 63;                                   // the envelope around the payload is one more
constexpr std::int64_t least_time = -62'167'219'200'000'000;     // 0000-01-01T00:00:00Z
constexpr std::int64_t greatest_time = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999Z

/// Nothing but the text is wanted.
struct NoTape {
    void open(char) noexcept {}
    void close(char) noexcept {}
    void name(std::string_view) noexcept {}
    void foreign_name(std::string_view) noexcept {}
    void string(std::string_view) noexcept {}
    void integer(std::int64_t) noexcept {}
    void integer(std::uint64_t) noexcept {}
    void number(double) noexcept {}
    void number(float) noexcept {}
    void boolean(bool) noexcept {}
    void null() noexcept {}
    void give_up() noexcept {}
};

/// Writes the text and, value by value, the document that a parser would make of it.
template <class Tape>
class Encoder {
public:
    Encoder(json::Writer& out, Tape& tape, Failure& failure) : out_{out}, tape_{tape}, failure_{failure} {}

    bool value(const ValueType& type, const void* object, int depth) {
        switch (type.kind) {
            case ValueKind::string: return text(*static_cast<const std::string*>(object));
            case ValueKind::object: return enter(depth) && members(type, object, depth - 1);
            case ValueKind::list: return enter(depth) && elements(type, object, depth - 1);
            case ValueKind::map: return enter(depth) && entries(type, object, depth - 1);
            case ValueKind::optional: return optional(type, object, depth);
            case ValueKind::uuid: return uuid(*static_cast<const Uuid*>(object));
            case ValueKind::json:
            case ValueKind::foreign: tape_.give_up(); return encode_dynamic(type, object, out_, depth, failure_);
            default: return scalar(type, object);
        }
    }

private:
    bool enter(int depth) {
        if (depth > 0) return true;
        return failure_.here("event.too_deep", fmt::format("is nested deeper than {} levels", max_levels));
    }

    bool text(std::string_view value) {
        tape_.string(value);
        if (out_.string(value)) return true;
        failure_.here("event.utf8", "is not UTF-8");
        failure_.hint("strings of events are UTF-8; carry bytes as base64 text");
        return false;
    }

    bool uuid(const Uuid& value) {
        char* const room = out_.room(38);
        room[0] = room[37] = '"';
        value.format(std::span<char, 36>{room + 1, 36});
        tape_.string({room + 1, 36});
        return true;
    }

    bool time(std::int64_t microseconds) {
        if (microseconds < least_time || microseconds > greatest_time)
            return failure_.here("event.out_of_range", "is a time outside the years 0000 to 9999");
        char* const room = out_.room(26);
        room[0] = room[25] = '"';
        format_timestamp(Timestamp{std::chrono::microseconds{microseconds}}, std::span<char, 24>{room + 1, 24});
        tape_.string({room + 1, 24});
        return true;
    }

    bool number(const ValueType& type, double value) {
        if (type.single_precision) tape_.number(static_cast<float>(value));
        else tape_.number(value);
        if (type.single_precision ? out_.number(static_cast<float>(value)) : out_.number(value)) return true;
        return failure_.here("event.not_a_number", "is NaN or infinite, which JSON cannot hold");
    }

    template <class Integer>
    bool integer(Integer value) {
        tape_.integer(value);
        out_.integer(value);
        return true;
    }

    bool name(std::string_view value) {
        if (value.empty()) return failure_.here("event.unknown_name", "is an enumerator that EnumTraits does not name");
        return text(value);
    }

    bool scalar(const ValueType& type, const void* object) {
        Scalar loaded;
        type.load(object, loaded);
        switch (type.kind) {
            case ValueKind::boolean: tape_.boolean(loaded.boolean); return out_.boolean(loaded.boolean), true;
            case ValueKind::signed_integer: return integer(loaded.signed_integer);
            case ValueKind::unsigned_integer: return integer(loaded.unsigned_integer);
            case ValueKind::floating: return number(type, loaded.floating);
            case ValueKind::timestamp: return time(loaded.signed_integer);
            default: return name(loaded.string);
        }
    }

    bool optional(const ValueType& type, const void* object, int depth) {
        const void* held = type.at(object, 0);
        if (held != nullptr) return value(*type.element, held, depth);
        tape_.null();
        out_.null();
        return true;
    }

    bool members(const ValueType& type, const void* object, int depth) {
        std::size_t skip = 1;  // the comma of the first member
        out_.put('{');
        tape_.open('{');
        for (const FieldDescriptor& field : type.fields) {
            const ValueType* member_type = field.type;
            const void* member = field.get(object);
            if (member_type->kind == ValueKind::optional) {
                member = member_type->at(member, 0);
                member_type = member_type->element;
                if (member == nullptr) continue;
            }
            out_.raw(field.token.substr(skip));
            tape_.name(field.name);
            skip = 0;
            if (!value(*member_type, member, depth)) return failure_.below(field.name);
        }
        out_.put('}');
        tape_.close('}');
        return true;
    }

    bool elements(const ValueType& type, const void* object, int depth) {
        out_.put('[');
        tape_.open('[');
        const std::size_t count = type.size(object);
        for (std::size_t i = 0; i < count; ++i) {
            if (i > 0) out_.put(',');
            if (!value(*type.element, type.at(object, i), depth)) return failure_.below(i);
        }
        out_.put(']');
        tape_.close(']');
        return true;
    }

    bool entries(const ValueType& type, const void* object, int depth) {
        struct Visit {
            Encoder* self;
            const ValueType* element;
            int depth;
            bool first = true;
            bool good = true;
        } visit{this, type.element, depth};
        out_.put('{');
        tape_.open('{');
        type.each(object, &visit, [](void* context, std::string_view key, const void* element) {
            auto& now = *static_cast<Visit*>(context);
            now.good = now.self->entry(*now.element, key, element, now.depth, now.first);
            now.first = false;
            return now.good;
        });
        out_.put('}');
        tape_.close('}');
        return visit.good;
    }

    bool entry(const ValueType& type, std::string_view key, const void* element, int depth, bool first) {
        if (!first) out_.put(',');
        tape_.foreign_name(key);
        if (!out_.string(key)) return failure_.here("event.utf8", "has a key that is not UTF-8");
        out_.put(':');
        return value(type, element, depth) || failure_.below(key);
    }

    json::Writer& out_;
    Tape& tape_;
    Failure& failure_;
};

template <class Tape>
Result<void> encode(const ValueType& type, const void* object, std::string& out, Tape& tape) {
    json::Writer writer{out};
    Failure failure;
    if (Encoder<Tape>{writer, tape, failure}.value(type, object, max_levels)) return {};
    writer.rollback();
    return std::move(failure).error();
}

}  // namespace

Result<void> encode_payload(const ValueType& type, const void* object, std::string& out) {
    NoTape none;
    return encode(type, object, out, none);
}

Result<void> encode_payload(const ValueType& type, const void* object, std::string& out, json::TapeWriter& tape) {
    tape.start();
    return encode(type, object, out, tape);
}

Result<EventType> wire_type(const EventDescriptor& descriptor, const void* event) {
    const std::size_t index = descriptor.type_of == nullptr ? 0 : descriptor.type_of(event);
    if (index < descriptor.types.size()) return descriptor.types[index];
    Error error{.kind = ErrorKind::permanent, .code = "event.unknown_type"};
    error.message = fmt::format("type_of() gave none of the described types of \"{}\"", descriptor.types.front().name);
    error.hint = "let EventTraits<T>::type_of return a name of EventTraits<T>::types";
    return error;
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
