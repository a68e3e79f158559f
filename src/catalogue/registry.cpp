#include "catalogue/registry.hpp"

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {
namespace {

/// "prod.orders" of "prod.orders.dlq", "prod.orders.parked" and "prod.orders.retry.5s"; else empty.
std::string_view source_of(std::string_view topic) noexcept {
    for (const std::string_view suffix : {std::string_view{".dlq"}, std::string_view{".parked"}})
        if (topic.ends_with(suffix)) return topic.substr(0, topic.size() - suffix.size());
    const std::size_t retry = topic.rfind(".retry.");
    return retry == std::string_view::npos ? std::string_view{} : topic.substr(0, retry);
}

}  // namespace

const Version* Type::find(std::int32_t version) const noexcept {
    for (const Version& entry : versions)
        if (entry.version == version) return &entry;
    return nullptr;
}

const Type* Registry::type(std::string_view name) const noexcept {
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : found->second.get();
}

const Topic* Registry::topic(std::string_view name) const noexcept {
    for (; !name.empty(); name = source_of(name))
        if (const auto found = topics_.find(name); found != topics_.end()) return found->second.get();
    return nullptr;
}

const std::vector<const Type*>* Registry::types_of(const EventDescriptor& descriptor) const noexcept {
    if (const auto found = described_.find(&descriptor); found != described_.end()) return &found->second;
    // The same struct's constant may have another address in another shared library.
    if (descriptor.types.empty()) return nullptr;
    const Type* known = type(descriptor.types.front().name);
    if (known == nullptr || known->descriptor == nullptr) return nullptr;
    const EventDescriptor& other = *known->descriptor;
    const bool same = other.size_bytes == descriptor.size_bytes && other.types.size() == descriptor.types.size() &&
                      std::equal(other.types.begin(), other.types.end(), descriptor.types.begin());
    const auto found = same ? described_.find(&other) : described_.end();
    return found == described_.end() ? nullptr : &found->second;
}

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
