// The only file that includes valijson.
#include "schema/reference.hpp"

#include "json/document.hpp"
#include "json/text.hpp"
#include "json/values.hpp"
#include "schema/formats.hpp"
#include "schema/keywords.hpp"
#include "schema/meta_schemas.hpp"
#include "schema/number.hpp"
#include "schema/pattern.hpp"
#include "schema/sources.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/adapters/std_string_adapter.hpp>
#include <valijson/constraint_builder.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <map>

#if !defined(VALIJSON_USE_EXCEPTIONS) || !VALIJSON_USE_EXCEPTIONS
#  error "without exceptions valijson aborts the process"
#endif

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Json = nlohmann::json;
using Patterns = std::map<std::string, std::unique_ptr<Pattern>, std::less<>>;

constexpr const char* own_pattern = "eventsdk-pattern";
constexpr const char* own_format = "eventsdk-format";

Json to_nlohmann(const json::Value& value) {
    using simdjson::dom::element_type;
    switch (value.type()) {
        case element_type::NULL_VALUE: return nullptr;
        case element_type::BOOL: return value.get_bool().value_unsafe();
        case element_type::STRING: return std::string{json::string_of(value)};
        case element_type::INT64: return value.get_int64().value_unsafe();
        case element_type::UINT64: return value.get_uint64().value_unsafe();
        case element_type::DOUBLE: {
            constexpr double exact = 9007199254740992.0;
            const double number = value.get_double().value_unsafe();
            if (Number{number}.is_integer() && number < exact && number > -exact)
                return static_cast<std::int64_t>(number);
            return number;
        }
        case element_type::ARRAY: {
            auto out = Json::array();
            for (const auto element : json::array_of(value)) out.push_back(to_nlohmann(element));
            return out;
        }
        case element_type::OBJECT: break;
    }
    auto out = Json::object();
    for (const auto member : json::object_of(value)) out.emplace(std::string{member.key}, to_nlohmann(member.value));
    return out;
}

// Calls own code for a string; holds bare pointers only, since valijson copies constraints into memory of its own.
class TextConstraint : public valijson::constraints::PolyConstraint {
public:
    TextConstraint(const Pattern* pattern, const Format* format) : pattern_{pattern}, format_{format} {}

    bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context,
                  valijson::ValidationResults* results) const override {
        std::string text;
        if (!target.isString() || !target.asString(text)) return true;
        const bool valid =
            (pattern_ == nullptr || pattern_->matches(text)) && (format_ == nullptr || format_->matches(text));
        if (!valid && results != nullptr)
            results->pushError(context, pattern_ != nullptr ? "Failed to match pattern." : "Failed to match format.");
        return valid;
    }

private:
    valijson::constraints::Constraint* cloneInto(void* memory) const override {
        return new (memory) TextConstraint{*this};
    }
    std::size_t sizeOf() const override { return sizeof(TextConstraint); }

    const Pattern* pattern_;
    const Format* format_;
};

class TextConstraintBuilder : public valijson::ConstraintBuilder {
public:
    explicit TextConstraintBuilder(const Patterns* patterns) : patterns_{patterns} {}

    valijson::constraints::Constraint* make(const valijson::adapters::Adapter& value) const override {
        const auto text = value.asString();
        if (patterns_ == nullptr) return new TextConstraint{nullptr, find_format(text)};
        return new TextConstraint{patterns_->at(text).get(), nullptr};
    }

private:
    const Patterns* patterns_;
};

// Rewrites a schema so that valijson can be trusted with it.
class Rewriter {
public:
    Rewriter(std::string_view file, const SchemaOptions& options, Patterns& patterns)
        : file_{file}, options_{options}, patterns_{patterns} {}

    Result<Json> schema(const Json& from, const std::string& pointer) {
        if (!from.is_object()) return from;
        Json out = Json::object();
        for (const auto& [name, value] : from.items()) {
            auto inner = pointer;
            json::append_pointer(inner, name);
            const auto* keyword = find_keyword(name, SchemaDialect::draft_07);
            if (keyword == nullptr || keyword->role == Role::annotation || name == "$schema" ||
                (name == "$id" && pointer.empty()))
                continue;
            if (name == "$id" || name == "patternProperties" || (name == "$ref" && !is_local(value)))
                return load_error("unsupported", file_, inner, "the reference engine cannot be trusted with it");
            if (name == "pattern" || name == "format") {
                if (auto added = text_rule(name, value, out); !added) return std::move(added.error());
                continue;
            }
            auto rewritten = keyword_value(*keyword, value, inner);
            if (!rewritten) return std::move(rewritten.error());
            out[name] = std::move(*rewritten);
        }
        return out;
    }

private:
    static bool is_local(const Json& reference) {
        const auto* text = reference.get_ptr<const std::string*>();
        return text != nullptr && (*text == "#" || text->rfind("#/", 0) == 0);
    }

