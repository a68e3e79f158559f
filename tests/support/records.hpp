#pragma once

#include "event/codec.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// A record as a format wrote it, and as one reads it.
class WrittenRecord final : public eventsdk::codec::RecordSink {
public:
    std::optional<std::string> key_text{};
    std::optional<std::string> value_text{};
    std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
    std::string topic = "topic";

    void key(std::string_view text) override { key_text = std::string{text}; }
    void header(std::string_view name, std::string_view value) override {
        headers.emplace_back(std::string{name}, std::string{value});
    }
    std::string& value() override { return value_text.emplace(); }

    /// The views that a format reads; valid as long as this record is not changed.
    eventsdk::codec::RecordParts parts() {
        views_.clear();
        for (const auto& [name, value] : headers) views_.push_back({name, value});
        eventsdk::codec::RecordParts parts{.topic = topic, .partition = 3, .offset = 42};
        parts.timestamp = eventsdk::Timestamp{std::chrono::milliseconds{1'795'176'000'123}};
        if (key_text) parts.key = *key_text;
        if (value_text) parts.value = *value_text;
        parts.headers = views_;
        return parts;
    }

    /// As a golden file shows it: key, headers, an empty line, the value's bytes.
    [[nodiscard]] std::string shown() const {
        std::string text = "key: " + key_text.value_or("(null)") + "\n";
        for (const auto& [name, value] : headers) text += name + ": " + value.value_or("(null)") + "\n";
        return text + "\n" + value_text.value_or("(null)") + "\n";
    }

private:
    std::vector<eventsdk::codec::HeaderText> views_;
};

/// The bytes of tests/golden/<name>.
inline std::string golden(const std::string& name) {
    const std::string path = std::string{EVENTSDK_TEST_SOURCE_DIR} + "/golden/" + name;
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot open " + path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace support
