#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace support {

/// A directory of schema files for one test; gone with it.
class SchemaDirectory {
public:
    SchemaDirectory() {
        static std::atomic<int> made{0};
        path_ = std::filesystem::temp_directory_path() /
                ("eventsdk-schemas-" + std::to_string(::getpid()) + "-" + std::to_string(++made));
        std::filesystem::create_directories(path_);
    }
    ~SchemaDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    SchemaDirectory(const SchemaDirectory&) = delete;
    SchemaDirectory& operator=(const SchemaDirectory&) = delete;

    /// @param file below the directory: "education/AssignmentSubmitted.v1.schema.json"
    SchemaDirectory& add(std::string_view file, std::string_view text) {
        const auto place = path_ / file;
        std::filesystem::create_directories(place.parent_path());
        std::ofstream{place, std::ios::binary} << text;
        return *this;
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace support