    Result<void> text_rule(const std::string& name, const Json& value, Json& out) {
        const auto text = value.get<std::string>();
        if (name == "format") {
            if (options_.check_formats && find_format(text) != nullptr) out[own_format] = text;
            return {};
        }
        auto pattern = Pattern::compile(text, options_.limits.max_pattern_bytes);
        if (!pattern) return std::move(pattern.error());
        patterns_.emplace(text, std::move(*pattern));
        out[own_pattern] = text;
        return {};
    }

    Result<Json> keyword_value(const Keyword& keyword, const Json& value, const std::string& pointer) {
        const bool list =
            value.is_array() && (keyword.shape == Shape::schemas || keyword.shape == Shape::schema_or_list);
        const bool map = value.is_object() && (keyword.shape == Shape::map || keyword.shape == Shape::map_or_names);
        if (!list && !map) return keyword.shape == Shape::plain ? Result<Json>{value} : schema(value, pointer);
        Json out = list ? Json::array() : Json::object();
        for (const auto& [name, inner] : value.items()) {
            auto at = pointer;
            json::append_pointer(at, name);
            auto rewritten = schema(inner, at);
            if (!rewritten) return rewritten;
            if (list) out.push_back(std::move(*rewritten));
            else out[name] = std::move(*rewritten);
        }
        return out;
    }

    std::string_view file_;
    const SchemaOptions& options_;
    Patterns& patterns_;
};

}  // namespace

struct ReferenceSchema::State {
    Patterns patterns{};
    valijson::Schema schema{};
};

ReferenceSchema::ReferenceSchema(std::unique_ptr<State> state) : state_{std::move(state)} {}
ReferenceSchema::~ReferenceSchema() = default;

Result<std::shared_ptr<const ReferenceSchema>> ReferenceSchema::load(const json::Value& schema, std::string_view file,
                                                                     const SchemaOptions& options) {
    auto state = std::make_unique<State>();
    auto rewritten = Rewriter{file, options, state->patterns}.schema(to_nlohmann(schema), "");
    if (!rewritten) return std::move(rewritten.error());
    if (rewritten->is_boolean()) *rewritten = rewritten->get<bool>() ? Json::object() : Json{{"not", Json::object()}};
    try {
        valijson::SchemaParser parser;
        parser.addConstraintBuilder(own_pattern, new TextConstraintBuilder{&state->patterns});
        parser.addConstraintBuilder(own_format, new TextConstraintBuilder{nullptr});
        parser.populateSchema(valijson::adapters::NlohmannJsonAdapter{*rewritten}, state->schema);
    } catch (const std::exception& problem) {
        return load_error("unsupported", file, "", fmt::format("the reference engine refuses it: {}", problem.what()));
    }
    return std::shared_ptr<const ReferenceSchema>{new ReferenceSchema{std::move(state)}};
}

std::optional<std::string> ReferenceSchema::find_fault(const json::Value& value) const {
    try {
        const auto document = to_nlohmann(value);
        valijson::Validator validator;
        valijson::ValidationResults results;
        if (validator.validate(state_->schema, valijson::adapters::NlohmannJsonAdapter{document}, &results))
            return std::nullopt;
        valijson::ValidationResults::Error error;
        if (!results.popError(error)) return "invalid";
        std::string place;
        for (const auto& step : error.context) place += step;
        return fmt::format("{}: {}", place, error.description);
    } catch (const std::exception& problem) {
        return fmt::format("the reference engine failed: {}", problem.what());
    }
}

Result<void> check_meta_schema(const json::Value& schema, std::string_view file) {
    static const std::shared_ptr<const ReferenceSchema> meta = [] {
        json::Document document;
        const auto value = document.parse(meta_schema("http://json-schema.org/draft-07/schema"));
        return ReferenceSchema::load(value.value(), "draft-07 meta-schema", SchemaOptions{}).value();
    }();
    const auto fault = meta->find_fault(schema);
    if (!fault) return {};
    return load_error("meta_schema", file, "", fmt::format("against the draft-07 meta-schema: {}", *fault));
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
