#pragma once

#include "json/document.hpp"

#include <eventsdk/core/result.hpp>
#include <eventsdk/schema/options.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A schema file while it is being loaded.
struct Source {
    std::string file{};  ///< as messages call it
    std::string uri{};   ///< where it was found
    std::string text{};
    json::Document document{};
    json::Value root{};
    bool whole = true;  ///< false: only what is referred to is a schema
};

/// A part of a file with a URI of its own: the file itself, or a subschema with `$id`.
struct Resource {
    std::uint32_t source = 0;
    std::string pointer{};
    std::string uri{};  ///< without fragment
    SchemaDialect dialect = SchemaDialect::draft_07;
    std::map<std::string, std::string, std::less<>> anchors{};          ///< name to pointer
    std::map<std::string, std::string, std::less<>> dynamic_anchors{};  ///< of `$dynamicAnchor`
};

/// A subschema's place.
struct Place {
    std::uint32_t source = 0;
    std::string pointer{};
    friend auto operator<=>(const Place&, const Place&) = default;
};

/// "file#/pointer" in front of a reason.
[[nodiscard]] Error load_error(std::string_view code, std::string_view file, std::string_view pointer,
                               std::string_view reason, std::string_view hint = {});

/// All files of a set, and what can be referred to in them.
class Sources {
public:
    /// Gives the text of a document that is referred to and not loaded yet, nothing when there is none, or why it may
    /// not be read.
    using Fetch = std::function<std::optional<Result<std::string>>(const std::string& uri)>;

    explicit Sources(const SchemaOptions& options, Fetch fetch = {});

    /// The URI under which a file of the directory is known.
    [[nodiscard]] static std::string uri_of_file(std::string_view path);
    /// The path again, or nothing when the URI is another one.
    [[nodiscard]] static std::optional<std::string> path_of(std::string_view uri);

    /// Parses a file and notes its resources and anchors.
    Result<std::uint32_t> add(std::string file, std::string uri, std::string text, bool whole);

    /// What a reference in a resource means; may fetch a file.
    Result<Place> resolve(std::uint32_t resource, std::string_view reference);

    /// The index of the resource to which a place belongs.
    [[nodiscard]] std::uint32_t resource_of(const Place& place) const;
    [[nodiscard]] std::optional<json::Value> value_at(const Place& place) const;

    [[nodiscard]] const Source& source(std::uint32_t index) const { return sources_[index]; }
    [[nodiscard]] std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(sources_.size()); }
    [[nodiscard]] const std::deque<Resource>& resources() const noexcept { return resources_; }

private:
    struct Walk {
        std::uint32_t source;
        std::uint32_t resource;
    };

    Result<void> index(Walk walk, const std::string& pointer, const json::Value& value);
    Result<Walk> identify(Walk walk, const std::string& pointer, const simdjson::dom::object& object);
    Result<std::uint32_t> open_resource(Walk walk, const std::string& pointer, const simdjson::dom::object& object,
                                        std::string_view id);
    Result<SchemaDialect> dialect_of(Walk walk, const std::string& pointer, const simdjson::dom::object& object,
                                     SchemaDialect inherited) const;
    Result<void> add_anchor(Walk walk, const std::string& pointer, std::string_view name, bool dynamic);
    Result<std::optional<std::uint32_t>> find_or_fetch(const std::string& uri);
    [[nodiscard]] Result<Place> place_in(std::uint32_t resource, std::string_view fragment) const;

    const SchemaOptions& options_;
    Fetch fetch_;
    std::deque<Source> sources_;
    std::deque<Resource> resources_;
    std::map<std::string, std::uint32_t, std::less<>> by_uri_;
    std::map<Place, std::uint32_t> by_place_;
    std::map<Place, json::Value> subschemas_;  // so that many references into one large object are not a search each
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
