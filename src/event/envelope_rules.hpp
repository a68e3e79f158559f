#pragma once

#include "event/codec.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// A `permanent` error about a member of an envelope; `pointer` into the value ("" for the whole).
[[nodiscard]] Error envelope_error(std::string_view code, std::string_view pointer, std::string message);

/// What every format asks of an envelope before it writes it.
/// @return `invalid_argument` "envelope.event_id" (empty), "envelope.type", "envelope.schema_version",
///   "envelope.aggregate_id", "envelope.revision"
[[nodiscard]] Result<void> check_writable(const EnvelopeView& envelope);
/// The same, and that the event id is a UUID, not nil or max.
[[nodiscard]] Result<void> check_writable_native(const EnvelopeView& envelope);

/// True for a UUID that may name an event.
[[nodiscard]] bool is_event_uuid(std::string_view text) noexcept;

/// Takes a valid trace context from the headers `traceparent` and `tracestate`.
void read_trace_headers(const RecordParts& record, EnvelopeView& envelope);
void write_trace_headers(const EnvelopeView& envelope, RecordSink& out);

/// Reads single members of an envelope; errors name the member.
class MemberReader {
public:
    constexpr explicit MemberReader(std::string_view form) : form_{form} {}

    [[nodiscard]] Error missing(std::string_view member) const;
    [[nodiscard]] Error bad(std::string_view code, std::string_view member, std::string reason) const;
    /// A string; `code` when it is empty.
    [[nodiscard]] Result<void> text(std::string_view member, const json::Value& value, std::string_view code,
                                    std::string_view& out) const;
    /// A string, or null for none.
    [[nodiscard]] Result<void> optional_text(std::string_view member, const json::Value& value,
                                             std::string_view& out) const;
    /// An integer in 1…2^31-1.
    [[nodiscard]] Result<void> version(std::string_view member, const json::Value& value, std::int32_t& out) const;
    /// An integer of at least 0, or null for none.
    [[nodiscard]] Result<void> revision(std::string_view member, const json::Value& value,
                                        std::optional<std::int64_t>& out) const;
    /// An RFC 3339 date-time.
    [[nodiscard]] Result<void> time(std::string_view member, const json::Value& value, Timestamp& out) const;

private:
    std::string_view form_;
};

/// Compares a header with what the body says, where the header is present.
/// @return `permanent` "schema.header" when they contradict each other
[[nodiscard]] Result<void> check_header(const RecordParts& record, std::string_view header, std::string_view body);

}  // namespace codec
EVENTSDK_END_NAMESPACE
