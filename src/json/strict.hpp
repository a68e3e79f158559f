#pragma once

#include <eventsdk/core/result.hpp>

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

using Value = simdjson::dom::element;

/// Bounds of a document; what is beyond is an error, never a crash.
struct Limits {
    std::size_t max_bytes = 1'000'000;
    std::size_t max_depth = 64;        ///< nested arrays and objects; 1…1,024
    std::size_t max_members = 10'000;  ///< of one object
};

/// What the parser lets pass and we do not: one pass along its tape for depth, members, and names that are double or
/// hold a NUL. Keeps its buffers.
class StrictPass {
public:
    [[nodiscard]] Result<void> check(const simdjson::dom::document& document, const Limits& limits,
                                     bool names_may_hold_nul);

private:
    struct Name {
        std::uint64_t signature;
        std::string_view text;
    };

    Result<void> open(std::uint64_t word, const Limits& limits);
    Result<void> close(const simdjson::dom::document& document);
    [[nodiscard]] bool in_object() const noexcept;
    bool find_duplicate(std::size_t first, std::string_view& duplicate);
    bool find_duplicate_of_many(std::size_t first, std::string_view& duplicate);

    std::vector<Name> names_;           // of all objects now open
    std::vector<std::size_t> frames_;   // for each open object its first name in names_, for each array array_frame
    std::vector<std::uint32_t> slots_;  // hash table of one large object
};

}  // namespace json
EVENTSDK_END_NAMESPACE
