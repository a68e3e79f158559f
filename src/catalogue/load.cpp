#include "catalogue/drift.hpp"
#include "catalogue/errors.hpp"
#include "catalogue/registry.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {
namespace {

std::string first_type(const EventRegistration& registration) {
    return registration.types.empty() ? std::string{"an event"} : "'" + registration.types.front().first + "'";
}

std::string folded(std::string_view topic) {
    std::string made{topic};
    std::replace(made.begin(), made.end(), '.', '_');
    return made;
}

std::string schema_file(const EventRegistration& registration, std::string_view type, std::int32_t version) {
    std::string folder =
        registration.aggregate_context.empty() ? std::string{"<context>"} : registration.aggregate_context;
    return folder + "/" + std::string{type} + ".v" + std::to_string(version) + ".schema.json";
}

Result<void> check_upcasters(const std::map<std::int32_t, Upcaster>& upcasters, std::string_view type,
                             std::int32_t version) {
    if (upcasters.empty()) return {};
    for (const auto& [from, up] : upcasters) {
        if (from < 1 || from >= version)
            return refuse("catalogue.upcaster_version",
                          "an upcaster of '" + std::string{type} + "' starts at version " + std::to_string(from) +
                              ", but the described version is " + std::to_string(version),
                          "an upcaster turns version n into n + 1, up to the described one");
        if (!up) return refuse("catalogue.upcaster_empty", "the upcaster of " + type_text(type, from) + " is empty");
    }
    const std::int32_t oldest = upcasters.begin()->first;
    for (std::int32_t at = oldest; at < version; ++at)
        if (!upcasters.contains(at))
            return refuse("catalogue.upcaster_gap",
                          "'" + std::string{type} + "' has an upcaster of version " + std::to_string(oldest) +
                              ", but none of version " + std::to_string(at),
                          "add {" + std::to_string(at) + ", …} to its upcasters");
    return {};
}

}  // namespace

Result<void> Registry::load(const std::vector<EventRegistration>& registrations) {
    if (registrations.empty() && options_.schemas.empty()) return {};  // knows the formats, as tools need
    if (auto loaded = load_schemas(); !loaded) return loaded;
    for (const EventRegistration& registration : registrations)
        if (auto added = add(registration); !added) return added;
    return {};
}

Result<void> Registry::load_schemas() {
    if (options_.schemas.empty())
        return refuse("catalogue.schemas", "CatalogueOptions::schemas is empty", "name the directory of schema files");
    SchemaOptions options;
    options.engine = options_.reference_engine ? SchemaEngine::reference : SchemaEngine::compiled;
    options.strict_keywords = options_.strict_schemas;
    options.limits.max_document_bytes = options_.max_value_bytes;
    options.limits.max_document_depth = options_.max_depth;
    options.limits.max_document_members = options_.max_members;
    auto loaded = SchemaSet::load(options_.schemas, options);
    if (!loaded) return std::move(loaded).error();
    schemas_ = std::move(*loaded);
    return {};
}

Result<void> Registry::add(const EventRegistration& registration) {
    if (registration.types.empty()) return refuse("catalogue.no_type", "a registration names no event type");
    auto topic_name = name_of_topic(registration);
    if (!topic_name) return std::move(topic_name).error();
    auto topic = add_topic(*topic_name, registration.options.format);
    if (!topic) return std::move(topic).error();
    std::vector<const Type*> types;
    for (const auto& [name, version] : registration.types) {
        auto type = add_type(registration, name, **topic);
        if (!type) return std::move(type).error();
        if (auto added = add_versions(**type, registration, version); !added) return added;
        types.push_back(*type);
    }
    if (registration.descriptor != nullptr) described_.emplace(registration.descriptor, std::move(types));
    return {};
}

