#pragma once

#include <eventsdk/core/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// A bit for each member or element of a value; takes memory of its own only beyond 256.
class Marks {
public:
    explicit Marks(std::size_t count) {
        if (count > inside_.size() * 64) beyond_.resize((count + 63) / 64);
    }
    void set(std::size_t index) noexcept { words()[index / 64] |= std::uint64_t{1} << (index % 64); }
    [[nodiscard]] bool has(std::size_t index) noexcept { return ((words()[index / 64] >> (index % 64)) & 1U) != 0; }

private:
    std::uint64_t* words() noexcept { return beyond_.empty() ? inside_.data() : beyond_.data(); }

    std::array<std::uint64_t, 4> inside_{};
    std::vector<std::uint64_t> beyond_{};
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
