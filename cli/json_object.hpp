#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/// `text` as a JSON string; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);
/// Accepted JSON text without line breaks, so that it fits into one line.
[[nodiscard]] std::string on_one_line(std::string_view json);

/// Puts one line of JSON together, member by member.
class JsonObject {
public:
    JsonObject& text(std::string_view name, std::string_view value) { return raw(name, json_string(value)); }
    JsonObject& integer(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
    JsonObject& boolean(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
    JsonObject& null(std::string_view name) { return raw(name, "null"); }
    /// A value that is JSON already.
    JsonObject& raw(std::string_view name, std::string_view json) {
        out_.append(out_.empty() ? "{" : ",").append(json_string(name)).append(":").append(json);
        return *this;
    }
    [[nodiscard]] std::string done() const { return out_.empty() ? "{}" : out_ + "}"; }

private:
    std::string out_;
};

/// The same for an array.
class JsonArray {
public:
    JsonArray& raw(std::string_view json) {
        out_.append(out_.empty() ? "[" : ",").append(json);
        return *this;
    }
    JsonArray& text(std::string_view value) { return raw(json_string(value)); }
    [[nodiscard]] std::string done() const { return out_.empty() ? "[]" : out_ + "]"; }

private:
    std::string out_;
};

}  // namespace cli
