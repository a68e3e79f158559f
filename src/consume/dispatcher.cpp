#include "consume/dispatcher.hpp"

#include <eventsdk/consume/dead_letter_options.hpp>

#include <algorithm>
#include <new>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

bool fail(Verdict& verdict, std::string_view stage, const Error& error) {
    verdict = {Handled::Outcome::dead_letter, {}, stage, error.code, error.message, error.hint};
    return false;
}

std::string_view name_of(Handled::Outcome outcome) {
    switch (outcome) {
        case Handled::Outcome::done: return "done";
        case Handled::Outcome::retry: return "retry";
        case Handled::Outcome::unavailable: return "unavailable";
        case Handled::Outcome::dead_letter: return "dead_letter";
        case Handled::Outcome::skip: return "skip";
        case Handled::Outcome::stop: return "stop";
    }
    return "outcome";
}

/// Holds a member whose reading may leave old values in place. A type that holds itself counts as one.
bool keeps_old_values(const ValueType& type, int depth = 0) {
    if (type.kind == ValueKind::foreign || depth > 8) return true;
    if (type.element != nullptr && keeps_old_values(*type.element, depth + 1)) return true;
    return std::any_of(type.fields.begin(), type.fields.end(),
                       [&](const FieldDescriptor& field) { return keeps_old_values(*field.type, depth + 1); });
}

void* make_event(const EventDescriptor& descriptor) {
    void* memory = ::operator new (descriptor.size_bytes, std::align_val_t{descriptor.alignment});
    try {
        descriptor.construct(memory);
    } catch (...) {
        ::operator delete (memory, std::align_val_t{descriptor.alignment});
        throw;
    }
    return memory;
}

}  // namespace

void Dispatcher::DestroyEvent::operator()(void* event) const noexcept {
    descriptor->destroy(event);
    ::operator delete (event, std::align_val_t{descriptor->alignment});
}

Dispatcher::Dispatcher(const Catalogue& catalogue, const HandlerTable& handlers, UnknownTypes unknown,
                       const std::string& group, std::stop_token stop, bool replay)
    : catalogue_{catalogue},
      handlers_{handlers},
      unknown_{unknown},
      group_{group},
      delivery_{nothing_, opened_, 1, replay, std::move(stop)} {
    delivery_.belongs_to(group_);
    for (const EventDescriptor* descriptor : handlers.descriptors())
        events_.push_back({{nullptr, DestroyEvent{descriptor}}, keeps_old_values(*descriptor->payload)});
}

bool Dispatcher::run(const ReceivedRecord& record, int attempt, std::int64_t finished, Verdict& verdict) {
    if (const auto redriven_for = record.header(dead_letter_headers::redrive_for);
        redriven_for && *redriven_for != group_)
        return true;
    try {
        if (auto opened = catalogue_.open(record, scratch_, opened_); !opened)
            return fail(verdict, open_stage(opened.error()), opened.error());
        delivery_.rebind(record, attempt, finished);
        if (const HandlerTable::Handler* handler = handlers_.find(opened_.envelope.type))
            return handle(*handler, verdict);
        return opened_.known || opened_.tombstone || unknown_type(verdict);
    } catch (const BadResult& thrown) {
        return judge(to_handled(thrown.error()), verdict);
    } catch (const std::exception& thrown) {
        return judge({Handled::Outcome::retry, {}, thrown.what(), "handler.exception"}, verdict);
    } catch (...) {
        return judge(
            {Handled::Outcome::retry, {}, "an exception that is no std::exception", "handler.unknown_exception"},
            verdict);
    }
}

Result<void*> Dispatcher::fill(const HandlerTable::Handler& handler) {
    auto& [event, remade] = events_[handler.index];
    const EventDescriptor& descriptor = *handler.entry->descriptor;
    if (!event || remade) event.reset(make_event(descriptor));
    if (auto filled = opened_.fill(descriptor, event.get()); !filled) return std::move(filled).error();
    return event.get();
}

bool Dispatcher::handle(const HandlerTable::Handler& handler, Verdict& verdict) {
    if (handler.entry->live_only && delivery_.replay()) return true;
    if (handler.entry->descriptor == nullptr) return judge(handler.entry->handle(nullptr, delivery_), verdict);
    const Result<void*> event = fill(handler);
    if (!event) return fail(verdict, "schema", event.error());
    return judge(handler.entry->handle(*event, delivery_), verdict);
}

bool Dispatcher::unknown_type(Verdict& verdict) const {
    if (unknown_ == UnknownTypes::ignore) return true;
    const std::string type{opened_.envelope.type};
    verdict = {unknown_ == UnknownTypes::stop ? Handled::Outcome::stop : Handled::Outcome::dead_letter,
               {},
               "schema",
               "projector.unknown_type",
               "no handler takes event type \"" + type + "\" and the catalogue does not know it",
               "register the type, or set ProjectorOptions::unknown_types to ignore"};
    return false;
}

bool Dispatcher::judge(Handled handled, Verdict& verdict) {
    if (handled.outcome == Handled::Outcome::done) return true;
    verdict.outcome = handled.outcome;
    verdict.delay = handled.delay;
    verdict.stage = "handler";
    verdict.code = handled.code.empty() ? "handler." + std::string{name_of(handled.outcome)} : std::move(handled.code);
    verdict.message = std::move(handled.reason);
    verdict.detail.clear();
    return false;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
