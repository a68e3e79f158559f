#include <eventsdk/consume/projection.hpp>

EVENTSDK_BEGIN_NAMESPACE

Projection::Projection(std::string name) : name_{std::move(name)} {}

Projection& Projection::on_type(std::string type, std::function<Handled(const Delivery&)> handler) {
    Entry entry{.type = std::move(type)};
    entry.handle = [handler = std::move(handler)](const void*, const Delivery& delivery) { return handler(delivery); };
    entries_.push_back(std::move(entry));
    return *this;
}

Projection& Projection::otherwise(std::function<Handled(const Delivery&)> handler) {
    return on_type({}, std::move(handler));
}

void Projection::add(const EventDescriptor& descriptor, std::function<Handled(const void*, const Delivery&)> handle) {
    entries_.push_back({.descriptor = &descriptor, .handle = std::move(handle)});
}

void Projection::add_batch(const EventDescriptor& descriptor, BatchOptions options,
                           std::function<std::unique_ptr<EventBatch>()> make) {
    entries_.push_back({.descriptor = &descriptor, .make_batch = std::move(make), .batch = options});
}

Projection& Projection::around(Middleware middleware) {
    middleware_.push_back(std::move(middleware));
    return *this;
}

Handled to_handled(const Error& error) {
    using Outcome = Handled::Outcome;
    Handled handled{Outcome::retry, {}, error.message, error.code, error.kind};
    switch (error.kind) {
        case ErrorKind::permanent:
        case ErrorKind::invalid_argument: handled.outcome = Outcome::dead_letter; break;
        case ErrorKind::unavailable: handled.outcome = Outcome::unavailable; break;
        case ErrorKind::fatal:
        case ErrorKind::fenced:
        case ErrorKind::closed: handled.outcome = Outcome::stop; break;
        case ErrorKind::retriable:
        case ErrorKind::conflict:
        case ErrorKind::indeterminate:
        case ErrorKind::abortable: break;
    }
    return handled;
}

OwnedDelivery Delivery::to_owned() const {
    OwnedDelivery owned{.envelope = opened_->owned_envelope(),
                        .payload = std::string{payload_text()},
                        .topic = std::string{topic()},
                        .partition = partition(),
                        .offset = offset(),
                        .timestamp = timestamp(),
                        .attempt = attempt_,
                        .replay = replay_};
    owned.headers = record_->to_record().headers;
    return owned;
}

EVENTSDK_END_NAMESPACE
