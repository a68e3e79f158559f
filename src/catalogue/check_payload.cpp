#include "catalogue/check_payload.hpp"

#include "schema/check.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {

Result<void> check_payload(const Schema& schema, const json::Value& payload) {
    auto checked = schema_detail::check(schema, payload);
    if (checked || !checked.error().pointer.empty()) return checked;
    if (auto violations = schema_detail::check_all(schema, payload, 1); !violations.empty())
        checked.error().pointer = std::move(violations.front().pointer);
    return checked;
}

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
