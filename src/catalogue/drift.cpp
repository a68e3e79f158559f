#include "catalogue/drift.hpp"

#include "catalogue/errors.hpp"
#include "json/document.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {
namespace {

using json::Value;

constexpr int max_depth = 32;  // of structs in structs and of references

std::optional<Value> member(Value object, std::string_view name) {
    Value found;
    if (!object.is_object() || object.at_key(name).get(found) != simdjson::SUCCESS) return {};
    return found;
}

bool holds_text(Value array, std::string_view text) {
    simdjson::dom::array elements;
    if (array.get(elements) != simdjson::SUCCESS) return false;
    for (const Value element : elements) {
        std::string_view found;
        if (element.get(found) == simdjson::SUCCESS && found == text) return true;
    }
    return false;
}

/// True when `type` is absent or lists one of the names.
bool allows(Value schema, std::initializer_list<std::string_view> names) {
    const auto type = member(schema, "type");
    if (!type) return true;
    std::string_view single;
    if (type->get(single) == simdjson::SUCCESS) return std::find(names.begin(), names.end(), single) != names.end();
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return holds_text(*type, name); });
}

bool is_text(ValueKind kind) {
    return kind == ValueKind::string || kind == ValueKind::timestamp || kind == ValueKind::uuid ||
           kind == ValueKind::enumeration;
}

class Comparison {
public:
    Comparison(std::string_view type, const Schema& schema, Value root) : type_{type}, schema_{schema}, root_{root} {}

    Result<void> value(const ValueType& described, Value schema, const std::string& pointer, int depth) {
        if (depth > max_depth) return {};
        schema = resolve(schema, depth);
        if (!schema.is_object()) return {};
        switch (described.kind) {
            case ValueKind::optional: return value(*described.element, schema, pointer, depth + 1);
            case ValueKind::json:
            case ValueKind::foreign: return {};
            case ValueKind::object: return object(described, schema, pointer, depth);
            case ValueKind::list: return elements(described, schema, "items", "array", pointer, depth);
            case ValueKind::map: return elements(described, schema, "additionalProperties", "object", pointer, depth);
            case ValueKind::enumeration: return enumeration(described, schema, pointer);
            default: return scalar(described.kind, schema, pointer);
        }
    }

private:
    Error drift(const std::string& pointer, const std::string& what, std::string hint) const {
        Error error = refuse("catalogue.drift",
                             "event type '" + std::string{type_} + "': " + (pointer.empty() ? "the payload" : pointer) +
                                 " " + what + " (" + std::string{schema_.file()} + ")",
                             std::move(hint));
        error.pointer = pointer;
        return error;
    }

    /// Follows `$ref`s within the file.
    Value resolve(Value schema, int depth) const {
        for (; depth < max_depth; ++depth) {
            const auto reference = member(schema, "$ref");
            std::string_view text;
            Value target;
            if (!reference || reference->get(text) != simdjson::SUCCESS || !text.starts_with("#/")) return schema;
            if (root_.at_pointer(text.substr(1)).get(target) != simdjson::SUCCESS) return schema;
            schema = target;
        }
        return schema;
    }

    Result<void> scalar(ValueKind kind, Value schema, const std::string& pointer) const {
        const bool fits = kind == ValueKind::boolean    ? allows(schema, {"boolean"})
                          : kind == ValueKind::floating ? allows(schema, {"number"})
                          : is_text(kind)               ? allows(schema, {"string"})
                                                        : allows(schema, {"integer", "number"});
        return fits ? Result<void>{} : wrong_type(pointer);
    }

    Result<void> wrong_type(const std::string& pointer) const {
        return drift(pointer, "is of another type in its schema",
                     "change the C++ member's type, or `type` in the schema");
    }

