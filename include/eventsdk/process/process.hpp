#pragma once

#include <eventsdk/consume/projection.hpp>
#include <eventsdk/produce/transactional_producer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

EVENTSDK_BEGIN_NAMESPACE

/// Which events a consume-process-produce step wants, and what it publishes for each. Its name is the consumer group.
///
///     Process totals{"order-totals-v1"};
///     totals.on<OrderPlaced>([](const OrderPlaced& order, const Delivery& delivery, Transaction& transaction) {
///         transaction.publish(order.customer, TotalChanged{order.amount}, {.caused_by = delivery});
///     });
///
/// A handler takes the event and the Transaction, or the event, the `const Delivery&` and the Transaction; it returns
/// nothing (done), Handled, or Result<void>. What it publishes becomes visible together with the offset of its event,
/// or never. It may run more than once for one event: it must have no other effect than what it publishes.
/// **Thread safety**: built on one thread, then moved into a Processor, which calls handlers on its own thread.
class EVENTSDK_API Process {
public:
    /// @param name consumer group, 1…249 bytes; stable over releases
    explicit Process(std::string name) : projection_{std::move(name)} {}

    /// Handles T: any of its wire types.
    template <Event T, class Handler>
    Process& on(Handler handler) {
        projection_.on<T>([handler = std::move(handler), current = current_](const T& event,
                                                                             const Delivery& delivery) mutable {
            if constexpr (std::is_invocable_v<Handler&, const T&, const Delivery&, Transaction&>) {
                return handler(event, delivery, **current);
            } else {
                static_assert(std::is_invocable_v<Handler&, const T&, Transaction&>,
                              "a handler takes (const T&, Transaction&) or (const T&, const Delivery&, Transaction&)");
                return handler(event, **current);
            }
        });
        return *this;
    }
    /// Handles a type by name, any version, with the delivery alone.
    Process& on_type(std::string type, std::function<Handled(const Delivery&, Transaction&)> handler) {
        projection_.on_type(std::move(type), with_transaction(std::move(handler)));
        return *this;
    }
    /// Handles every event of the topics that no other handler takes, unknown types included.
    Process& otherwise(std::function<Handled(const Delivery&, Transaction&)> handler) {
        projection_.otherwise(with_transaction(std::move(handler)));
        return *this;
    }

    [[nodiscard]] const std::string& name() const noexcept { return projection_.name(); }

private:
    friend class Processor;
    std::function<Handled(const Delivery&)> with_transaction(
        std::function<Handled(const Delivery&, Transaction&)> handler) {
        return [handler = std::move(handler), current = current_](const Delivery& delivery) {
            return handler(delivery, **current);
        };
    }

    std::shared_ptr<Transaction*> current_ = std::make_shared<Transaction*>(nullptr);
    Projection projection_;
};

EVENTSDK_END_NAMESPACE
