#pragma once

#include <eventsdk/core/result.hpp>
#include <eventsdk/core/runtime.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {

/// What a producer counts and says about one topic. Guarded by the owner's lock, but for delivered() and its name.
class TopicSeries {
public:
    TopicSeries(std::string name, const Runtime& runtime, bool measured);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    void delivered(double seconds) noexcept {
        if (delivered_ == nullptr) return;
        delivered_->add();
        seconds_->observe(seconds);
    }
    /// Counts a failure and logs it, at most once per kind in ten seconds.
    void failed(const Runtime& runtime, const Error& error, std::string_view event_id);

private:
    struct Failures {
        std::shared_ptr<Counter> counter{};
        std::optional<MonotonicTime> logged{};
        std::int64_t unlogged = 0;
    };
    static constexpr std::size_t kinds = static_cast<std::size_t>(ErrorKind::closed) + 1;

    std::string name_;
    std::shared_ptr<Counter> delivered_;
    std::shared_ptr<Histogram> seconds_;
    std::array<Failures, kinds> failures_{};
};

}  // namespace produce
EVENTSDK_END_NAMESPACE
