#include <eventsdk/schema/schema_set.hpp>

#include "schema/compiled.hpp"
#include "schema/loader.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

EVENTSDK_BEGIN_NAMESPACE
namespace {

struct Key {
    std::string_view type;
    int version;
    friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
        return std::hash<std::string_view>{}(key.type) ^
               (static_cast<std::size_t>(key.version) * 0x9e3779b97f4a7c15ULL);
    }
};

}  // namespace

struct SchemaSet::State {
    std::vector<Schema> schemas{};
    std::unordered_map<Key, const Schema*, KeyHash> by_key{};  // names live in the schemas
};

SchemaSet::SchemaSet() : state_{std::make_shared<State>()} {}
SchemaSet::SchemaSet(std::shared_ptr<const State> state) noexcept : state_{std::move(state)} {}

Result<SchemaSet> SchemaSet::load(const std::filesystem::path& directory, const SchemaOptions& options) {
    auto schemas = schema_detail::load_directory(directory, options);
    if (!schemas) return std::move(schemas.error());
    auto state = std::make_shared<State>();
    state->schemas = std::move(*schemas);
    std::sort(state->schemas.begin(), state->schemas.end(), [](const Schema& a, const Schema& b) {
        return a.type() != b.type() ? a.type() < b.type() : a.version() < b.version();
    });
    for (const auto& schema : state->schemas) state->by_key.emplace(Key{schema.type(), schema.version()}, &schema);
    return SchemaSet{std::move(state)};
}

Result<Schema> SchemaSet::compile(std::string_view json_text, const SchemaOptions& options, std::string_view name) {
    return schema_detail::compile_text(json_text, options, name);
}

const Schema* SchemaSet::find(std::string_view type, int version) const noexcept {
    const auto found = state_->by_key.find(Key{type, version});
    return found == state_->by_key.end() ? nullptr : found->second;
}

std::vector<int> SchemaSet::versions(std::string_view type) const {
    std::vector<int> versions;
    for (const auto& schema : state_->schemas)
        if (schema.type() == type) versions.push_back(schema.version());
    return versions;
}

std::span<const Schema> SchemaSet::all() const noexcept { return state_->schemas; }

EVENTSDK_END_NAMESPACE
