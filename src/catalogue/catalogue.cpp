#include <eventsdk/catalogue/catalogue.hpp>

#include "catalogue/errors.hpp"
#include "catalogue/registry.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE

std::vector<std::string> Catalogue::topics() const {
    std::vector<std::string> names;
    for (const auto& [name, topic] : impl_->topics()) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::string> Catalogue::topic_of(std::string_view type) const {
    if (const catalogue::Type* known = impl_->type(type)) return known->topic->name;
    return catalogue::refuse("catalogue.unknown_type", "event type '" + std::string{type} + "' is not in the catalogue",
                             "register it where the catalogue is loaded");
}

Result<std::string> Catalogue::topic_of(const AggregateType& aggregate) const {
    if (impl_->options().environment.empty())
        return catalogue::refuse("catalogue.environment",
                                 "CatalogueOptions::environment is empty, but topic names are made from it",
                                 "set it (\"prod\", \"dev\")");
    return topic_name(impl_->options().environment, aggregate);
}

bool Catalogue::knows(std::string_view topic, std::string_view type) const noexcept {
    const catalogue::Topic* found = impl_->topic(topic);
    return found != nullptr && found->types.find(type) != found->types.end();
}

std::span<const std::string> Catalogue::warnings() const noexcept { return impl_->warnings(); }
const CatalogueOptions& Catalogue::options() const noexcept { return impl_->options(); }

EVENTSDK_END_NAMESPACE
