#pragma once

#include <cstddef>

namespace counting {

/// How often this thread asked for memory by `new`. The program's operator new counts; only this binary has it.
std::size_t allocations() noexcept;

/// Calls of `new` while `work` runs `times` times, after it ran a few times to make its buffers.
template <class Work>
std::size_t allocations_of(Work&& work, int times = 100) {
    for (int i = 0; i < 3; ++i) work();
    const std::size_t before = allocations();
    for (int i = 0; i < times; ++i) work();
    return allocations() - before;
}

}  // namespace counting
