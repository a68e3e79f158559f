#pragma once

#include <eventsdk/broker/record.hpp>
#include <eventsdk/event/envelope.hpp>

#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// @file
/// What differs, in words: empty when nothing does, else a line for each difference. Compare with "" in any test
/// framework, which then prints the lines:
///
///     CHECK(testing::difference(expected, fixture.published("orders").at(0), {"/eventId", "/occurredAt"}) == "");
///
///     key: expected "ada", was "grace"
///     header "schema-version": expected "2", was not there
///     value /payload/courses/1: expected "logic", was "music"

/// Two JSON documents, member by member; their order and white space do not matter. Text that is no JSON is compared as
/// text.
/// @param ignored JSON Pointers (RFC 6901) of what may differ, with all below it
[[nodiscard]] EVENTSDK_API std::string json_difference(std::string_view expected, std::string_view actual,
                                                       const std::vector<std::string>& ignored = {});

/// Topic, key, headers by name and value of two records. The partition and the timestamp are compared where `expected`
/// has one; Record::event_id is not.
/// @param ignored JSON Pointers into the value, and names of headers
[[nodiscard]] EVENTSDK_API std::string difference(const Record& expected, const Record& actual,
                                                  const std::vector<std::string>& ignored = {});

/// Two lists of records, in their order.
[[nodiscard]] EVENTSDK_API std::string difference(const std::vector<Record>& expected,
                                                  const std::vector<Record>& actual,
                                                  const std::vector<std::string>& ignored = {});

/// The members of two envelopes.
[[nodiscard]] EVENTSDK_API std::string difference(const Envelope& expected, const Envelope& actual);

}  // namespace testing
EVENTSDK_END_NAMESPACE
