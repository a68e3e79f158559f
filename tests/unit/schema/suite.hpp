#pragma once

#include <eventsdk/schema/schema_set.hpp>

#include "schema/loader.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace suite {

/// One case of the official JSON-Schema-Test-Suite.
struct Case {
    std::string file{};
    std::string group{};
    std::string description{};
    std::string schema{};  ///< JSON text
    std::string data{};    ///< JSON text
    bool valid = false;
};

/// Where the suite lies: EVENTSDK_JSON_SCHEMA_SUITE (ctest names the edition that tools/setup fetched), else the Debian
/// package json-schema-test-suite. Throws when it is nowhere: without it the tests prove nothing.
std::filesystem::path root();

/// The cases of a folder below `tests/`, not of its subfolders; empty when the suite has no such folder.
std::vector<Case> cases(const std::string& folder);

/// The suite's remote schemas, under the URIs that its cases use.
std::vector<eventsdk::schema_detail::Neighbour> remotes();

}  // namespace suite
