#include <eventsdk/schema/drift.hpp>

#include "json/document.hpp"
#include "json/text.hpp"
#include "schema/number.hpp"

#include <algorithm>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using json::Value;

constexpr int max_struct_depth = 32;  // of structs in structs and of references

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

class DriftComparison {
public:
    DriftComparison(const Schema& schema, Value root) : schema_{schema}, root_{root} {}

    std::vector<SchemaDifference> take() { return std::move(differences_); }

    void value(const ValueType& described, Value schema, const std::string& pointer, int depth) {
        if (depth > max_struct_depth) return;
        schema = resolve(schema, depth);
        if (!schema.is_object()) return;
        switch (described.kind) {
            case ValueKind::optional: return value(*described.element, schema, pointer, depth + 1);
            case ValueKind::json:
            case ValueKind::foreign: return;
            case ValueKind::object: return object(described, schema, pointer, depth);
            case ValueKind::list: return elements(described, schema, "items", "array", pointer, depth);
            case ValueKind::map: return elements(described, schema, "additionalProperties", "object", pointer, depth);
            case ValueKind::enumeration: return enumeration(described, schema, pointer);
            default: return scalar(described, schema, pointer);
        }
    }

private:
    void drift(const std::string& pointer, const std::string& what, std::string hint) {
        differences_.push_back(
            {pointer,
             (pointer.empty() ? "the payload" : pointer) + " " + what + " (" + std::string{schema_.file()} + ")",
             std::move(hint)});
    }

    /// Follows `$ref`s within the file.
    Value resolve(Value schema, int depth) const {
        for (; depth < max_struct_depth; ++depth) {
            const auto reference = member(schema, "$ref");
            std::string_view text;
            Value target;
            if (!reference || reference->get(text) != simdjson::SUCCESS || !text.starts_with("#/")) return schema;
            if (root_.at_pointer(text.substr(1)).get(target) != simdjson::SUCCESS) return schema;
            schema = target;
        }
        return schema;
    }

    void scalar(const ValueType& described, Value schema, const std::string& pointer) {
        const auto kind = described.kind;
        const bool fits = kind == ValueKind::boolean    ? allows(schema, {"boolean"})
                          : kind == ValueKind::floating ? allows(schema, {"number"})
                          : is_text(kind)               ? allows(schema, {"string"})
                                                        : allows(schema, {"integer", "number"});
        if (!fits) return wrong_type(pointer);
        if (kind == ValueKind::signed_integer || kind == ValueKind::unsigned_integer) range(described, schema, pointer);
    }

    /// A schema with bounds says what to expect; what it allows must then fit into the member.
    void range(const ValueType& described, Value schema, const std::string& pointer) {
        const auto low = member(schema, "minimum");
        const auto high = member(schema, "maximum");
        if (low && low->is_number() && Number{*low} < Number{described.least})
            drift(pointer, "may be " + Number{*low}.to_string() + " by the schema, which the member cannot hold",
                  "take a wider integer type, or raise `minimum`");
        if (high && high->is_number() && Number{*high} > Number{described.greatest})
            drift(pointer, "may be " + Number{*high}.to_string() + " by the schema, which the member cannot hold",
                  "take a wider integer type, or lower `maximum`");
    }

    void wrong_type(const std::string& pointer) {
        drift(pointer, "is of another type in its schema", "change the C++ member's type, or `type` in the schema");
    }

    void enumeration(const ValueType& described, Value schema, const std::string& pointer) {
        scalar(described, schema, pointer);
        const auto names = member(schema, "enum");
        simdjson::dom::array allowed;
        if (!names || names->get(allowed) != simdjson::SUCCESS) return;
        for (const std::string_view name : described.names)
            if (!holds_text(*names, name))
                drift(pointer, "can be \"" + std::string{name} + "\", which `enum` does not allow",
                      "add it to the schema, or take it from EnumTraits");
        for (const Value element : allowed) {
            std::string_view text;
            if (element.get(text) != simdjson::SUCCESS) continue;
            if (std::find(described.names.begin(), described.names.end(), text) == described.names.end())
                drift(pointer, "may be \"" + std::string{text} + "\", which the C++ enumeration does not have",
                      "add it to EnumTraits, or take it from the schema");
        }
    }

