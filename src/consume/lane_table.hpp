#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// From a key's hash to its lane: open addressing, no allocation in steady state.
class LaneTable {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    [[nodiscard]] std::size_t size() const { return size_; }

    /// The place of `key`: its lane, or `none` for the caller to fill in.
    std::uint32_t& place(std::uint64_t key) {
        if ((size_ + 1) * 2 > cells_.size()) grow();
        std::size_t at = home(key);
        while (cells_[at].lane != none && cells_[at].key != key) at = (at + 1) & mask();
        if (cells_[at].lane == none) {
            cells_[at].key = key;
            ++size_;
        }
        return cells_[at].lane;
    }

    /// Removes a key that is there.
    void erase(std::uint64_t key) {
        std::size_t at = home(key);
        while (cells_[at].key != key || cells_[at].lane == none) at = (at + 1) & mask();
        --size_;
        for (std::size_t next = (at + 1) & mask();; next = (next + 1) & mask()) {
            cells_[at].lane = none;
            while (cells_[next].lane != none && !may_move(home(cells_[next].key), at, next)) next = (next + 1) & mask();
            if (cells_[next].lane == none) return;
            cells_[at] = cells_[next];
            at = next;
        }
    }

private:
    struct Cell {
        std::uint64_t key = 0;
        std::uint32_t lane = none;
    };

    [[nodiscard]] std::size_t mask() const { return cells_.size() - 1; }
    [[nodiscard]] std::size_t home(std::uint64_t key) const {
        return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 32U) & mask();
    }
    /// A cell found at `from` may move to the free cell `to` unless that lies before its home.
    [[nodiscard]] bool may_move(std::size_t home_at, std::size_t to, std::size_t from) const {
        return ((from - home_at) & mask()) >= ((from - to) & mask());
    }
    void grow() {
        std::vector<Cell> old = std::move(cells_);
        cells_.assign(old.empty() ? 64 : old.size() * 2, Cell{});
        size_ = 0;
        for (const Cell& cell : old) {
            if (cell.lane != none) place(cell.key) = cell.lane;
        }
    }

    std::vector<Cell> cells_;
    std::size_t size_ = 0;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
