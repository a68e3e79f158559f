#include "core/rfc3339.hpp"
#include "core/uuid_text.hpp"
#include "event/dynamic_value.hpp"
#include "event/failure.hpp"
#include "event/payload.hpp"
#include "json/values.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

using Kind = simdjson::dom::element_type;

std::string_view name_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::ARRAY: return "an array";
        case Kind::OBJECT: return "an object";
        case Kind::INT64:
        case Kind::UINT64: return "an integer";
        case Kind::DOUBLE: return "a number";
        case Kind::STRING: return "a string";
        case Kind::BOOL: return "a boolean";
        case Kind::NULL_VALUE: return "null";
    }
    return "something else";
}

/// Which of up to 128 described members came.
class SeenMembers {
public:
    void add(std::size_t index) noexcept {
        words_[index / 64] |= std::uint64_t{1} << (index % 64);
        ++count_;
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] bool has(std::size_t index) const noexcept {
        return ((words_[index / 64] >> (index % 64)) & 1U) != 0;
    }

private:
    std::array<std::uint64_t, 2> words_{};
    std::size_t count_ = 0;
};

class Filler {
public:
    explicit Filler(Failure& failure) : failure_{failure} {}

    bool value(const ValueType& type, void* object, const json::Value& from) {
        switch (type.kind) {
            case ValueKind::string: return text(*static_cast<std::string*>(object), from);
            case ValueKind::object: return members(type, object, from);
            case ValueKind::list: return elements(type, object, from);
            case ValueKind::map: return entries(type, object, from);
            case ValueKind::optional: return optional(type, object, from);
            case ValueKind::uuid: return uuid(*static_cast<Uuid*>(object), from);
            case ValueKind::signed_integer:
            case ValueKind::unsigned_integer: return integer(type, object, from);
            case ValueKind::floating: return number(type, object, from);
            case ValueKind::timestamp: return time(type, object, from);
            case ValueKind::enumeration: return name(type, object, from);
            case ValueKind::boolean: return boolean(type, object, from);
            case ValueKind::json:
            case ValueKind::foreign: return fill_dynamic(type, object, from, failure_);
        }
        return false;
    }

private:
    bool wrong_type(std::string_view wanted, const json::Value& from) {
        return failure_.here("event.wrong_type",
                             fmt::format("is {} where {} is described", name_of(from.type()), wanted));
    }

    bool text(std::string& object, const json::Value& from) {
        if (!from.is_string()) return wrong_type("a string", from);
        object.assign(json::string_of(from));
        return true;
    }

    bool boolean(const ValueType& type, void* object, const json::Value& from) {
        Scalar scalar;
        if (from.get(scalar.boolean) != simdjson::SUCCESS) return wrong_type("a boolean", from);
        return type.store(object, scalar);
    }

    bool out_of_range(const ValueType& type, const json::Value& from) {
        return failure_.here("event.out_of_range", fmt::format("is {}, beyond {} to {}", simdjson::to_string(from),
                                                               type.least, type.greatest));
    }

    /// Also takes 3.0 for 3, as JSON Schema does.
    bool integer(const ValueType& type, void* object, const json::Value& from) {
        Scalar scalar;
        bool negative = false;
        if (std::int64_t read = 0; from.get(read) == simdjson::SUCCESS) {
            negative = read < 0;
            scalar.signed_integer = read;
            scalar.unsigned_integer = static_cast<std::uint64_t>(read);
        } else if (from.get(scalar.unsigned_integer) == simdjson::SUCCESS) {
            if (type.kind == ValueKind::signed_integer) return out_of_range(type, from);
        } else if (from.get(scalar.floating) == simdjson::SUCCESS) {
            if (std::trunc(scalar.floating) != scalar.floating) return wrong_type("an integer", from);
            if (std::fabs(scalar.floating) > 0x1p53) return out_of_range(type, from);
            negative = scalar.floating < 0;
            scalar.signed_integer = static_cast<std::int64_t>(scalar.floating);
            scalar.unsigned_integer = static_cast<std::uint64_t>(scalar.signed_integer);
        } else {
            return wrong_type("an integer", from);
        }
        if (negative && type.kind == ValueKind::unsigned_integer) return out_of_range(type, from);
        return type.store(object, scalar) || out_of_range(type, from);
    }

    bool number(const ValueType& type, void* object, const json::Value& from) {
        Scalar scalar;
        if (from.get(scalar.floating) != simdjson::SUCCESS) return wrong_type("a number", from);
        if (type.store(object, scalar)) return true;
        return failure_.here("event.out_of_range", fmt::format("is {}, beyond a float", scalar.floating));
    }

