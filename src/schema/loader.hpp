#pragma once

#include <eventsdk/schema/schema_set.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// What a file's name says.
struct FileName {
    std::string type{};
    int version = 0;
};

/// "exercise.started.v2.schema.json" gives "exercise.started" and 2; without `.v<N>` nothing.
/// @return "schema.load.name" when the version is 0, too large or has leading zeros, or nothing stands before it.
[[nodiscard]] Result<std::optional<FileName>> read_file_name(std::string_view name);

/// A text that `$ref` can reach under a URI; for tests.
struct Neighbour {
    std::string uri{};
    std::string text{};
};

[[nodiscard]] Result<std::vector<Schema>> load_directory(const std::filesystem::path& directory,
                                                         const SchemaOptions& options);
[[nodiscard]] Result<Schema> compile_text(std::string_view text, const SchemaOptions& options, std::string_view name,
                                          const std::vector<Neighbour>& neighbours = {});

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
