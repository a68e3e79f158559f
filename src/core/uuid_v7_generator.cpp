#include <eventsdk/core/uuid.hpp>

#include "core/random.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace {

/// The newest id's 48 bits of milliseconds and a 16-bit counter (rand_a and the top of rand_b) are one atomic word:
/// adding one never repeats and never goes back; a spent counter borrows from the millisecond to come.
class UuidV7Generator final : public IdGenerator {
public:
    explicit UuidV7Generator(std::shared_ptr<Clock> clock) : clock_{std::move(clock)} {}

    Uuid next() override { return next_at(clock_->now()); }

    Uuid next_at(Timestamp now) override {
        const std::uint64_t noise = random_bits();
        const std::uint64_t fresh = (milliseconds_of(now) << counter_bits) | (noise & seed_mask);
        std::uint64_t newest = newest_.load(std::memory_order_relaxed);
        std::uint64_t mine = 0;
        do {
            const bool new_millisecond = (fresh >> counter_bits) > (newest >> counter_bits);
            mine = new_millisecond ? fresh : newest + 1;
        } while (!newest_.compare_exchange_weak(newest, mine, std::memory_order_relaxed));

        const auto rand_a = static_cast<std::uint16_t>((mine >> 4) & 0xfffU);
        const std::uint64_t rand_b = ((mine & 0xfU) << 58) | (noise >> 6);
        return Uuid::v7(static_cast<std::int64_t>(mine >> counter_bits), rand_a, rand_b);
    }

private:
    static constexpr unsigned counter_bits = 16;
    /// The seed leaves the counter's upper half free: at least 32,768 ids a millisecond before it borrows.
    static constexpr std::uint64_t seed_mask = 0x7fff;

    [[nodiscard]] static std::uint64_t milliseconds_of(Timestamp now) noexcept {
        const auto count = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
        constexpr std::int64_t most = (std::int64_t{1} << 48) - 2;
        return static_cast<std::uint64_t>(std::clamp<std::int64_t>(count, 0, most));
    }

    std::shared_ptr<Clock> clock_;
    std::atomic<std::uint64_t> newest_{0};
};

}  // namespace

std::shared_ptr<IdGenerator> uuid_v7_generator(std::shared_ptr<Clock> clock) {
    if (clock == nullptr) clock = system_clock();
    return std::make_shared<UuidV7Generator>(std::move(clock));
}

EVENTSDK_END_NAMESPACE
