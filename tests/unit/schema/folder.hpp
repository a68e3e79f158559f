#pragma once

#include <eventsdk/schema/schema_set.hpp>

#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>

// A schema directory of one test, removed with it.
class Folder {
public:
    Folder() {
        static std::atomic<int> counter{0};
        path_ = std::filesystem::temp_directory_path() /
                ("eventsdk-schemas-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder& file(const std::string& name, const std::string& text) {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream{path_ / name, std::ios::binary} << text;
        return *this;
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] eventsdk::Error error(const eventsdk::SchemaOptions& options = {}) const {
        auto set = eventsdk::SchemaSet::load(path_, options);
        return set ? eventsdk::Error{} : set.error();
    }

private:
    std::filesystem::path path_;
};
