#pragma once

#include "event/codec.hpp"

#include <eventsdk/broker/record.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// A record as one line of JSON, what `tail --json` writes and `record decode` reads:
/// {"topic":"…","partition":0,"offset":12,"timestamp":"…","key":"…","headers":[["name","value"]],"value":"…"}.
/// Null is Kafka's null; bytes that are not UTF-8 stand in keyBase64, valueBase64 and {"base64":"…"}.
struct RecordLine {
    eventsdk::Record record{};
    std::int64_t offset = -1;
};

/// Reads such lines; every member may be missing.
class RecordLineReader {
public:
    /// @return `permanent` "json.*", or "record.line" with a pointer into the line
    [[nodiscard]] eventsdk::Result<RecordLine> read(std::string_view line);

private:
    eventsdk::json::Document document_{};
};

/// Text or base64, whichever the bytes need: `"key":"…"` or `"keyBase64":"…"`; for null `"key":null`.
[[nodiscard]] std::string record_line(const eventsdk::Record& record);
/// The same with the place and time of a record that was read.
[[nodiscard]] std::string record_line(const eventsdk::ReceivedRecord& record);

/// A record as the codecs see it; `headers` holds what the result points to.
[[nodiscard]] eventsdk::codec::RecordParts parts_of(const RecordLine& line,
                                                    std::vector<eventsdk::codec::HeaderText>& headers);

/// What stands for "the record has no time" in RecordParts::timestamp.
inline constexpr eventsdk::Timestamp no_timestamp = eventsdk::Timestamp::min();

}  // namespace cli