    void elements(const ValueType& described, Value schema, std::string_view keyword, std::string_view type,
                  const std::string& pointer, int depth) {
        if (!allows(schema, {type})) return wrong_type(pointer);
        const auto element = member(schema, keyword);
        if (element && element->is_object()) value(*described.element, *element, pointer + "/*", depth + 1);
    }

    void object(const ValueType& described, Value schema, const std::string& pointer, int depth) {
        if (!allows(schema, {"object"})) return wrong_type(pointer);
        required_members(described, schema, pointer);
        for (const FieldDescriptor& field : described.fields) field_of(field, schema, pointer, depth);
    }

    void required_members(const ValueType& described, Value schema, const std::string& pointer) {
        const auto required = member(schema, "required");
        simdjson::dom::array names;
        if (!required || required->get(names) != simdjson::SUCCESS) return;
        for (const Value element : names) {
            std::string_view name;
            if (element.get(name) != simdjson::SUCCESS) continue;
            const auto field = std::find_if(described.fields.begin(), described.fields.end(),
                                            [&](const FieldDescriptor& entry) { return entry.name == name; });
            std::string at = pointer;
            json::append_pointer(at, name);
            if (field == described.fields.end())
                drift(at, "is required by the schema, but the struct does not describe it",
                      "add a field to EventTraits, or take it from `required`");
            else if (field->type->kind == ValueKind::optional)
                drift(at, "is required by the schema, but the struct may leave it out",
                      "make the member non-optional, or take it from `required`");
        }
    }

    void field_of(const FieldDescriptor& field, Value schema, const std::string& pointer, int depth) {
        std::string at = pointer;
        json::append_pointer(at, field.name);
        const auto properties = member(schema, "properties");
        const auto property = properties ? member(*properties, field.name) : std::nullopt;
        if (!property) {
            bool open = true;
            const auto additional = member(schema, "additionalProperties");
            const bool closed = additional && additional->get(open) == simdjson::SUCCESS && !open;
            if (!closed || member(schema, "patternProperties")) return;
            return drift(at, "is described, but the schema allows no member of that name",
                         "add it to `properties`, or take it from EventTraits");
        }
        value(*field.type, *property, at, depth + 1);
        const bool optional = field.type->kind == ValueKind::optional || field.type->kind == ValueKind::json;
        if (optional || field.type->kind == ValueKind::foreign) return;
        const auto required = member(schema, "required");
        if (!required || !holds_text(*required, field.name))
            drift(at, "may be left out by the schema, but the struct needs it",
                  "make the member std::optional, or add it to `required`");
        if (const Value rule = resolve(*property, depth); member(rule, "type") && allows(rule, {"null"}))
            drift(at, "may be null by the schema, but the struct cannot hold null",
                  "make the member std::optional, or take \"null\" from `type`");
    }

    const Schema& schema_;
    Value root_;
    std::vector<SchemaDifference> differences_{};
};

}  // namespace
}  // namespace schema_detail

std::vector<SchemaDifference> compare_description(const ValueType& described, const Schema& schema) {
    json::Document document;
    const auto root = document.parse(schema.text());
    if (!root) return {{"", root.error().message, ""}};
    schema_detail::DriftComparison comparison{schema, *root};
    comparison.value(described, *root, "", 0);
    return comparison.take();
}

std::vector<SchemaDifference> compare_event(const EventDescriptor& descriptor, const SchemaSet& schemas) {
    std::vector<SchemaDifference> differences;
    for (const EventType& type : descriptor.types) {
        const Schema* schema = schemas.find(type.name, type.version);
        if (schema == nullptr) {
            differences.push_back(
                {"", "there is no schema for " + std::string{type.name} + " version " + std::to_string(type.version),
                 "add " + std::string{type.name} + ".v" + std::to_string(type.version) + ".schema.json"});
            continue;
        }
        for (auto& difference : compare_description(*descriptor.payload, *schema))
            differences.push_back(std::move(difference));
    }
    return differences;
}

std::string describe(std::span<const SchemaDifference> differences) {
    std::string lines;
    for (const auto& difference : differences) lines += difference.message + ": " + difference.hint + "\n";
    return lines;
}

EVENTSDK_END_NAMESPACE
