#pragma once

#include <eventsdk/core/clock.hpp>
#include <eventsdk/core/result.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// A 128-bit identifier. **Source**: RFC 9562.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    friend auto operator<=>(const Uuid&, const Uuid&) = default;

    /// Any version and variant in 8-4-4-4-12 hexadecimal form, either case; nothing else (no braces, no urn:).
    [[nodiscard]] static EVENTSDK_API std::optional<Uuid> parse(std::string_view text) noexcept;
    /// Version 7 from its parts; `rand_a` has 12 bits, `rand_b` 62, higher bits are ignored.
    [[nodiscard]] static EVENTSDK_API Uuid v7(std::int64_t unix_ms, std::uint16_t rand_a,
                                              std::uint64_t rand_b) noexcept;
    /// Version 5: SHA-1 of a name in a namespace.
    [[nodiscard]] static EVENTSDK_API Uuid v5(const Uuid& space, std::string_view name);

    [[nodiscard]] bool is_nil() const noexcept { return *this == Uuid{}; }
    [[nodiscard]] int version() const noexcept { return bytes[6] >> 4; }
    /// Lower case, 36 bytes.
    EVENTSDK_API void format(std::span<char, 36> out) const noexcept;
    [[nodiscard]] EVENTSDK_API std::string to_string() const;
};

/// Where event ids come from. Tests use testing::SequentialIds.
///
/// **Thread safety**: `next()` may be called from any thread.
class EVENTSDK_API IdGenerator {
public:
    virtual ~IdGenerator() = default;
    [[nodiscard]] virtual Uuid next() = 0;
    /// As next(), by a time that the caller has just read off a clock, which saves the generator its own look.
    [[nodiscard]] virtual Uuid next_at(Timestamp now) {
        static_cast<void>(now);
        return next();
    }

protected:
    IdGenerator() = default;
    IdGenerator(const IdGenerator&) = default;
    IdGenerator& operator=(const IdGenerator&) = default;
};

/// UUID version 7: milliseconds of `clock`, or of the time that next_at() is given, then a counter seeded at random within each millisecond, then random
/// bits. Ids of one generator strictly increase, also when the clock goes back. Survives `fork()` (the child
/// re-seeds). No lock is held while random bytes are drawn from the system.
/// **Source**: RFC 9562 section 5.7 and 6.2 (method 1).
[[nodiscard]] EVENTSDK_API std::shared_ptr<IdGenerator> uuid_v7_generator(
    std::shared_ptr<Clock> clock = system_clock());

EVENTSDK_END_NAMESPACE
