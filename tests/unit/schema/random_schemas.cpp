#include "random_schemas.hpp"

#include <algorithm>
#include <iterator>

namespace {

using Json = nlohmann::json;

constexpr const char* names[] = {"a", "b", "c", "name", "x1"};
constexpr const char* texts[] = {"",
                                 "a",
                                 "ab",
                                 "A1",
                                 "\xc3\xa9",
                                 "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
                                 "CS-1042",
                                 "2026-11-20T12:00:00Z",
                                 "2026-02-29",
                                 "3f0c7a52-9a53-4d0f-8a7e-0c6a3c1f0b11",
                                 "ada@example.org",
                                 "192.0.2.1"};
constexpr const char* types[] = {"null", "boolean", "integer", "number", "string", "array", "object"};
constexpr const char* patterns[] = {"^a", "b$", "^[A-Z]{2}-[0-9]+$", "(a|b)*", "\\d", "^.{2}$", "[^a]"};
constexpr const char* formats[] = {"date-time", "date", "uuid", "email", "ipv4", "regex", "hostname"};
constexpr const char* ranges[][2] = {
    {"minimum", "maximum"}, {"exclusiveMinimum", "exclusiveMaximum"}, {"minimum", "exclusiveMaximum"}};

}  // namespace

Json RandomSchemas::schema() {
    Json made = subschema(3);
    if (!made.is_object()) made = Json{{"allOf", Json::array({made})}};
    made["definitions"] = {{"one", subschema(2)}, {"two", subschema(1)}};
    return made;
}

Json RandomSchemas::number() {
    switch (below(9)) {
        case 0: return 9007199254740993;
        case 1: return one_in(4) ? Json(18446744073709551615U) : Json(-9007199254740993);
        case 2: return 0.5 * static_cast<double>(below(9)) - 2;
        case 3: return static_cast<double>(below(5));  // 2.0 is an integer too
        case 4: return 1e20;
        default: return static_cast<std::int64_t>(below(13)) - 4;
    }
}

Json RandomSchemas::value(int depth) {
    switch (below(depth > 0 ? 10 : 6)) {
        case 0: return nullptr;
        case 1: return one_in(2);
        case 2:
        case 3: return number();
        case 4:
        case 5: return pick(texts);
        case 6:
        case 7: {
            Json list = Json::array();
            for (auto count = below(5); count > 0; --count) list.push_back(value(depth - 1));
            return list;
        }
        default: {
            Json object = Json::object();
            for (auto count = below(5); count > 0; --count) object[pick(names)] = value(depth - 1);
            return object;
        }
    }
}

Json RandomSchemas::subschema(int depth) {
    constexpr AddRules rules[] = {
        &RandomSchemas::type_rules,   &RandomSchemas::type_rules,   &RandomSchemas::value_rules,
        &RandomSchemas::number_rules, &RandomSchemas::string_rules, &RandomSchemas::array_rules,
        &RandomSchemas::object_rules, &RandomSchemas::object_rules, &RandomSchemas::combinations};
    if (one_in(12)) return one_in(2);
    if (one_in(10)) return Json{{"$ref", one_in(2) ? "#/definitions/one" : "#/definitions/two"}};
    Json made = Json::object();
    for (auto count = 1 + below(3); count > 0; --count) (this->*pick(rules))(made, depth - 1);
    return made;
}

void RandomSchemas::type_rules(Json& out, int) {
    out["type"] = pick(types);
    if (one_in(3) && out["type"] != "null") out["type"] = Json::array({out["type"], "null"});
}

void RandomSchemas::value_rules(Json& out, int) {
    if (one_in(3)) {
        out["const"] = value(2);
        return;
    }
    Json list = Json::array();
    for (auto count = 1 + below(4); count > 0; --count) {
        Json made = value(1);
        if (std::find(list.begin(), list.end(), made) == list.end()) list.push_back(std::move(made));
    }
    out["enum"] = std::move(list);
}

void RandomSchemas::number_rules(Json& out, int) {
    const auto& range = ranges[below(std::size(ranges))];
    if (one_in(2)) out[range[0]] = number();
    if (one_in(2)) out[range[1]] = number();
    if (one_in(4)) out["multipleOf"] = one_in(3) ? Json(0.1) : Json(1 + below(4));
}

void RandomSchemas::string_rules(Json& out, int) {
    if (one_in(3)) out["minLength"] = below(4);
    if (one_in(3)) out["maxLength"] = below(9);
    if (one_in(3)) out["pattern"] = pick(patterns);
    if (one_in(4)) out["format"] = pick(formats);
}

void RandomSchemas::array_rules(Json& out, int depth) {
    if (one_in(3)) out["minItems"] = below(3);
    if (one_in(3)) out["maxItems"] = below(5);
    if (one_in(3)) out["uniqueItems"] = true;
    if (depth <= 0) return;
    if (one_in(3)) out["contains"] = subschema(depth);
    if (one_in(2)) {
        out["items"] = subschema(depth);
    } else if (one_in(2)) {
        out["items"] = Json::array({subschema(depth), subschema(depth)});
        if (one_in(2)) out["additionalItems"] = subschema(depth);
    }
}

Json RandomSchemas::name_list() {
    Json list = Json::array({pick(names)});
    if (Json other = pick(names); other != list[0] && one_in(2)) list.push_back(other);
    return list;
}

void RandomSchemas::object_rules(Json& out, int depth) {
    if (one_in(3)) out["required"] = name_list();
    if (one_in(4)) out["minProperties"] = below(3);
    if (one_in(4)) out["maxProperties"] = below(4);
    if (one_in(5)) out["propertyNames"] = one_in(2) ? Json{{"maxLength", 1}} : Json{{"pattern", "^[a-c]"}};
    if (depth <= 0) return;
    for (auto count = below(4); count > 0; --count) out["properties"][pick(names)] = subschema(depth);
    if (one_in(4)) out["additionalProperties"] = subschema(depth);
    if (one_in(5)) out["dependencies"][pick(names)] = one_in(2) ? name_list() : subschema(depth);
}

void RandomSchemas::combinations(Json& out, int depth) {
    if (depth <= 0) return;
    for (const char* keyword : {"allOf", "anyOf", "oneOf"})
        if (one_in(3)) out[keyword] = Json::array({subschema(depth), subschema(depth)});
    if (one_in(4)) out["not"] = subschema(depth);
    if (!one_in(4)) return;
    out["if"] = subschema(depth);
    if (!one_in(3)) out["then"] = subschema(depth);
    if (!one_in(3)) out["else"] = subschema(depth);
}
