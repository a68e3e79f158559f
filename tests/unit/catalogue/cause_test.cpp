#include <eventsdk/catalogue/cause.hpp>

#include "support/catch.hpp"

using namespace eventsdk;

TEST_CASE("the id of a caused event is the same each time, and another for each cause and role", "[catalogue][unit]") {
    const Envelope first{.event_id = "order-1/placed"};
    const Envelope second{.event_id = "order-2/placed"};
    const Uuid id = derived_event_id(first, "invoice");
    CHECK(derived_event_id(first, "invoice") == id);
    CHECK(id.version() == 5);
    CHECK(derived_event_id(second, "invoice") != id);
    CHECK(derived_event_id(first, "parcel") != id);
    CHECK(derived_event_id(Envelope{.event_id = "a"}, "bc") != derived_event_id(Envelope{.event_id = "ab"}, "c"));
}
