#include "schema/sources.hpp"

#include "json/text.hpp"
#include "schema/keywords.hpp"
#include "schema/meta_schemas.hpp"
#include "schema/subschemas.hpp"
#include "schema/uri.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

constexpr std::string_view file_scheme = "eventsdk-file";
constexpr std::string_view file_prefix = "eventsdk-file:///";

std::optional<std::string_view> string_member(const simdjson::dom::object& object, std::string_view name) {
    std::string_view text;
    if (object[name].get(text)) return std::nullopt;
    return text;
}

bool holds(const simdjson::dom::object& object, std::string_view name) {
    return object[name].error() == simdjson::SUCCESS;
}

}  // namespace

Error load_error(std::string_view code, std::string_view file, std::string_view pointer, std::string_view reason,
                 std::string_view hint) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = fmt::format("schema.load.{}", code),
                 .message = fmt::format("{}#{}: {}", file, pointer, reason),
                 .hint = std::string{hint}};
}

Sources::Sources(const SchemaOptions& options, Fetch fetch) : options_{options}, fetch_{std::move(fetch)} {}

std::string Sources::uri_of_file(std::string_view path) {
    std::string uri{file_prefix};
    for (const char c : path) {
        if (c == '%' || c == '#' || c == '?')
            fmt::format_to(std::back_inserter(uri), "%{:02X}", static_cast<unsigned char>(c));
        else uri += c;
    }
    return uri;
}

std::optional<std::string> Sources::path_of(std::string_view uri) {
    if (uri.substr(0, file_prefix.size()) != file_prefix) return std::nullopt;
    return percent_decoded(uri.substr(file_prefix.size()));
}

