#pragma once

#include <eventsdk/core/config.hpp>

#include <cstdint>

EVENTSDK_BEGIN_NAMESPACE

/// 64 unpredictable bits of the system, drawn in blocks that each thread keeps; a forked child draws its own.
[[nodiscard]] std::uint64_t random_bits() noexcept;

/// 64 bits of a fast generator that each thread seeds from random_bits(), and a forked child seeds anew: for ids that
/// need not be secret.
[[nodiscard]] std::uint64_t noise_bits() noexcept;

EVENTSDK_END_NAMESPACE