    Result<void> enumeration(const ValueType& described, Value schema, const std::string& pointer) const {
        if (auto fits = scalar(described.kind, schema, pointer); !fits) return fits;
        const auto names = member(schema, "enum");
        simdjson::dom::array allowed;
        if (!names || names->get(allowed) != simdjson::SUCCESS) return {};
        for (const std::string_view name : described.names)
            if (!holds_text(*names, name))
                return drift(pointer, "can be \"" + std::string{name} + "\", which `enum` does not allow",
                             "add it to the schema, or take it from EnumTraits");
        for (const Value element : allowed) {
            std::string_view text;
            if (element.get(text) != simdjson::SUCCESS) continue;
            if (std::find(described.names.begin(), described.names.end(), text) == described.names.end())
                return drift(pointer, "may be \"" + std::string{text} + "\", which the C++ enumeration does not have",
                             "add it to EnumTraits, or take it from the schema");
        }
        return {};
    }

    Result<void> elements(const ValueType& described, Value schema, std::string_view keyword, std::string_view type,
                          const std::string& pointer, int depth) {
        if (!allows(schema, {type})) return wrong_type(pointer);
        const auto element = member(schema, keyword);
        if (!element || !element->is_object()) return {};
        return value(*described.element, *element, pointer + "/*", depth + 1);
    }

    Result<void> object(const ValueType& described, Value schema, const std::string& pointer, int depth) {
        if (!allows(schema, {"object"})) return wrong_type(pointer);
        if (auto known = required_members(described, schema, pointer); !known) return known;
        for (const FieldDescriptor& field : described.fields)
            if (auto fits = field_of(field, schema, pointer, depth); !fits) return fits;
        return {};
    }

    Result<void> required_members(const ValueType& described, Value schema, const std::string& pointer) const {
        const auto required = member(schema, "required");
        simdjson::dom::array names;
        if (!required || required->get(names) != simdjson::SUCCESS) return {};
        for (const Value element : names) {
            std::string_view name;
            if (element.get(name) != simdjson::SUCCESS) continue;
            const auto field = std::find_if(described.fields.begin(), described.fields.end(),
                                            [&](const FieldDescriptor& entry) { return entry.name == name; });
            std::string at = pointer;
            json::append_pointer(at, name);
            if (field == described.fields.end())
                return drift(at, "is required by the schema, but the struct does not describe it",
                             "add a field to EventTraits, or take it from `required`");
            if (field->type->kind == ValueKind::optional)
                return drift(at, "is required by the schema, but the struct may leave it out",
                             "make the member non-optional, or take it from `required`");
        }
        return {};
    }

    Result<void> field_of(const FieldDescriptor& field, Value schema, const std::string& pointer, int depth) {
        std::string at = pointer;
        json::append_pointer(at, field.name);
        const auto properties = member(schema, "properties");
        const auto property = properties ? member(*properties, field.name) : std::nullopt;
        if (!property) {
            bool open = true;
            const auto additional = member(schema, "additionalProperties");
            const bool closed = additional && additional->get(open) == simdjson::SUCCESS && !open;
            if (!closed || member(schema, "patternProperties")) return {};
            return drift(at, "is described, but the schema allows no member of that name",
                         "add it to `properties`, or take it from EventTraits");
        }
        if (auto fits = value(*field.type, *property, at, depth + 1); !fits) return fits;
        const bool optional = field.type->kind == ValueKind::optional || field.type->kind == ValueKind::json;
        if (optional || field.type->kind == ValueKind::foreign) return {};
        const auto required = member(schema, "required");
        if (!required || !holds_text(*required, field.name))
            return drift(at, "may be left out by the schema, but the struct needs it",
                         "make the member std::optional, or add it to `required`");
        if (const Value rule = resolve(*property, depth); member(rule, "type") && allows(rule, {"null"}))
            return drift(at, "may be null by the schema, but the struct cannot hold null",
                         "make the member std::optional, or take \"null\" from `type`");
        return {};
    }

    std::string_view type_;
    const Schema& schema_;
    Value root_;
};

}  // namespace

Result<void> check_drift(const EventDescriptor& descriptor, std::string_view type, const Schema& schema) {
    json::Document document;
    const auto root = document.parse(schema.text());
    if (!root) return root.error();
    return Comparison{type, schema, *root}.value(*descriptor.payload, *root, "", 0);
}

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
