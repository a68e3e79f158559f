#pragma once

#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/testing/identified_event.hpp>

#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// How a record's event differs from the expected one, whatever their format: topic, aggregate, type, version, payload, and
/// the revision where `expected` has one. What each publication makes anew (event id, times, trace, cause) is not
/// compared; difference() compares all. Empty when nothing differs, else a line for each difference:
///
///     type: expected "OrderPlaced", was "OrderCancelled"
///     payload /number: expected 3, was 4
[[nodiscard]] EVENTSDK_API std::string event_difference(const Catalogue& catalogue, const Record& expected,
                                                        const Record& actual);
/// The same for two lists, in their order.
[[nodiscard]] EVENTSDK_API std::string event_difference(const Catalogue& catalogue, const std::vector<Record>& expected,
                                                        const std::vector<Record>& actual);

namespace detail {
template <Event T>
Record expected_record(const Catalogue& catalogue, const IdentifiedEvent<T>& identified) {
    return catalogue.prepare(Runtime{}, identified.aggregate_id, identified.event).value();
}
template <Event T>
Record expected_record(const Catalogue& catalogue, const T& event) {
    return catalogue.prepare(Runtime{}, "aggregate-1", event).value();
}
}  // namespace detail

/// The records that these events make: events of "aggregate-1", and those that with_id() gives another one.
/// Throws BadResult when an event does not pass its schema: the test is wrong.
///
///     CHECK(testing::event_difference(catalogue, testing::events(catalogue, OrderPlaced{"tea", 3}),
///                                     fixture.published("prod.shop.order")) == "");
template <class... Given>
[[nodiscard]] std::vector<Record> events(const Catalogue& catalogue, const Given&... all) {
    return {detail::expected_record(catalogue, all)...};
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