Result<std::uint32_t> Sources::add(std::string file, std::string uri, std::string text, bool whole) {
    if (text.size() > options_.limits.max_schema_bytes)
        return load_error("too_large", file, "",
                          fmt::format("{} bytes, {} are allowed", text.size(), options_.limits.max_schema_bytes));
    auto& source = sources_.emplace_back();
    source.file = std::move(file);
    source.uri = std::move(uri);
    source.text = std::move(text);
    source.whole = whole;
    auto root = source.document.parse(source.text,
                                      {options_.limits.max_schema_bytes, options_.limits.max_schema_depth, 10'000});
    if (!root) return load_error("json", source.file, "", root.error().message);
    source.root = *root;
    const auto index_of_source = count() - 1;
    auto& resource = resources_.emplace_back();
    const Walk walk{index_of_source, static_cast<std::uint32_t>(resources_.size() - 1)};
    resource.source = index_of_source;
    resource.uri = source.uri;
    resource.dialect = options_.default_dialect;
    by_uri_.emplace(resource.uri, walk.resource);
    by_place_.emplace(Place{index_of_source, ""}, walk.resource);
    if (auto indexed = index(walk, "", source.root); !indexed) return std::move(indexed.error());
    return index_of_source;
}

Result<void> Sources::index(Walk walk, const std::string& pointer, const json::Value& value) {
    subschemas_.emplace(Place{walk.source, pointer}, value);
    simdjson::dom::object object;
    if (value.get(object)) return {};
    auto identified = identify(walk, pointer, object);
    if (!identified) return std::move(identified.error());
    const auto dialect = resources_[identified->resource].dialect;
    return for_each_subschema(object, pointer, dialect, [&](const std::string& inner, const json::Value& subschema) {
        return index(*identified, inner, subschema);
    });
}

// `$schema`, `$id` and the anchors of one subschema.
Result<Sources::Walk> Sources::identify(Walk walk, const std::string& pointer, const simdjson::dom::object& object) {
    if (pointer.empty()) {
        auto dialect = dialect_of(walk, pointer, object, options_.default_dialect);
        if (!dialect) return std::move(dialect.error());
        resources_[walk.resource].dialect = *dialect;
    }
    const bool draft_07 = resources_[walk.resource].dialect == SchemaDialect::draft_07;
    if (draft_07 && holds(object, "$ref")) return walk;  // siblings of $ref have no meaning
    if (const auto id = string_member(object, "$id")) {
        const auto parts = split_uri(*id);
        const auto before_fragment = id->substr(0, id->find('#'));
        if (!before_fragment.empty()) {
            auto opened = open_resource(walk, pointer, object, before_fragment);
            if (!opened) return std::move(opened.error());
            walk.resource = *opened;
        }
        if (parts.fragment && !parts.fragment->empty()) {
            if (!draft_07)
                return load_error("meta_schema", sources_[walk.source].file, pointer + "/$id",
                                  "must not have a fragment", "use $anchor");
            if (auto added = add_anchor(walk, pointer, *parts.fragment, false); !added) return std::move(added.error());
        }
    }
    if (draft_07) return walk;
    if (const auto anchor = string_member(object, "$anchor"))
        if (auto added = add_anchor(walk, pointer, *anchor, false); !added) return std::move(added.error());
    if (const auto anchor = string_member(object, "$dynamicAnchor");
        anchor && resources_[walk.resource].dialect == SchemaDialect::draft_2020_12)
        if (auto added = add_anchor(walk, pointer, *anchor, true); !added) return std::move(added.error());
    return walk;
}

Result<std::uint32_t> Sources::open_resource(Walk walk, const std::string& pointer, const simdjson::dom::object& object,
                                             std::string_view id) {
    const auto& file = sources_[walk.source].file;
    bool climbs_out = false;
    auto uri = resolve_uri(resources_[walk.resource].uri, id, climbs_out);
    auto dialect = dialect_of(walk, pointer, object, resources_[walk.resource].dialect);
    if (!dialect) return std::move(dialect.error());
    // A file whose root has an $id is known by both URIs.
    const bool whole_file = pointer.empty();
    const auto at = whole_file ? walk.resource : static_cast<std::uint32_t>(resources_.size());
    const auto [known, is_new] = by_uri_.emplace(uri, at);
    if (!is_new) {
        const auto& other = resources_[known->second];
        if (known->second == at) return at;
        return load_error(
            "duplicate", file, pointer + "/$id",
            fmt::format("the $id \"{}\" is also that of {}#{}", id, sources_[other.source].file, other.pointer));
    }
    auto& resource = whole_file ? resources_[at] : resources_.emplace_back();
    resource.source = walk.source;
    resource.pointer = pointer;
    resource.uri = std::move(uri);
    resource.dialect = *dialect;
    by_place_[Place{walk.source, pointer}] = at;
    return at;
}

Result<SchemaDialect> Sources::dialect_of(Walk walk, const std::string& pointer, const simdjson::dom::object& object,
                                          SchemaDialect inherited) const {
    const auto named = string_member(object, "$schema");
    if (!named) return inherited;
    if (const auto dialect = dialect_named(*named)) return *dialect;
    return load_error("dialect", sources_[walk.source].file, pointer + "/$schema",
                      fmt::format("the dialect \"{}\" is not supported", json::printable(*named, 200)),
                      "supported are draft-07, 2019-09 and 2020-12");
}

Result<void> Sources::add_anchor(Walk walk, const std::string& pointer, std::string_view name, bool dynamic) {
    auto& resource = resources_[walk.resource];
    if (!resource.anchors.emplace(name, pointer).second)
        return load_error(
            "duplicate", sources_[walk.source].file, pointer,
            fmt::format("the anchor \"{}\" is also that of #{}", name, resource.anchors.find(name)->second));
    if (dynamic) resource.dynamic_anchors.emplace(name, pointer);
    return {};
}

std::uint32_t Sources::resource_of(const Place& place) const {
    Place at = place;
    while (true) {
        if (const auto known = by_place_.find(at); known != by_place_.end()) return known->second;
        at.pointer.resize(at.pointer.rfind('/'));
    }
}

std::optional<json::Value> Sources::value_at(const Place& place) const {
    if (const auto known = subschemas_.find(place); known != subschemas_.end()) return known->second;
    const auto& root = sources_[place.source].root;
    auto found = root.at_pointer(place.pointer);
    if (found.error()) return std::nullopt;
    return found.value_unsafe();
}

Result<Place> Sources::resolve(std::uint32_t from, std::string_view reference) {
    const auto hash = std::min(reference.find('#'), reference.size());
    const auto fragment = hash < reference.size() ? reference.substr(hash + 1) : std::string_view{};
    if (hash == 0) return place_in(from, fragment);

    const auto before_fragment = reference.substr(0, hash);
    const bool relative = !split_uri(before_fragment).scheme;
    // First as the standard says; then, for schemas whose $id is not where they lie, by the file's own place.
    std::array<std::string, 2> bases{resources_[from].uri, sources_[resources_[from].source].uri};
    bool outside = false;
    for (std::size_t i = 0; i < (relative ? 2U : 1U); ++i) {
        bool climbs_out = false;
        auto uri = resolve_uri(bases[i], before_fragment, climbs_out);
        outside = outside || (climbs_out && split_uri(uri).scheme == file_scheme);
        auto found = find_or_fetch(climbs_out ? std::string{} : uri);
        if (!found) return std::move(found.error());
        if (*found) return place_in(**found, fragment);
    }
    Error error{.kind = ErrorKind::invalid_argument};
    error.code = relative && !outside ? "schema.load.ref" : "schema.load.ref_outside";
    error.message = fmt::format("\"{}\" is not in the loaded set", json::printable(reference, 200));
    error.hint = "$ref reaches only files below the loaded directory and the $id of loaded schemas; nothing is fetched";
    return error;
}

Result<std::optional<std::uint32_t>> Sources::find_or_fetch(const std::string& uri) {
    if (const auto known = by_uri_.find(uri); known != by_uri_.end()) return std::optional{known->second};
    if (const auto text = meta_schema(uri); !text.empty()) {
        auto added = add(uri, uri, std::string{text}, false);
        if (!added) return std::move(added.error());
        return std::optional{by_uri_.find(uri)->second};
    }
    const auto path = path_of(uri);
    const auto plain = path ? uri_of_file(*path) : uri;
    if (const auto known = by_uri_.find(plain); known != by_uri_.end()) return std::optional{known->second};
    auto text = fetch_ ? fetch_(plain) : std::nullopt;
    if (!text) return std::optional<std::uint32_t>{};
    if (!*text) return std::move(text->error());
    auto added = add(path.value_or(plain), plain, std::move(**text), false);
    if (!added) return std::move(added.error());
    return std::optional{by_uri_.find(plain)->second};
}

Result<Place> Sources::place_in(std::uint32_t resource, std::string_view fragment) const {
    const auto& in = resources_[resource];
    const auto decoded = percent_decoded(fragment);
    if (decoded.empty()) return Place{in.source, in.pointer};
    if (decoded.front() == '/') {
        Place place{in.source, in.pointer + decoded};
        if (value_at(place)) return place;
    } else if (const auto anchor = in.anchors.find(decoded); anchor != in.anchors.end()) {
        return Place{in.source, anchor->second};
    }
    return Error{
        .kind = ErrorKind::invalid_argument,
        .code = "schema.load.ref",
        .message = fmt::format("there is no \"#{}\" in {}", json::printable(decoded, 200), sources_[in.source].file)};
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
