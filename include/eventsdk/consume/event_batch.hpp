#pragma once

#include <eventsdk/consume/delivery.hpp>
#include <eventsdk/consume/handled.hpp>
#include <eventsdk/event.hpp>

#include <memory>
#include <span>
#include <type_traits>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// Which events one call of a batch handler may hold.
enum class BatchUnit : std::uint8_t {
    key,        ///< of one key, in order
    partition,  ///< of one partition: each key's events in order, and no order between keys
};

/// What one call of a batch handler holds.
struct BatchOptions {
    /// Events in one call, 1…10,000.
    int max_events = 100;
    BatchUnit unit = BatchUnit::key;  ///< what may be in one call
};

/// Events that wait for one call of a batch handler; one for each worker. What on_batch<T>() makes of its handler.
class EVENTSDK_API EventBatch {
public:
    virtual ~EventBatch() = default;
    /// Copies the event and, when the handler wants it, the delivery.
    virtual void add(const void* event, const Delivery& delivery) = 0;
    /// Calls the handler with all that was added; again when middleware calls it again.
    virtual Handled run() = 0;
    virtual void clear() noexcept = 0;
};

namespace detail {

/// What a handler's answer of any sort means.
template <class F>
Handled handled_by(F&& run) {
    using R = std::invoke_result_t<F>;
    if constexpr (std::is_void_v<R>) {
        run();
        return done();
    } else if constexpr (std::is_convertible_v<R, Handled>) {
        return run();
    } else {
        static_assert(std::is_same_v<R, Result<void>>, "a handler returns nothing, Handled or Result<void>");
        Result<void> result = run();
        return result ? done() : to_handled(result.error());
    }
}

template <class T, class Handler>
class EventBatchOf final : public EventBatch {
public:
    explicit EventBatchOf(std::shared_ptr<Handler> handler) : handler_{std::move(handler)} {}
    void add(const void* event, const Delivery& delivery) override {
        events_.push_back(*static_cast<const T*>(event));
        if constexpr (wants_deliveries) deliveries_.push_back(delivery.to_owned());
    }
    Handled run() override {
        return handled_by([&]() -> decltype(auto) {
            if constexpr (wants_deliveries) {
                return (*handler_)(std::span<const T>{events_}, std::span<const OwnedDelivery>{deliveries_});
            } else {
                return (*handler_)(std::span<const T>{events_});
            }
        });
    }
    void clear() noexcept override {
        events_.clear();
        deliveries_.clear();
    }

private:
    static constexpr bool wants_deliveries =
        std::is_invocable_v<Handler&, std::span<const T>, std::span<const OwnedDelivery>>;
    static_assert(wants_deliveries || std::is_invocable_v<Handler&, std::span<const T>>,
                  "a batch handler takes (std::span<const T>) or (std::span<const T>, std::span<const OwnedDelivery>)");

    std::shared_ptr<Handler> handler_;
    std::vector<T> events_;
    std::vector<OwnedDelivery> deliveries_;
};

}  // namespace detail

EVENTSDK_END_NAMESPACE
