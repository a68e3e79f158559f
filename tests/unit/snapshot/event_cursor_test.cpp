#include "snapshot/event_cursor.hpp"
#include "support/catch.hpp"

using namespace eventsdk;
using snapshot::EventCursor;
using Step = EventCursor::Step;

namespace {

Step take(EventCursor& cursor, std::string_view id, std::optional<std::int64_t> revision = {}, int seconds = 0) {
    EnvelopeView envelope;
    envelope.event_id = id;
    envelope.revision = revision;
    envelope.occurred_at = Timestamp{std::chrono::seconds{seconds}};
    return cursor.take(envelope);
}

}  // namespace

TEST_CASE("revisions of envelopes count, and what is not above the last is a duplicate", "[snapshot][unit]") {
    EventCursor cursor;
    REQUIRE(take(cursor, "a", 1) == Step::next);
    REQUIRE(take(cursor, "b", 2) == Step::next);
    REQUIRE(take(cursor, "a", 1) == Step::duplicate);
    REQUIRE(take(cursor, "x", 2) == Step::duplicate);
    REQUIRE(cursor.revision() == 2);
    REQUIRE(take(cursor, "c", 4) == Step::gap);
    REQUIRE(cursor.revision() == 4);
    REQUIRE(cursor.recent().empty());
}

TEST_CASE("an aggregate may begin at revision 0 or 1, not later", "[snapshot][unit]") {
    EventCursor at_zero;
    REQUIRE(take(at_zero, "a", 0) == Step::next);
    REQUIRE(at_zero.begun());
    REQUIRE(take(at_zero, "a", 0) == Step::duplicate);
    EventCursor later;
    REQUIRE(take(later, "a", 2) == Step::gap);
}

TEST_CASE("without revisions events are counted, and the last 128 ids are known again", "[snapshot][unit]") {
    EventCursor cursor;
    for (int i = 0; i < 200; ++i) REQUIRE(take(cursor, "e" + std::to_string(i)) == Step::next);
    REQUIRE(cursor.revision() == 200);
    REQUIRE(cursor.recent().size() == 128);
    REQUIRE(take(cursor, "e199") == Step::duplicate);
    REQUIRE(take(cursor, "e72") == Step::duplicate);
    REQUIRE(take(cursor, "e71") == Step::next);
}

TEST_CASE("a cursor that goes on from a snapshot decides as the one that began with the first event",
          "[snapshot][unit]") {
    EventCursor whole;
    for (int i = 0; i < 150; ++i) static_cast<void>(take(whole, "e" + std::to_string(i), {}, i % 7));
    EventCursor resumed{whole.revision(), whole.latest(), whole.recent()};
    REQUIRE(resumed.latest() == Timestamp{std::chrono::seconds{6}});
    for (int i = 0; i < 300; i += 3)
        REQUIRE(take(whole, "e" + std::to_string(i)) == take(resumed, "e" + std::to_string(i)));
    REQUIRE(whole.revision() == resumed.revision());
}
