#include "event/dynamic_value.hpp"

#include "json/values.hpp"

#include <nlohmann/json.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

bool write(const nlohmann::json& value, json::Writer& out, int depth, Failure& failure);

bool write_list(const nlohmann::json& value, json::Writer& out, int depth, Failure& failure) {
    out.put('[');
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out.put(',');
        if (!write(value[i], out, depth - 1, failure)) return failure.below(i);
    }
    out.put(']');
    return true;
}

bool write_object(const nlohmann::json& value, json::Writer& out, int depth, Failure& failure) {
    out.put('{');
    bool first = true;
    for (const auto& [name, member] : value.get_ref<const nlohmann::json::object_t&>()) {
        if (!first) out.put(',');
        first = false;
        if (!out.string(name)) return failure.here("event.utf8", "has a member whose name is not UTF-8");
        out.put(':');
        if (!write(member, out, depth - 1, failure)) return failure.below(name);
    }
    out.put('}');
    return true;
}

bool write(const nlohmann::json& value, json::Writer& out, int depth, Failure& failure) {
    using Kind = nlohmann::json::value_t;
    if (value.is_structured() && depth == 0) return failure.here("event.too_deep", "is nested too deep");
    switch (value.type()) {
        case Kind::object: return write_object(value, out, depth, failure);
        case Kind::array: return write_list(value, out, depth, failure);
        case Kind::string:
            if (out.string(value.get_ref<const std::string&>())) return true;
            return failure.here("event.utf8", "is not UTF-8");
        case Kind::number_float:
            if (out.number(value.get<double>())) return true;
            return failure.here("event.not_a_number", "is NaN or infinite, which JSON cannot hold");
        case Kind::number_integer: out.integer(value.get<std::int64_t>()); return true;
        case Kind::number_unsigned: out.integer(value.get<std::uint64_t>()); return true;
        case Kind::boolean: out.boolean(value.get<bool>()); return true;
        case Kind::null: out.null(); return true;
        case Kind::binary:
        case Kind::discarded: break;
    }
    return failure.here("event.wrong_type", "is a binary or discarded nlohmann value, which JSON cannot hold");
}

nlohmann::json to_nlohmann(const json::Value& value) {
    using Kind = simdjson::dom::element_type;
    switch (value.type()) {
        case Kind::OBJECT: {
            auto made = nlohmann::json::object();
            for (const auto member : json::object_of(value))
                made.emplace(std::string{member.key}, to_nlohmann(member.value));
            return made;
        }
        case Kind::ARRAY: {
            auto made = nlohmann::json::array();
            for (const auto element : json::array_of(value)) made.push_back(to_nlohmann(element));
            return made;
        }
        case Kind::STRING: return std::string{value.get_string().value_unsafe()};
        case Kind::INT64: {
            const std::int64_t number = value.get_int64().value_unsafe();
            if (number >= 0) return static_cast<std::uint64_t>(number);  // as nlohmann's own parser has it
            return number;
        }
        case Kind::UINT64: return value.get_uint64().value_unsafe();
        case Kind::DOUBLE: return value.get_double().value_unsafe();
        case Kind::BOOL: return value.get_bool().value_unsafe();
        case Kind::NULL_VALUE: break;
    }
    return nullptr;
}

bool fail_foreign(const Error& error, Failure& failure) {
    return failure.here("event.foreign", "was refused by its own nlohmann conversion: " + error.message);
}

}  // namespace

bool encode_dynamic(const ValueType& type, const void* object, json::Writer& out, int depth, Failure& failure) {
    if (type.kind == ValueKind::json) return write(*static_cast<const nlohmann::json*>(object), out, depth, failure);
    nlohmann::json made;
    if (auto done = type.to_json(object, &made); !done) return fail_foreign(done.error(), failure);
    return write(made, out, depth, failure);
}

bool fill_dynamic(const ValueType& type, void* object, const json::Value& value, Failure& failure) {
    nlohmann::json made = to_nlohmann(value);
    if (type.kind == ValueKind::json) {
        *static_cast<nlohmann::json*>(object) = std::move(made);
        return true;
    }
    if (auto done = type.from_json(object, &made); !done) return fail_foreign(done.error(), failure);
    return true;
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
