#include "suite.hpp"

#include "schema/formats.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

using namespace eventsdk;

namespace {

struct Tally {
    std::size_t passed = 0;
    std::size_t refused = 0;
    std::vector<std::string> wrong{};
    std::map<std::string, std::size_t> refusals{};
};

std::string name_of(const suite::Case& test) { return test.file + ": " + test.group + ": " + test.description; }

Tally run(const std::vector<suite::Case>& cases, const SchemaOptions& options) {
    const auto remotes = suite::remotes();
    Tally tally;
    std::string last;
    Result<Schema> schema = Error{};
    for (const auto& test : cases) {
        if (test.schema != last) schema = schema_detail::compile_text(test.schema, options, "schema", remotes);
        last = test.schema;
        if (!schema) {
            ++tally.refused;
            ++tally.refusals[test.file + ": " + test.group + " -> " + schema.error().code + " " +
                             schema.error().message];
            continue;
        }
        const auto verdict = schema->validate(test.data);
        if (verdict.has_value() == test.valid) ++tally.passed;
        else
            tally.wrong.push_back(name_of(test) + " is " + (test.valid ? "valid" : "invalid") + ", says " +
                                  (verdict ? "valid" : verdict.error().to_string()));
        if (schema->validate_all(test.data).empty() != verdict.has_value())
            tally.wrong.push_back(name_of(test) + ": validate_all() disagrees with validate()");
    }
    return tally;
}

void print(const std::string& what, const Tally& tally) {
    std::cout << what << ": " << tally.passed << " passed, " << tally.wrong.size() << " wrong, " << tally.refused
              << " refused at load\n";
    for (const auto& [refusal, count] : tally.refusals) std::cout << "  refused (" << count << "): " << refusal << '\n';
    for (const auto& wrong : tally.wrong) std::cout << "  wrong: " << wrong << '\n';
}

/// What docs/schemas.md says is refused: dialects of one's own, `$recursiveRef` and `$recursiveAnchor`, and with them the
/// meta-schema of 2019-09.
bool is_documented(const std::string& refusal) {
    return refusal.find("schema.load.dialect") != std::string::npos ||
           refusal.find("\"$recursive") != std::string::npos ||
           refusal.find("draft/2019-09/schema") != std::string::npos;
}

SchemaOptions options_for(SchemaDialect dialect, bool formats = true) {
    SchemaOptions options;
    options.default_dialect = dialect;
    options.strict_keywords = false;
    options.check_formats = formats;
    return options;
}

}  // namespace

TEST_CASE("all required cases of the official draft-07 suite pass", "[schema][unit]") {
    const auto tally = run(suite::cases("draft7"), options_for(SchemaDialect::draft_07));
    print("draft-07", tally);
    CHECK(tally.passed >= 400);  // Debian 12's edition has 423, that of 2026 has 913
    CHECK(tally.wrong.empty());
    CHECK(tally.refused == 0);
}

TEST_CASE("all required cases of the official 2019-09 and 2020-12 suites pass, where the edition has them",
          "[schema][unit]") {
    struct Draft {
        const char* folder;
        SchemaDialect dialect;
        std::size_t least;
    };
    for (const Draft& draft : {Draft{"draft2019-09", SchemaDialect::draft_2019_09, 1'100},
                               Draft{"draft2020-12", SchemaDialect::draft_2020_12, 1'200}}) {
        const auto cases = suite::cases(draft.folder);
        // `format` is an annotation there, unless one asks for more.
        const auto tally = run(cases, options_for(draft.dialect, false));
        print(draft.folder, tally);
        CHECK(tally.wrong.empty());
        if (!cases.empty()) CHECK(tally.passed >= draft.least);
        for (const auto& [refusal, count] : tally.refusals) {
            CAPTURE(refusal);
            CHECK(is_documented(refusal));
        }
    }
}

TEST_CASE("the official cases of every format that is enforced pass", "[schema][unit]") {
    for (const std::string draft : {"draft7", "draft2020-12"}) {
        std::vector<suite::Case> cases;
        for (auto& test : suite::cases(draft + "/optional/format"))
            if (schema_detail::find_format(test.file) != nullptr) cases.push_back(std::move(test));
        const auto dialect = draft == "draft7" ? SchemaDialect::draft_07 : SchemaDialect::draft_2020_12;
        const auto tally = run(cases, options_for(dialect));
        print(draft + " formats", tally);
        CHECK(tally.wrong.empty());
        CHECK(tally.refused == 0);
        if (!cases.empty()) CHECK(tally.passed >= 80);
    }
}

TEST_CASE("the official cases of regular expressions pass or are refused at load", "[schema][unit]") {
    const auto tally = run(
        [] {
            std::vector<suite::Case> cases;
            for (auto& test : suite::cases("draft7/optional"))
                if (test.file == "ecmascript-regex") cases.push_back(std::move(test));
            return cases;
        }(),
        options_for(SchemaDialect::draft_07));
    print("draft-07 regular expressions", tally);
    CHECK(tally.wrong.empty());
    CHECK(tally.passed > 0);
}
