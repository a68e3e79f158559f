#pragma once

#include <eventsdk/core/uuid.hpp>

#include <atomic>
#include <cstdint>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// Ids that a test can know beforehand: valid UUIDs of version 7 whose last bytes count 1, 2, 3, …
/// ("00000000-0000-7000-8000-000000000001" first).
///
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API SequentialIds final : public IdGenerator {
public:
    [[nodiscard]] Uuid next() override { return nth(++last_); }
    /// The id that the n-th call of next() gives.
    /// @param n from 1
    [[nodiscard]] static Uuid nth(std::uint64_t n) noexcept { return Uuid::v7(0, 0, n); }
    /// How many were given out.
    [[nodiscard]] std::uint64_t count() const noexcept { return last_.load(); }

private:
    std::atomic<std::uint64_t> last_{0};
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
