#pragma once

#include "json/names.hpp"

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

    /// `none` when it is unknown; `name` is of a parsed document. A look at one slot in most cases.
    [[nodiscard]] std::uint32_t find(std::string_view name) const noexcept {
        if (slots_.empty()) return none;
        const auto key = json::NameKey::of_parsed(name);
        for (auto slot = slot_of(key.hash()); slots_[slot].index != none; slot = (slot + 1) & (slots_.size() - 1))
            if (slots_[slot].key == key && (key.holds_all() || slots_[slot].name == name)) return slots_[slot].index;
        return none;
    }

private:
    struct Slot {
        json::NameKey key{};
        std::string_view name{};
        std::uint32_t index = none;
    };

    [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const noexcept {
        return static_cast<std::size_t>((hash * multiplier_) >> shift_);
    }
    [[nodiscard]] std::size_t collisions(const std::vector<json::NameKey>& keys) const;

    std::vector<Slot> slots_{};
    std::uint64_t multiplier_ = 0x9e3779b97f4a7c15ULL;
    unsigned shift_ = 63;
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
