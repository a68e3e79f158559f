#pragma once

#include <eventsdk/consume/delivery.hpp>
#include <eventsdk/consume/effects.hpp>
#include <eventsdk/consume/event_batch.hpp>
#include <eventsdk/consume/handled.hpp>
#include <eventsdk/event.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// Says on Projection::on() that a handler does not run in a replay: mails, payments, calls of other services.
struct LiveOnly {};
inline constexpr LiveOnly live_only{};

/// Stands around a handler: calls `next` for its answer, or answers itself. `next` throws what the handler throws.
using Middleware = std::function<Handled(const Delivery& delivery, const std::function<Handled()>& next)>;

/// A read-model function: which events it wants and what it does with each. Its name is the consumer group.
///
///     Projection points{"gamification-points-v1"};
///     points.on<AssignmentSubmitted>([&](const AssignmentSubmitted& event) { scores.add(event.student_id, 5); });
///
/// A handler takes the event, or the event and the `const Delivery&`, and returns nothing (done), Handled, or
/// Result<void>. One that throws is retried by the policy and then dead-lettered.
/// **Thread safety**: built on one thread, then moved into a Projector, which calls handlers from its workers: one
/// event of a key at a time.
class EVENTSDK_API Projection {
public:
    /// @param name consumer group, 1…249 bytes; stable over releases
    explicit Projection(std::string name);

    /// Handles T: any of its wire types.
    template <Event T, class Handler>
    Projection& on(Handler handler) {
        add(describe_event<T>(), [handler = std::move(handler)](const void* event, const Delivery& delivery) mutable {
            return call(handler, *static_cast<const T*>(event), delivery);
        });
        return *this;
    }
    /// Handles a closed family `std::variant<A, B, …>` with a visitor; one that misses a member does not compile.
    template <class Family, class Visitor>
    requires(!Event<Family>) Projection& on(Visitor visitor) {
        add_family(std::type_identity<Family>{}, std::make_shared<Visitor>(std::move(visitor)));
        return *this;
    }
    /// Handles T (or each member of a family) in transactions of a database, exactly once:
    ///
    ///     points.on<AssignmentSubmitted>(sqlite::exactly_once(database),
    ///                                    [](const AssignmentSubmitted& event, sqlite::Transaction& db) { … });
    ///
    /// The handler takes (const T&, Transaction&) or (const T&, Transaction&, const Delivery&). What it does not end by
    /// done() is rolled back. All such handlers of a projection use one store.
    template <class T, class Transaction, class Handler>
    Projection& on(ExactlyOnce<Transaction> scope, Handler handler) {
        add_exactly_once<Transaction>(std::type_identity<T>{}, scope.store,
                                      std::make_shared<Handler>(std::move(handler)));
        return *this;
    }
    /// Handles T unless the inbox has its event: for effects that no transaction covers.
    template <Event T, class Handler>
    Projection& on(OncePerEvent scope, Handler handler) {
        add(describe_event<T>(),
            [store = scope.store, handler = std::move(handler)](const void* event, const Delivery& delivery) mutable {
                return detail::apply_once_per_event(
                    *store, delivery, [&] { return call(handler, *static_cast<const T*>(event), delivery); });
            });
        entries_.back().inbox = std::move(scope.store);
        return *this;
    }
    /// Handles T live, and leaves it out in a replay. Takes what the other forms take:
    /// `on<T>(live_only, handler)`, `on<T>(live_only, sqlite::exactly_once(database), handler)`.
    template <class T, class... Form>
    Projection& on(LiveOnly, Form... form) {
        const std::size_t first = entries_.size();
        on<T>(std::move(form)...);
        for (std::size_t at = first; at < entries_.size(); ++at) entries_[at].live_only = true;
        return *this;
    }
    /// Handles T by many events at once: as many as are there, up to `options.max_events`; it never waits for more.
    ///
    ///     points.on_batch<AssignmentSubmitted>([&](std::span<const AssignmentSubmitted> events) { … });
    ///
    /// The handler takes the events, or the events and `std::span<const OwnedDelivery>`. When it does not answer done for
    /// several events, it is called again for each alone, so that one poison event is found and the rest is handled:
    /// make it idempotent, or its effects of one transaction.
    template <Event T, class Handler>
    Projection& on_batch(Handler handler, BatchOptions options = {}) {
        auto shared = std::make_shared<Handler>(std::move(handler));
        add_batch(describe_event<T>(), options,
                  [shared] { return std::make_unique<detail::EventBatchOf<T, Handler>>(shared); });
        return *this;
    }
    /// Puts a function around every handler; the first one is outermost. For timing, tracing, a tenant's context.
    /// Around a batch it sees the delivery of the batch's last event.
    Projection& around(Middleware middleware);
    /// Handles a type by name, any version, with the delivery alone (`delivery.payload_text()`).
    Projection& on_type(std::string type, std::function<Handled(const Delivery&)> handler);
    /// Handles every event of the topics that no other handler takes, unknown types included.
    Projection& otherwise(std::function<Handled(const Delivery&)> handler);

