#include "core/random.hpp"

#include <pthread.h>
#include <sys/random.h>

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>

EVENTSDK_BEGIN_NAMESPACE
namespace {

std::atomic<std::uint64_t> forks{0};

struct Block {
    std::array<std::uint64_t, 64> words{};
    std::size_t used = 64;
    std::uint64_t forks_seen = 0;
};

/// splitmix64: for the one case that the system gives nothing, which Linux rules out after boot.
std::uint64_t mix(std::uint64_t value) noexcept {
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

void fill(Block& block) noexcept {
    auto* bytes = reinterpret_cast<std::byte*>(block.words.data());
    constexpr std::size_t size = sizeof block.words;
    std::size_t have = 0;
    for (int tries = 0; have < size && tries < 16; ++tries) {
        const ssize_t got = ::getrandom(bytes + have, size - have, 0);
        if (got > 0) have += static_cast<std::size_t>(got);
    }
    if (have < size) {
        auto seed = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
        seed ^= reinterpret_cast<std::uintptr_t>(&block);
        for (auto& word : block.words) word ^= seed = mix(seed);
    }
    block.used = 0;
}

/// xoshiro256++ 1.0 of Blackman and Vigna.
struct Noise {
    std::array<std::uint64_t, 4> state{};
    bool seeded = false;
    std::uint64_t forks_seen = 0;
};

void watch_forks() noexcept {
    static const int watching =
        ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
    static_cast<void>(watching);
}

}  // namespace

std::uint64_t random_bits() noexcept {
    thread_local Block block;
    const std::uint64_t seen = forks.load(std::memory_order_relaxed);
    if (block.used == block.words.size() || block.forks_seen != seen) {
        watch_forks();
        block.forks_seen = seen;
        fill(block);
    }
    const std::uint64_t bits = block.words[block.used];
    block.words[block.used++] = 0;
    return bits;
}

std::uint64_t noise_bits() noexcept {
    thread_local Noise noise;
    const std::uint64_t seen = forks.load(std::memory_order_relaxed);
    auto& state = noise.state;
    if (!noise.seeded || noise.forks_seen != seen) {
        for (auto& word : state) word = random_bits();
        noise.seeded = true;
        noise.forks_seen = seen;
    }
    const std::uint64_t bits = std::rotl(state[0] + state[3], 23) + state[0];
    const std::uint64_t shifted = state[1] << 17U;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = std::rotl(state[3], 45);
    return bits;
}

EVENTSDK_END_NAMESPACE
