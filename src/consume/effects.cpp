#include <eventsdk/consume/effects.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {
namespace {

/// The trouble of a store is not the event's fault, unless the event breaks a rule of the tables.
Handled trouble(const Error& error) {
    Handled handled = to_handled(error);
    if (handled.outcome == Handled::Outcome::retry) handled.outcome = Handled::Outcome::unavailable;
    return handled;
}

class Noted {
public:
    explicit Noted(const Delivery& delivery) {
        const EnvelopeView& envelope = delivery.envelope();
        if (envelope.event_id.empty()) {
            place_.append(delivery.topic()).append("/").append(std::to_string(delivery.partition()));
            place_.append("/").append(std::to_string(delivery.offset()));
        }
        effect_ = {.projection = delivery.projection(),
                   .topic = delivery.topic(),
                   .partition = delivery.partition(),
                   .offset = delivery.offset(),
                   .source = envelope.source,
                   .event_id = envelope.event_id.empty() ? std::string_view{place_} : envelope.event_id,
                   .finished = delivery.finished_before()};
    }
    Noted(const Noted&) = delete;
    Noted& operator=(const Noted&) = delete;
    [[nodiscard]] const Effect& effect() const noexcept { return effect_; }

private:
    std::string place_;
    Effect effect_;
};

}  // namespace

Handled apply_exactly_once(EffectStore& store, const Delivery& delivery,
                           const std::function<Handled(EffectTransaction&)>& work) {
    const Noted noted{delivery};
    auto transaction = store.begin();
    if (!transaction) return trouble(transaction.error());
    const auto fresh = (*transaction)->claim(noted.effect());
    if (!fresh) return trouble(fresh.error());
    if (!*fresh) return done();
    Handled handled = work(**transaction);
    if (handled.outcome != Handled::Outcome::done) return handled;
    if (const auto advanced = (*transaction)->advance(noted.effect()); !advanced) return trouble(advanced.error());
    if (const auto committed = (*transaction)->commit(); !committed) return trouble(committed.error());
    return handled;
}

Handled apply_once_per_event(EffectStore& store, const Delivery& delivery, const std::function<Handled()>& work) {
    const Noted noted{delivery};
    {
        auto looking = store.begin();
        if (!looking) return trouble(looking.error());
        const auto fresh = (*looking)->claim(noted.effect());
        if (!fresh) return trouble(fresh.error());
        if (!*fresh) return done();
    }
    Handled handled = work();
    if (handled.outcome != Handled::Outcome::done) return handled;
    auto noting = store.begin();
    if (!noting) return trouble(noting.error());
    if (const auto claimed = (*noting)->claim(noted.effect()); !claimed) return trouble(claimed.error());
    if (const auto committed = (*noting)->commit(); !committed) return trouble(committed.error());
    return handled;
}

}  // namespace detail
EVENTSDK_END_NAMESPACE
