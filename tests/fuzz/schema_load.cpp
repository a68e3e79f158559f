// Any text is a schema or is refused with a reason; what is a schema answers any value, and both ways of asking agree.
//
// An input is one byte that chooses the dialect, the strictness and the engine, then the schema's text.
#include "require.hpp"

#include <eventsdk/schema/compatibility.hpp>

#include <array>
#include <cstdint>

using namespace eventsdk;

namespace {

constexpr std::array<std::string_view, 8> values{"null",
                                                 "true",
                                                 "-7.5e2",
                                                 "18446744073709551615",
                                                 R"("2026-11-20T12:00:00Z")",
                                                 R"([1,"a",[],{"a":1},1.0])",
                                                 R"({"a":1,"b":[{"a":"x"}],"$ref":"#"})",
                                                 R"({"a":{"a":{"a":{"b":null}}}})"};

SchemaOptions options_of(unsigned choice) {
    constexpr std::array dialects{SchemaDialect::draft_07, SchemaDialect::draft_2019_09, SchemaDialect::draft_2020_12};
    SchemaOptions options;
    options.default_dialect = dialects[choice % dialects.size()];
    options.strict_keywords = (choice & 4U) != 0;
    options.engine = (choice & 24U) == 24 ? SchemaEngine::reference : SchemaEngine::compiled;
    options.limits.max_steps = 20'000;
    return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const SchemaOptions options = options_of(data[0]);
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    const auto schema = SchemaSet::compile(text, options, "Fuzzed.v1.schema.json");
    if (!schema) {
        require(schema.error().kind == ErrorKind::invalid_argument, "kind of the error");
        require(schema.error().code.rfind("schema.load.", 0) == 0, "code of the error");
        require(!schema.error().message.empty(), "text of the error");
        return 0;
    }
    require(schema->text() == text, "the schema's text");
    for (const std::string_view value : values) {
        const auto verdict = schema->validate(value);
        const auto all = schema->validate_all(value, 10);
        require(verdict.has_value() == all.empty(), "validate() and validate_all() disagree");
        if (!verdict) require(verdict.error().code == all.front().code, "they name other rules");
    }
    if (text.size() < 1'000) {
        const auto same = check_compatibility(text, text, {.examples = 5, .schema = options});
        require(same.has_value() || same.error().code.rfind("schema.load.", 0) == 0, "compatibility with itself");
    }
    return 0;
}
