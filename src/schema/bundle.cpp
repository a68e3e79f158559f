#include "schema/bundle.hpp"

#include "json/text.hpp"
#include "schema/keywords.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Json = nlohmann::json;

/// True when a `$ref` may lead out of the text.
bool looks_outside(std::string_view text) {
    constexpr std::string_view name = "\"$ref\"";
    for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at)) {
        at = text.find_first_not_of(" \t\r\n:", at + name.size());
        if (at != std::string_view::npos && text.substr(at, 2) != "\"#") return true;
    }
    return false;
}

class Bundler {
public:
    Bundler(Sources& sources, std::uint32_t source) : sources_{sources}, source_{source} {}

    Result<std::string> run() {
        auto root = schema(Json::parse(sources_.source(source_).text), Place{source_, ""});
        if (!root) return std::move(root.error());
        Json definitions = Json::object();
        while (!wanted_.empty()) {
            const Place place = wanted_.back();
            wanted_.pop_back();
            auto copied = schema(Json::parse(simdjson::minify(*sources_.value_at(place))), place);
            if (!copied) return std::move(copied.error());
            definitions[key_of(place)] = std::move(*copied);
        }
        if (!leaves_file_) return std::string{};
        root->emplace("$defs", std::move(definitions));
        return root->dump();
    }

private:
    std::string key_of(const Place& place) const {
        return fmt::format("{}#{}", sources_.source(place.source).file, place.pointer);
    }

    Result<Json> schema(Json from, const Place& place) {
        if (!from.is_object()) return from;
        const std::uint32_t resource = sources_.resource_of(place);
        const SchemaDialect dialect = sources_.resources()[resource].dialect;
        Json out = Json::object();
        for (auto& [name, value] : from.items()) {
            const auto* keyword = find_keyword(name, dialect);
            if (keyword == nullptr) continue;
            if (keyword->role == Role::core && name != "$ref" && !(name == "$schema" && place == Place{source_, ""}))
                continue;
            if (name == "$ref") {
                if (auto added = reference(resource, value, out); !added) return std::move(added.error());
                if (dialect == SchemaDialect::draft_07) return out;  // what stands beside has no meaning
                continue;
            }
            Place inner = place;
            json::append_pointer(inner.pointer, name);
            auto copied = keyword_value(*keyword, std::move(value), inner);
            if (!copied) return copied;
            out[name] = std::move(*copied);
        }
        return out;
    }

    Result<Json> keyword_value(const Keyword& keyword, Json value, const Place& place) {
        const bool list =
            value.is_array() && (keyword.shape == Shape::schemas || keyword.shape == Shape::schema_or_list);
        const bool map = value.is_object() && (keyword.shape == Shape::map || keyword.shape == Shape::map_or_names);
        if (keyword.shape == Shape::plain) return value;
        if (!list && !map) return schema(std::move(value), place);
        for (auto& [name, inner] : value.items()) {
            Place at = place;
            json::append_pointer(at.pointer, name);
            auto copied = schema(inner, at);
            if (!copied) return copied;
            inner = std::move(*copied);
        }
        return value;
    }

    Result<void> reference(std::uint32_t resource, const Json& value, Json& out) {
        auto target = sources_.resolve(resource, value.get<std::string>());
        if (!target) return std::move(target.error());
        leaves_file_ = leaves_file_ || target->source != source_;
        if (*target == Place{source_, ""}) {
            out["$ref"] = "#";
            return {};
        }
        if (known_.insert(*target).second) wanted_.push_back(*target);
        std::string pointer = "#/$defs";
        json::append_pointer(pointer, key_of(*target));
        for (std::size_t at = pointer.find('%'); at != std::string::npos; at = pointer.find('%', at + 3))
            pointer.replace(at, 1, "%25");  // a fragment is decoded once more
        out["$ref"] = std::move(pointer);
        return {};
    }

    Sources& sources_;
    std::uint32_t source_;
    std::set<Place> known_{};
    std::vector<Place> wanted_{};
    bool leaves_file_ = false;
};

}  // namespace

Result<std::string> bundle(Sources& sources, std::uint32_t source) {
    if (!looks_outside(sources.source(source).text)) return std::string{};
    return Bundler{sources, source}.run();
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
