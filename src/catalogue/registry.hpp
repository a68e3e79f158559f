#pragma once

#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/schema/schema_set.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {

struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
template <class Value>
using NameMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

struct Topic;

/// One schema version of a type that may be read; those that are written have no upcaster.
struct Version {
    std::int32_t version = 1;
    const Schema* schema = nullptr;  ///< null: an older version whose file is gone; checked after its upcasters
    Upcaster up{};
};

struct Type {
    std::string name{};
    const EventDescriptor* descriptor = nullptr;  ///< null: no C++ type
    const Topic* topic = nullptr;
    std::string source{};             ///< bounded context, for CloudEvents
    std::vector<Version> versions{};  ///< ascending

    [[nodiscard]] const Version* find(std::int32_t version) const noexcept;
};

struct Topic {
    std::string name{};
    EnvelopeFormat format{};
    NameMap<const Type*> types{};
};

/// Everything that a catalogue knows, in tables whose cost does not grow with their size. Immutable once loaded.
class Registry {
public:
    explicit Registry(CatalogueOptions options) : options_{std::move(options)} {}

    Result<void> load(const std::vector<EventRegistration>& registrations);

    [[nodiscard]] const CatalogueOptions& options() const noexcept { return options_; }
    [[nodiscard]] const Type* type(std::string_view name) const noexcept;
    /// The topic, or the one that a dead-letter, retry or parking topic belongs to; null when no type is on it.
    [[nodiscard]] const Topic* topic(std::string_view name) const noexcept;
    /// The types of a described struct, in the descriptor's order; null when it is not registered.
    [[nodiscard]] const std::vector<const Type*>* types_of(const EventDescriptor& descriptor) const noexcept;
    [[nodiscard]] const NameMap<std::unique_ptr<Topic>>& topics() const noexcept { return topics_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

private:
    Result<void> load_schemas();
    Result<void> add(const EventRegistration& registration);
    Result<std::string> name_of_topic(const EventRegistration& registration) const;
    Result<Topic*> add_topic(const std::string& name, const EnvelopeFormat& format);
    Result<Type*> add_type(const EventRegistration& registration, const std::string& name, Topic& topic);
    Result<void> add_versions(Type& type, const EventRegistration& registration, std::int32_t version);

    CatalogueOptions options_;
    SchemaSet schemas_;
    NameMap<std::unique_ptr<Topic>> topics_;
    NameMap<std::string> folded_topics_;  // '.' as '_', for names that Kafka cannot hold side by side
    NameMap<std::unique_ptr<Type>> types_;
    std::unordered_map<const EventDescriptor*, std::vector<const Type*>> described_;
    std::vector<std::string> warnings_;
};

}  // namespace catalogue

class Catalogue::Impl : public catalogue::Registry {
public:
    using Registry::Registry;
};

EVENTSDK_END_NAMESPACE
