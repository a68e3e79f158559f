#pragma once

#include <eventsdk/broker/record.hpp>

#include <support/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace support {

/// A record as a golden file shows it; tests/golden/README.md says how.
inline std::string shown(const eventsdk::Record& record) {
    std::string text = "key: " + record.key.value_or("(null)") + "\n";
    for (const auto& header : record.headers) text += header.name + ": " + header.value.value_or("(null)") + "\n";
    return text + "\n" + record.value.value_or("(null)") + "\n";
}

/// Compares with tests/golden/<name>. EVENTSDK_WRITE_GOLDEN=1 writes a file that does not exist yet, and fails.
inline void check_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string{EVENTSDK_TEST_SOURCE_DIR} + "/golden/" + name;
    std::ifstream file{path, std::ios::binary};
    if (!file && std::getenv("EVENTSDK_WRITE_GOLDEN") != nullptr) std::ofstream{path, std::ios::binary} << text;
    INFO(path);
    CHECK(file.is_open());
    if (file) CHECK(std::string{std::istreambuf_iterator<char>{file}, {}} == text);
}

}  // namespace support
