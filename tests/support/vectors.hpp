#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>
#include <string>

namespace support {

/// A file of tests/vectors/.
inline nlohmann::json load_vectors(const std::string& name) {
    const std::string path = std::string{EVENTSDK_TEST_SOURCE_DIR} + "/vectors/" + name;
    std::ifstream file{path};
    if (!file) throw std::runtime_error{"cannot open " + path};
    return nlohmann::json::parse(file);
}

/// One list of such a file, by value: a range-for may walk it directly.
inline nlohmann::json load_vectors(const std::string& name, const std::string& list) {
    nlohmann::json all = load_vectors(name);
    if (!all.contains(list) || all[list].empty()) throw std::runtime_error{name + " has no " + list};
    return std::move(all[list]);
}

}  // namespace support
