#pragma once

#include "event/codec.hpp"

#include <eventsdk/broker/record.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Reads a native envelope from a line of JSON, more generously than a record's value is read: the event id is any
/// text, the payload any JSON or missing, and "extensions" hold what the target format has a place for.
class EnvelopeLineReader {
public:
    explicit EnvelopeLineReader(std::size_t max_bytes) : max_bytes_{max_bytes} {}

    /// What read() found; views into the line and the reader, until the next read().
    struct Line {
        eventsdk::EnvelopeView envelope{};
        std::vector<eventsdk::codec::Extension> extensions{};
        std::optional<std::string_view> payload{};
        bool has_time = false;
    };

    /// @return `permanent` "json.*" or "envelope.*" with a pointer into the line. What is missing is left empty:
    ///   the format that writes it says what it needs.
    [[nodiscard]] eventsdk::Result<void> read(std::string_view text, Line& out);

private:
    std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
    eventsdk::Result<void> member(std::string_view name, const eventsdk::json::Value& value, Line& out);
    void keep_raw(std::string_view text, Line& out);
    void extension(std::string_view name, std::string_view json, Line& out);

    std::size_t max_bytes_;
    eventsdk::json::Document document_{};
    std::deque<std::string> texts_{};
};

/// Writes the line's event in a format.
[[nodiscard]] eventsdk::Result<eventsdk::Record> encode_line(const eventsdk::EnvelopeFormat& format,
                                                             const EnvelopeLineReader::Line& line,
                                                             std::string_view topic);

/// A decoded event as a native envelope, with further attributes under "extensions".
[[nodiscard]] std::string envelope_json(const eventsdk::codec::Decoded& decoded);

}  // namespace cli