Result<std::string> Registry::name_of_topic(const EventRegistration& registration) const {
    const std::string& given = registration.options.topic;
    if (!given.empty()) {
        if (auto checked = check_topic_name(given); !checked) return std::move(checked).error();
        return given;
    }
    if (registration.aggregate_context.empty())
        return refuse("catalogue.no_topic", first_type(registration) + " has neither a topic nor an aggregate",
                      "give EventOptions::topic, or `aggregate` in its EventTraits");
    if (options_.environment.empty())
        return refuse(
            "catalogue.environment",
            "CatalogueOptions::environment is empty, but the topic of " + first_type(registration) + " is made from it",
            "set it (\"prod\", \"dev\"), or give EventOptions::topic");
    return topic_name(options_.environment, AggregateType{registration.aggregate_context, registration.aggregate_name});
}

Result<Topic*> Registry::add_topic(const std::string& name, const EnvelopeFormat& format) {
    const auto [other, fresh] = folded_topics_.emplace(folded(name), name);
    if (!fresh && other->second != name)
        return refuse("catalogue.topic_collision", "topics '" + other->second + "' and '" + name +
                                                       "' differ only by '.' and '_': Kafka cannot hold both");
    auto& topic = topics_[name];
    if (topic == nullptr) topic = std::make_unique<Topic>(Topic{name, format, {}});
    if (topic->format.name() != format.name())
        return refuse("catalogue.topic_format",
                      "topic '" + name + "' is given in two formats: " + std::string{topic->format.name()} + " and " +
                          std::string{format.name()},
                      "all event types of a topic are written in one format");
    return topic.get();
}

Result<Type*> Registry::add_type(const EventRegistration& registration, const std::string& name, Topic& topic) {
    auto& type = types_[name];
    if (type != nullptr) {
        const bool both_untyped = type->descriptor == nullptr && registration.descriptor == nullptr;
        if (!both_untyped || type->topic != &topic)
            return refuse("catalogue.duplicate_type", "event type '" + name + "' is registered twice",
                          "one struct carries a type; older versions are turned into it by upcasters");
        return type.get();
    }
    type = std::make_unique<Type>();
    type->name = name;
    type->descriptor = registration.descriptor;
    type->topic = &topic;
    type->source = registration.aggregate_context.empty() ? topic.name : registration.aggregate_context;
    topic.types.emplace(name, type.get());
    if (const std::string unusual = lint_event_type(name); !unusual.empty())
        warnings_.push_back("event type '" + name + "': " + unusual);
    return type.get();
}

Result<void> Registry::add_versions(Type& type, const EventRegistration& registration, std::int32_t version) {
    const auto& upcasters = registration.options.upcasters;
    if (version < 1)
        return refuse("catalogue.version", "the schema version of '" + type.name + "' is " + std::to_string(version),
                      "versions start at 1");
    if (type.find(version) != nullptr)
        return refuse("catalogue.duplicate_type",
                      "event type " + type_text(type.name, version) + " is registered twice");
    if (auto checked = check_upcasters(upcasters, type.name, version); !checked) return checked;
    const Schema* schema = schemas_.find(type.name, version);
    if (schema == nullptr)
        return refuse("catalogue.no_schema",
                      "no schema of event type " + type_text(type.name, version) + " in " + options_.schemas.string(),
                      "add " + schema_file(registration, type.name, version));
    if (registration.descriptor != nullptr)
        if (auto agreed = check_drift(*registration.descriptor, type.name, *schema); !agreed) return agreed;
    for (const auto& [from, up] : upcasters) type.versions.push_back(Version{from, schemas_.find(type.name, from), up});
    type.versions.push_back(Version{version, schema, {}});
    std::sort(type.versions.begin(), type.versions.end(),
              [](const Version& a, const Version& b) { return a.version < b.version; });
    return {};
}

}  // namespace catalogue

Result<Catalogue> Catalogue::load(CatalogueOptions options, std::vector<EventRegistration> registrations) {
    auto impl = std::make_shared<Impl>(std::move(options));
    if (auto loaded = impl->load(registrations); !loaded) return std::move(loaded).error();
    return Catalogue{std::move(impl)};
}

EVENTSDK_END_NAMESPACE
