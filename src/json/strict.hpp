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
    /// An object that is open; an array has the number of names that no object has.
    struct Frame {
        std::uint32_t first_name;
        bool many;           ///< looked at when it closes
        std::uint64_t seen;  ///< a bit for each signature so far
    };

    bool open(std::uint64_t word, const Limits& limits);
    bool close();
    bool add_name(Frame& frame, std::string_view name);
    bool holds_nul(std::string_view name);
    bool repeats_among_many(std::size_t first);
    [[nodiscard]] Frame* innermost_object() noexcept {
        return frames_.empty() || frames_.back().first_name == array_frame ? nullptr : &frames_.back();
    }
    [[nodiscard]] Error explain(const simdjson::dom::document& document, const Limits& limits) const;

    static constexpr std::uint32_t array_frame = static_cast<std::uint32_t>(-1);

    std::vector<Name> names_;           // of all objects now open
    std::vector<Frame> frames_;         // of all objects and arrays now open
    std::vector<std::uint32_t> slots_;  // hash table of one large object
    enum class Fault : std::uint8_t {
        none,
        too_deep,
        too_many_members,
        duplicate_key,
        nul_in_name
    } fault_ = Fault::none;
    std::string_view name_{};  // that the fault is about
    std::uint64_t members_ = 0;
};

}  // namespace json
EVENTSDK_END_NAMESPACE
