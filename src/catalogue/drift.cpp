#include "catalogue/drift.hpp"

#include "catalogue/errors.hpp"

#include <eventsdk/schema/drift.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {

Result<void> check_drift(const EventDescriptor& descriptor, std::string_view type, const Schema& schema) {
    auto differences = compare_description(*descriptor.payload, schema);
    if (differences.empty()) return {};
    auto& first = differences.front();
    Error error =
        refuse("catalogue.drift", "event type '" + std::string{type} + "': " + first.message, std::move(first.hint));
    error.pointer = std::move(first.pointer);
    return error;
}

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
