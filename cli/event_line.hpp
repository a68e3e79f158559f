#pragma once

#include "event/codec.hpp"

#include <eventsdk/schema/schema_set.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace cli {

/// Checks the payload of a decoded event against the schema of its type and version.
/// @return `permanent` "schema.*"; pointer from the root of the record's value, "schema.unknown_type" and
///   "schema.unknown_version" when there is no schema for it
[[nodiscard]] std::vector<eventsdk::Violation> check_payload(const eventsdk::SchemaSet& schemas,
                                                             const eventsdk::codec::Decoded& decoded);

/// The same for a native envelope.
[[nodiscard]] std::vector<eventsdk::Violation> check_payload(const eventsdk::SchemaSet& schemas, std::string_view type,
                                                             std::int32_t version,
                                                             std::optional<std::string_view> payload);

/// Checks whole events: the envelope's form, then the payload.
class EventChecker {
public:
    EventChecker(const eventsdk::SchemaSet& schemas, std::size_t max_bytes)
        : schemas_{schemas}, max_bytes_{max_bytes} {}
    /// At most one violation.
    [[nodiscard]] std::vector<eventsdk::Violation> check(std::string_view event);

private:
    const eventsdk::SchemaSet& schemas_;
    std::size_t max_bytes_;
    eventsdk::codec::Scratch scratch_{};
    eventsdk::codec::Decoded decoded_{};
};

/// An error of decoding in the form of a violation.
[[nodiscard]] eventsdk::Violation violation_of(const eventsdk::Error& error);

}  // namespace cli
