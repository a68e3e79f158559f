#include "schema/name_table.hpp"

#include "json/names.hpp"

#include <algorithm>
#include <bit>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

NameTable::NameTable(const std::vector<std::string_view>& names) {
    if (names.empty()) return;
    const auto size = std::bit_ceil(names.size() * 4);
    shift_ = 64U - static_cast<unsigned>(std::countr_zero(size));
    slots_.resize(size);
    std::vector<std::uint64_t> signatures;
    signatures.reserve(names.size());
    for (const auto name : names) signatures.push_back(json::signature_of(name));

    // A few multipliers are tried for the one with the fewest collisions: mostly none.
    auto best = multiplier_;
    auto fewest = collisions(signatures);
    for (int attempt = 0; attempt < 32 && fewest != 0; ++attempt) {
        multiplier_ = multiplier_ * 0xbf58476d1ce4e5b9ULL + 2;
        if (const auto count = collisions(signatures); count < fewest) {
            fewest = count;
            best = multiplier_;
        }
    }
    multiplier_ = best;
    for (std::uint32_t i = 0; i < names.size(); ++i) {
        auto slot = slot_of(signatures[i]);
        while (slots_[slot].index != none) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = {signatures[i], names[i], i};
    }
}

std::size_t NameTable::collisions(const std::vector<std::uint64_t>& signatures) const {
    std::vector<bool> taken(slots_.size());
    std::size_t count = 0;
    for (const auto signature : signatures) {
        const auto slot = slot_of(signature);
        count += taken[slot];
        taken[slot] = true;
    }
    return count;
}

std::uint32_t NameTable::find(std::string_view name) const noexcept {
    if (slots_.empty()) return none;
    const auto signature = json::signature_of(name);
    for (auto slot = slot_of(signature); slots_[slot].index != none; slot = (slot + 1) & (slots_.size() - 1))
        if (slots_[slot].signature == signature && slots_[slot].name == name) return slots_[slot].index;
    return none;
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
