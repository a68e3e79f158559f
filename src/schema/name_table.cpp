#include "schema/name_table.hpp"

#include <algorithm>
#include <bit>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

constexpr std::size_t most_few = 64;

}  // namespace

NameTable::NameTable(const std::vector<std::string_view>& names) {
    if (names.empty()) return;
    many_ = names.size() > most_few;
    // Few names get room to miss each other; of many, one in so many collides.
    const auto size = many_ ? std::bit_ceil(names.size() + names.size() / 4) : std::bit_ceil(names.size() * 4);
    shift_ = 64U - static_cast<unsigned>(std::countr_zero(size));
    slots_.resize(size);
    if (!many_) choose_multiplier(names);
    auto* link = &first_;
    for (std::uint32_t i = 0; i < names.size(); ++i) {
        const json::NameKey key{names[i]};
        auto slot = slot_of(hash_of(key, names[i]));
        while (slots_[slot].index != none && !slots_[slot].is(key, names[i])) slot = (slot + 1) & (slots_.size() - 1);
        if (slots_[slot].index != none) continue;
        slots_[slot] = {key, names[i], i, 0, json::NameKey::mask_of(names[i].size())};
        *link = static_cast<std::uint32_t>(slot);
        link = &slots_[slot].next;
    }
    *link = first_;
}

/// A few multipliers are tried for the one with the fewest collisions: mostly none.
void NameTable::choose_multiplier(const std::vector<std::string_view>& names) {
    std::vector<json::NameKey> keys;
    keys.reserve(names.size());
    for (const auto name : names) keys.emplace_back(name);
    auto best = multiplier_;
    auto fewest = collisions(keys);
    for (int attempt = 0; attempt < 32 && fewest != 0; ++attempt) {
        multiplier_ = multiplier_ * 0xbf58476d1ce4e5b9ULL + 2;
        if (const auto count = collisions(keys); count < fewest) {
            fewest = count;
            best = multiplier_;
        }
    }
    multiplier_ = best;
}

std::size_t NameTable::collisions(const std::vector<json::NameKey>& keys) const {
    std::vector<bool> taken(slots_.size());
    std::size_t count = 0;
    for (const auto& key : keys) {
        const auto slot = slot_of(key.hash());
        count += taken[slot];
        taken[slot] = true;
    }
    return count;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
