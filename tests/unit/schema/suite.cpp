#include "suite.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace suite {
namespace {

namespace fs = std::filesystem;

nlohmann::json read(const fs::path& path) {
    std::ifstream file{path};
    return nlohmann::json::parse(file);
}

}  // namespace

fs::path root() {
    const char* named = std::getenv("EVENTSDK_JSON_SCHEMA_SUITE");
    fs::path path = named != nullptr ? named : "/usr/share/json-schema-test-suite";
    if (!fs::is_directory(path / "tests"))
        throw std::runtime_error{
            "no JSON-Schema-Test-Suite at " + path.string() +
            ": install json-schema-test-suite (tools/setup test), or set EVENTSDK_JSON_SCHEMA_SUITE"};
    return path;
}

std::vector<Case> cases(const std::string& folder) {
    std::vector<Case> result;
    const auto path = root() / "tests" / folder;
    if (!fs::is_directory(path)) return result;
    for (const auto& entry : fs::directory_iterator{path}) {
        if (!entry.is_regular_file() || entry.path().extension() != ".json") continue;
        for (const auto& group : read(entry.path()))
            for (const auto& test : group["tests"])
                result.push_back({entry.path().stem().string(), group["description"], test["description"],
                                  group["schema"].dump(), test["data"].dump(), test["valid"]});
    }
    return result;
}

std::vector<eventsdk::schema_detail::Neighbour> remotes() {
    std::vector<eventsdk::schema_detail::Neighbour> result;
    const auto folder = root() / "remotes";
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file()) continue;
        auto text = read(entry.path()).dump();
        result.push_back(
            {"http://localhost:1234/" + entry.path().lexically_relative(folder).generic_string(), std::move(text)});
    }
    return result;
}

}  // namespace suite
