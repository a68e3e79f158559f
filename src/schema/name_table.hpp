#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// Finds the index of a name among the names of one object's description; made once, never changed.
class NameTable {
public:
    static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);

    NameTable() = default;
    /// `names` must be all different and outlive the table.
    explicit NameTable(const std::vector<std::string_view>& names);

    /// `none` when it is unknown. A multiplication, a look at one slot in most cases, and a comparison.
    [[nodiscard]] std::uint32_t find(std::string_view name) const noexcept;

private:
    struct Slot {
        std::uint64_t signature = 0;
        std::string_view name{};
        std::uint32_t index = none;
    };

    [[nodiscard]] std::size_t slot_of(std::uint64_t signature) const noexcept {
        return static_cast<std::size_t>((signature * multiplier_) >> shift_);
    }
    [[nodiscard]] std::size_t collisions(const std::vector<std::uint64_t>& signatures) const;

    std::vector<Slot> slots_{};
    std::uint64_t multiplier_ = 0x9e3779b97f4a7c15ULL;
    unsigned shift_ = 63;
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