    bool time(const ValueType& type, void* object, const json::Value& from) {
        if (!from.is_string()) return wrong_type("a date-time string", from);
        const std::string_view read = json::string_of(from);
        DateTime parsed;
        if (const char* wrong = rfc3339::read(read, parsed))
            return failure_.here("event.time",
                                 fmt::format("is \"{}\", no RFC 3339 date-time: {}", json::printable(read), wrong));
        Scalar scalar;
        scalar.signed_integer = parsed.utc.time_since_epoch().count();
        if (type.store(object, scalar)) return true;
        return failure_.here("event.out_of_range",
                             fmt::format("is {}, beyond its time point type", json::printable(read)));
    }

    bool uuid(Uuid& object, const json::Value& from) {
        if (!from.is_string()) return wrong_type("a UUID string", from);
        const std::string_view read = json::string_of(from);
        if (uuid_text::read_bytes(read, object.bytes)) return true;
        return failure_.here("event.uuid", fmt::format("is \"{}\", no UUID", json::printable(read)));
    }

    bool name(const ValueType& type, void* object, const json::Value& from) {
        Scalar scalar;
        if (from.get(scalar.string) != simdjson::SUCCESS) return wrong_type("a name", from);
        if (type.store(object, scalar)) return true;
        return failure_.here("event.unknown_name", fmt::format("is \"{}\", none of: {}", json::printable(scalar.string),
                                                               fmt::join(type.names, ", ")));
    }

    bool optional(const ValueType& type, void* object, const json::Value& from) {
        if (!from.is_null()) return value(*type.element, type.append(object), from);
        type.clear(object);
        return true;
    }

    bool elements(const ValueType& type, void* object, const json::Value& from) {
        simdjson::dom::array list;
        if (from.get(list) != simdjson::SUCCESS) return wrong_type("an array", from);
        // Elements that are there are filled again, and keep their memory; a foreign type might keep more than that.
        std::size_t have = type.size(object);
        if (have > list.size() || type.element->kind == ValueKind::foreign) {
            type.clear(object);
            have = 0;
        }
        std::size_t index = 0;
        for (const json::Value element : list) {
            void* const place = index < have ? const_cast<void*>(type.at(object, index)) : type.append(object);
            if (!value(*type.element, place, element)) return failure_.below(index);
            ++index;
        }
        return true;
    }

    bool entries(const ValueType& type, void* object, const json::Value& from) {
        simdjson::dom::object map;
        if (from.get(map) != simdjson::SUCCESS) return wrong_type("an object", from);
        type.clear(object);
        for (const auto [key, element] : map)
            if (!value(*type.element, type.insert(object, key), element)) return failure_.below(key);
        return true;
    }

    bool members(const ValueType& type, void* object, const json::Value& from) {
        simdjson::dom::object source;
        if (from.get(source) != simdjson::SUCCESS) return wrong_type("an object", from);
        SeenMembers seen;
        std::size_t next = 0;  // members mostly come in the order of the description
        for (json::tape::Members members{json::tape::Place{source}}; !members.done(); members.next()) {
            const std::size_t index = find(type.fields, members.name(), next);
            if (index == type.fields.size()) continue;
            const FieldDescriptor& field = type.fields[index];
            if (!value(*field.type, field.get_mutable(object), members.value())) return failure_.below(field.name);
            seen.add(index);
            next = index + 1;
        }
        // The document has every name once.
        return seen.count() == type.fields.size() || complete(type, object, seen);
    }

    static std::size_t find(std::span<const FieldDescriptor> fields, std::string_view key, std::size_t next) noexcept {
        for (std::size_t i = next; i < fields.size(); ++i)
            if (is_same(fields[i].name, key)) return i;
        for (std::size_t i = 0; i < next; ++i)
            if (is_same(fields[i].name, key)) return i;
        return fields.size();
    }

    /// As ==, without a call for the names that are 4 to 16 bytes long.
    static bool is_same(std::string_view a, std::string_view b) noexcept {
        if (a.size() != b.size()) return false;
        if (a.size() < 4 || a.size() > 16) return a == b;
        if (a.size() < 8) {
            const std::size_t last_half = a.size() - 4;
            return words::load_half(a.data()) == words::load_half(b.data()) &&
                   words::load_half(a.data() + last_half) == words::load_half(b.data() + last_half);
        }
        const std::size_t last = a.size() - 8;
        return words::load(a.data()) == words::load(b.data()) &&
               words::load(a.data() + last) == words::load(b.data() + last);
    }

    bool complete(const ValueType& type, void* object, const SeenMembers& seen) {
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
            if (seen.has(i)) continue;
            const FieldDescriptor& field = type.fields[i];
            if (field.type->kind != ValueKind::optional) {
                failure_.here("event.missing", "is missing");
                return failure_.below(field.name);
            }
            field.type->clear(field.get_mutable(object));
        }
        return true;
    }

    Failure& failure_;
};

}  // namespace

Result<void> fill_payload(const ValueType& type, void* object, const json::Value& value) {
    Failure failure;
    if (Filler{failure}.value(type, object, value)) return {};
    return std::move(failure).error();
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
