#include "random_schemas.hpp"
#include "reference_faults.hpp"

#include "support/catch.hpp"
#include "support/kafka_env.hpp"

#include <eventsdk/schema/schema_set.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <iterator>

using namespace eventsdk;

namespace {

bool says_valid(SchemaEngine engine, std::string_view schema, std::string_view value) {
    SchemaOptions options;
    options.engine = engine;
    return SchemaSet::compile(schema, options).value().validate(value).has_value();
}

constexpr std::size_t most_shown = 20;  // differences that are written out

struct Tally {
    std::size_t schemas = 0;
    std::size_t refused = 0;
    std::size_t valid = 0;
    std::size_t invalid = 0;
    std::array<std::size_t, std::size(reference_faults)> faults{};
    std::size_t differences = 0;
};

/// True when a fault of the list explains it.
bool is_known(const std::string& schema, const std::string& value, Tally& tally) {
    const auto* fault = std::find_if(std::begin(reference_faults), std::end(reference_faults),
                                     [&](const ReferenceFault& each) { return each.explains(schema, value); });
    if (fault == std::end(reference_faults)) return false;
    ++tally.faults[static_cast<std::size_t>(fault - std::begin(reference_faults))];
    return true;
}

void compare(std::uint64_t seed, std::size_t values, Tally& tally) {
    RandomSchemas random{seed};
    const std::string text = random.schema().dump();
    SchemaOptions options;
    const auto compiled = SchemaSet::compile(text, options);
    options.engine = SchemaEngine::reference;
    const auto reference = SchemaSet::compile(text, options);
    ++tally.schemas;
    if (!compiled || !reference) {
        ++tally.refused;
        if (compiled.has_value() != reference.has_value())
            FAIL_CHECK("seed " << seed << ": one engine refuses " << text << ": "
                               << (compiled ? reference.error() : compiled.error()).to_string());
        return;
    }
    for (std::size_t i = 0; i < values; ++i) {
        const std::string value = random.value().dump();
        const auto verdict = compiled->validate(value);
        if (verdict.has_value() != reference->validate(value).has_value() && !is_known(text, value, tally) &&
            ++tally.differences <= most_shown)
            FAIL_CHECK("seed " << seed << ": the engines disagree, the compiled one says "
                               << (verdict ? "valid" : verdict.error().message) << "\n  schema " << text << "\n  value "
                               << value);
        ++(verdict ? tally.valid : tally.invalid);
    }
}

}  // namespace

TEST_CASE("each known fault of the reference engine is one", "[schema][unit]") {
    for (const auto& fault : reference_faults) {
        CAPTURE(std::string{fault.name});
        CHECK(says_valid(SchemaEngine::compiled, fault.schema, fault.value) == fault.valid);
        CHECK(says_valid(SchemaEngine::reference, fault.schema, fault.value) != fault.valid);
        CHECK(fault.explains(fault.schema, fault.value));
    }
}

TEST_CASE("the engines agree on random schemas and values, known faults of the reference aside", "[schema][unit]") {
    const std::size_t schemas = test::experiment_size<std::size_t>(1'000, 200'000);
    Tally tally;
    for (std::uint64_t seed = 1; seed <= schemas; ++seed) compare(seed, 20, tally);
    std::cout << "differential: " << tally.schemas << " schemas, " << tally.refused << " refused by both, "
              << tally.valid << " values valid, " << tally.invalid << " invalid\n";
    for (std::size_t i = 0; i < tally.faults.size(); ++i)
        std::cout << "  known fault, " << tally.faults[i] << " times: " << reference_faults[i].name << '\n';
    CHECK(tally.differences == 0);
    // Without both verdicts in numbers the comparison would prove little.
    CHECK(tally.refused < tally.schemas / 4);
    CHECK(tally.valid > tally.schemas);
    CHECK(tally.invalid > tally.schemas);
}
