#pragma once

#include "json/names.hpp"
#include "json/text.hpp"

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
    /// `names` must outlive the table; of equal ones the first counts.
    explicit NameTable(const std::vector<std::string_view>& names);

    /// `none` when it is unknown; `name` is of a parsed document. A look at one slot in most cases.
    [[nodiscard]] std::uint32_t find(std::string_view name) const noexcept {
        return slots_.empty() ? none : search(json::NameKey::of_parsed(name), name).index;
    }
    /// The same, faster for names in the order of the table. `place` is where to look first: first() at the beginning.
    [[nodiscard]] std::uint32_t find_next(std::string_view name, std::uint32_t& place) const noexcept {
        if (slots_.empty()) return none;
        const auto& expected = slots_[place];
        const auto& found = expected.is_parsed(name) ? expected : search(json::NameKey::of_parsed(name), name);
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
        std::uint64_t mask = 0;  ///< of the bytes that head and tail have

        /// Of a parsed document, behind whose texts' beginnings eight bytes can be read: no branch on the length.
        [[nodiscard]] bool is_parsed(std::string_view text) const noexcept {
            if (text.size() != key.size) return false;
            const auto* const last = text.data() + text.size() - std::min<std::size_t>(text.size(), 8);
            const auto other =
                ((json::NameKey::load(text.data()) ^ key.head) | (json::NameKey::load(last) ^ key.tail)) & mask;
            return other == 0 && (key.holds_all() || name == text);
        }
        [[nodiscard]] bool is(const json::NameKey& other, std::string_view text) const noexcept {
            return key == other && (other.holds_all() || name == text);
        }
    };

    /// The name's slot, or an empty one.
    [[nodiscard]] const Slot& search(const json::NameKey& key, std::string_view name) const noexcept {
        auto slot = slot_of(hash_of(key, name));
        while (slots_[slot].index != none && !slots_[slot].is(key, name)) slot = (slot + 1) & (slots_.size() - 1);
        return slots_[slot];
    }

    /// A key's hash is quick, and the same for long names that differ in their middle: too little for many names, which
    /// would then all be compared with each other.
    [[nodiscard]] std::uint64_t hash_of(const json::NameKey& key, std::string_view name) const noexcept {
        return many_ ? json::keyed_hash(name) : key.hash();
    }
    [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const noexcept {
        return static_cast<std::size_t>((hash * multiplier_) >> shift_);
    }
    void choose_multiplier(const std::vector<std::string_view>& names);
    [[nodiscard]] std::size_t collisions(const std::vector<json::NameKey>& keys) const;

    std::vector<Slot> slots_{};
    std::uint64_t multiplier_ = 0x9e3779b97f4a7c15ULL;
    unsigned shift_ = 63;
    std::uint32_t first_ = 0;  // slot of the first name
    bool many_ = false;
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
