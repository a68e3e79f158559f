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
        return slots_.empty() ? none : search(json::NameKey::of_parsed(name), name).index;
    }
    /// The same, faster for names in the order of the table. `place` is where to look first: first() at the beginning.
    [[nodiscard]] std::uint32_t find_next(std::string_view name, std::uint32_t& place) const noexcept {
        if (slots_.empty()) return none;
        const auto key = json::NameKey::of_parsed(name);
        const auto& expected = slots_[place];
        const auto& found = expected.is(key, name) ? expected : search(key, name);
        if (found.index != none) place = found.next;
        return found.index;
    }
    [[nodiscard]] std::uint32_t first() const noexcept { return first_; }

private:
    struct Slot {
        json::NameKey key{};
        std::string_view name{};
        std::uint32_t index = none;
        std::uint32_t next = 0;  ///< slot of the name behind this one

        [[nodiscard]] bool is(const json::NameKey& other, std::string_view text) const noexcept {
            return key == other && (other.holds_all() || name == text);
        }
    };

    /// The name's slot, or an empty one.
    [[nodiscard]] const Slot& search(const json::NameKey& key, std::string_view name) const noexcept {
        auto slot = slot_of(key.hash());
        while (slots_[slot].index != none && !slots_[slot].is(key, name)) slot = (slot + 1) & (slots_.size() - 1);
        return slots_[slot];
    }

    [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const noexcept {
        return static_cast<std::size_t>((hash * multiplier_) >> shift_);
    }
    [[nodiscard]] std::size_t collisions(const std::vector<json::NameKey>& keys) const;

    std::vector<Slot> slots_{};
    std::uint64_t multiplier_ = 0x9e3779b97f4a7c15ULL;
    unsigned shift_ = 63;
    std::uint32_t first_ = 0;  // slot of the first name
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
