#pragma once

#include <string_view>

/// Where valijson, the reference engine, is wrong: each with a case that shows it. The differential test lets the two
/// engines disagree where one of these can be the reason, and nowhere else; docs/schemas.md names them to users.
struct ReferenceFault {
    std::string_view name;
    std::string_view schema;
    std::string_view value;
    bool valid;  ///< what JSON Schema says, and the compiled engine
    /// May this be why the engines disagree? Texts are compact JSON.
    bool (*explains)(std::string_view schema, std::string_view value);
};

inline bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

inline constexpr ReferenceFault reference_faults[] = {
    {"integers above 2^63-1 are compared as if they were negative", R"({"maximum":10})", "18446744073709551615", false,
     [](std::string_view schema, std::string_view value) {
         return holds(schema, "18446744073709551615") || holds(value, "18446744073709551615");
     }},
    {"floating-point numbers from 2^53 on are never integers", R"({"type":"integer"})", "1e+20", true,
     [](std::string_view schema, std::string_view value) { return holds(schema, "1e+20") || holds(value, "1e+20"); }},
    {"fractions are multiples of whole numbers when their integer part is one", R"({"multipleOf":3})", "0.5", false,
     [](std::string_view schema, std::string_view value) {
         return holds(schema, R"("multipleOf":)") && holds(value, ".5");
     }},
    {"behind $ref the schema around propertyNames takes its place",
     R"({"allOf":[{"$ref":"#/definitions/n"}],"definitions":{"n":{"propertyNames":{"maxLength":1}}}})", R"({"ab":1})",
     false,
     [](std::string_view schema, std::string_view value) {
         return holds(schema, R"("propertyNames":)") && holds(schema, R"("$ref":)") && holds(value, "{");
     }},
    {"multiples of a fraction are computed in binary", R"({"multipleOf":0.1})", "5", true,
     [](std::string_view schema, std::string_view) { return holds(schema, R"("multipleOf":0.1)"); }},
};