    /// The same in transactions of a database, exactly once: the handler takes (const Delivery&, Transaction&).
    template <class Transaction, class Handler>
    Projection& on_type(std::string type, ExactlyOnce<Transaction> scope, Handler handler) {
        on_type(std::move(type), [store = scope.store, handler = std::move(handler)](const Delivery& delivery) mutable {
            return detail::apply_exactly_once(*store, delivery, [&](EffectTransaction& transaction) {
                auto& database = static_cast<Transaction&>(transaction.underlying());
                return detail::handled_by([&]() -> decltype(auto) { return handler(delivery, database); });
            });
        });
        entries_.back().store = std::move(scope.store);
        return *this;
    }
    template <class Transaction, class Handler>
    Projection& otherwise(ExactlyOnce<Transaction> scope, Handler handler) {
        return on_type({}, std::move(scope), std::move(handler));
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// One registered handler; what a Projector reads.
    struct Entry {
        const EventDescriptor* descriptor = nullptr;  ///< null: by name
        std::string type{};                           ///< with no descriptor; empty: otherwise()
        std::function<Handled(const void* event, const Delivery&)> handle{};
        std::shared_ptr<EffectStore> store{};  ///< of ExactlyOnce: keeps the projection's position
        std::shared_ptr<EffectStore> inbox{};  ///< of OncePerEvent
        bool live_only = false;
        std::function<std::unique_ptr<EventBatch>()> make_batch{};  ///< instead of `handle`: for many events at once
        BatchOptions batch{};
    };
    [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
    [[nodiscard]] const std::vector<Middleware>& middleware() const noexcept { return middleware_; }

private:
    template <class Handler, class T>
    static Handled call(Handler& handler, const T& event, const Delivery& delivery) {
        if constexpr (std::is_invocable_v<Handler&, const T&, const Delivery&>) {
            return detail::handled_by([&]() -> decltype(auto) { return handler(event, delivery); });
        } else {
            static_assert(std::is_invocable_v<Handler&, const T&>,
                          "a handler takes (const T&) or (const T&, const Delivery&)");
            return detail::handled_by([&]() -> decltype(auto) { return handler(event); });
        }
    }
    template <class... T, class Visitor>
    void add_family(std::type_identity<std::variant<T...>>, const std::shared_ptr<Visitor>& visitor) {
        static_assert(((std::is_invocable_v<Visitor&, const T&> ||
                        std::is_invocable_v<Visitor&, const T&, const Delivery&>)&&...),
                      "the visitor must handle every member of the family");
        (on<T>([visitor](const T& event, const Delivery& delivery) { return call(*visitor, event, delivery); }), ...);
    }
    template <class Transaction, Event T, class Handler>
    void add_exactly_once(std::type_identity<T>, const std::shared_ptr<EffectStore>& store,
                          const std::shared_ptr<Handler>& handler) {
        add(describe_event<T>(), [store, handler](const void* event, const Delivery& delivery) {
            return detail::apply_exactly_once(*store, delivery, [&](EffectTransaction& transaction) {
                auto& database = static_cast<Transaction&>(transaction.underlying());
                const T& typed = *static_cast<const T*>(event);
                if constexpr (std::is_invocable_v<Handler&, const T&, Transaction&, const Delivery&>) {
                    return detail::handled_by(
                        [&]() -> decltype(auto) { return (*handler)(typed, database, delivery); });
                } else {
                    static_assert(std::is_invocable_v<Handler&, const T&, Transaction&>,
                                  "a handler takes (const T&, Transaction&) or (const T&, Transaction&, "
                                  "const Delivery&)");
                    return detail::handled_by([&]() -> decltype(auto) { return (*handler)(typed, database); });
                }
            });
        });
        entries_.back().store = store;
    }
    template <class Transaction, class... T, class Handler>
    void add_exactly_once(std::type_identity<std::variant<T...>>, const std::shared_ptr<EffectStore>& store,
                          const std::shared_ptr<Handler>& handler) {
        (add_exactly_once<Transaction>(std::type_identity<T>{}, store, handler), ...);
    }
    void add(const EventDescriptor& descriptor, std::function<Handled(const void*, const Delivery&)> handle);
    void add_batch(const EventDescriptor& descriptor, BatchOptions options,
                   std::function<std::unique_ptr<EventBatch>()> make);

    std::string name_;
    std::vector<Entry> entries_;
    std::vector<Middleware> middleware_;
};

EVENTSDK_END_NAMESPACE
