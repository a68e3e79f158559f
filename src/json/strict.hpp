#pragma once

#include "json/tape.hpp"

#include <eventsdk/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// Bounds of a document; what is beyond is an error, never a crash.
struct Limits {
    std::size_t max_bytes = 1'000'000;
    std::size_t max_depth = 64;        ///< nested arrays and objects; 1…1,024
    std::size_t max_members = 10'000;  ///< of one object
};

/// The error of a text that is not taken, with a stable code.
[[nodiscard]] inline Error fail(std::string_view code, std::string message) {
    return Error{.kind = ErrorKind::permanent, .code = std::string{code}, .message = std::move(message)};
}

/// What the parser lets pass and we do not: one pass along its tape for depth, members, and names that are double or
/// hold a NUL. Keeps its buffers.
class StrictPass {
public:
    [[nodiscard]] Result<void> check(const simdjson::dom::document& document, const Limits& limits,
                                     bool names_may_hold_nul);

private:
    enum class Fault : std::uint8_t { too_deep, too_many_members, duplicate_key, nul_in_name };
    /// A container that is open.
    struct Frame {
        std::size_t first_name = 0;  ///< its place on the tape; 0: an array
        std::uint64_t seen = 0;      ///< a bit for each name so far
        bool many = false;           ///< was looked at when it opened
    };

    bool walk(const Limits& limits, bool names_may_hold_nul);
    bool open(Frame& frame, std::size_t at, const Limits& limits);
    bool repeats(std::size_t first, std::size_t at);
    bool repeats_among_many(std::size_t first);
    bool holds_nul(std::string_view name);
    bool fail(Fault fault, std::string_view name);
    [[nodiscard]] std::string_view name_at(std::size_t at) const noexcept {
        return tape::string_at(strings_, words_[at]);
    }
    [[nodiscard]] Error explain(const simdjson::dom::document& document, const Limits& limits) const;

    const tape::Word* words_ = nullptr;
    const std::uint8_t* strings_ = nullptr;
    std::vector<Frame> frames_;            // of all containers now open but the innermost
    std::vector<std::string_view> names_;  // of one large object
    std::vector<std::uint32_t> slots_;     // hash table of it
    Fault fault_ = Fault::too_deep;
    std::string_view name_{};  // that the fault is about
    std::uint64_t members_ = 0;
};

}  // namespace json
EVENTSDK_END_NAMESPACE
