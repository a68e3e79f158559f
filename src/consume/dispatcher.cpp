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
                       const std::string& group, std::stop_token stop, ReplayFailures* replay,
                       std::span<const RetryRule> rules)
    : catalogue_{catalogue},
      handlers_{handlers},
      unknown_{unknown},
      group_{group},
      replay_{replay},
      rules_{rules},
      delivery_{nothing_, opened_, 1, replay != nullptr, std::move(stop)},
      last_handler_{handlers.find(last_type_)} {
    delivery_.belongs_to(group_);
    for (const EventDescriptor* descriptor : handlers.descriptors())
        events_.push_back({{nullptr, DestroyEvent{descriptor}}, keeps_old_values(*descriptor->payload), nullptr});
}

const HandlerTable::Handler* Dispatcher::handler_of(std::string_view type) {
    if (type != last_type_) {
        last_handler_ = handlers_.find(type);
        last_type_ = type;
    }
    return last_handler_;
}

bool Dispatcher::is_for_others(const ReceivedRecord& record) const {
    const auto redriven_for = record.header(dead_letter_headers::redrive_for);
    if (!redriven_for) return false;
    return replay_ != nullptr ? !replay_->wants(record) : *redriven_for != group_;
}

bool Dispatcher::stands_alone(const ReceivedRecord& record) const {
    return replay_ != nullptr && record.header(dead_letter_headers::redrive_for);
}

template <class Work>
bool Dispatcher::guarded(Verdict& verdict, Work&& work) {
    try {
        return work();
    } catch (const BadResult& thrown) {
        return judge(to_handled(thrown.error()), verdict);
    } catch (const std::exception& thrown) {
        return judge({Handled::Outcome::retry, {}, thrown.what(), "handler.exception", {}}, verdict);
    } catch (...) {
        return judge(
            {Handled::Outcome::retry, {}, "an exception that is no std::exception", "handler.unknown_exception", {}},
            verdict);
    }
}

template <class Work>
Handled Dispatcher::wrapped(Work&& work) const {
    return handlers_.middleware().empty() ? work() : wrapped(std::function<Handled()>{std::ref(work)}, 0);
}

Handled Dispatcher::wrapped(const std::function<Handled()>& work, std::size_t at) const {
    if (at == handlers_.middleware().size()) return work();
    return handlers_.middleware()[at](delivery_, [&] { return wrapped(work, at + 1); });
}

bool Dispatcher::run(const ReceivedRecord& record, int attempt, std::int64_t finished, Verdict& verdict) {
    ignored_ = is_for_others(record);
    if (ignored_) return true;
    opened_.envelope.type = {};
    const bool well = guarded(verdict, [&] { return open_and_run(record, attempt, finished, verdict); });
    if (well && stands_alone(record)) replay_->mended(record);
    return well;
}

bool Dispatcher::open_and_run(const ReceivedRecord& record, int attempt, std::int64_t finished, Verdict& verdict) {
    if (auto opened = catalogue_.open(record, scratch_, opened_); !opened)
        return fail(verdict, open_stage(opened.error()), opened.error());
    delivery_.rebind(record, attempt, finished);
    if (const HandlerTable::Handler* handler = handler_of(opened_.envelope.type)) return handle(*handler, verdict);
    return ignores(verdict);
}

Dispatcher::Answer Dispatcher::offer(const ReceivedRecord& record, int attempt, std::int64_t finished,
                                     std::uint64_t key, Verdict& verdict) {
    const bool alone = stands_alone(record);
    if (alone && gathered_.events > 0) return Answer::after_gathered;
    if (alone || handlers_.largest_batch() == 1)
        return run(record, attempt, finished, verdict) ? Answer::done : Answer::failed;
    ignored_ = is_for_others(record);
    if (ignored_) return Answer::done;
    opened_.envelope.type = {};
    Answer answer = Answer::failed;
    const bool well = guarded(verdict, [&] {
        answer = open_and_offer(record, attempt, finished, key, verdict);
        return answer != Answer::failed;
    });
    if (well) return answer;
    return gathered_.events > 0 ? Answer::after_gathered : Answer::failed;
}

Dispatcher::Answer Dispatcher::open_and_offer(const ReceivedRecord& record, int attempt, std::int64_t finished,
                                              std::uint64_t key, Verdict& verdict) {
    const auto answer = [](bool well) { return well ? Answer::done : Answer::failed; };
    if (auto opened = catalogue_.open(record, scratch_, opened_); !opened)
        return answer(fail(verdict, open_stage(opened.error()), opened.error()));
    delivery_.rebind(record, attempt, finished);
    const HandlerTable::Handler* handler = handler_of(opened_.envelope.type);
    if (handler == nullptr) return answer(ignores(verdict));
    if (handler->entry->make_batch) return gather(*handler, record, key, verdict);
    return gathered_.events > 0 ? Answer::after_gathered : answer(handle(*handler, verdict));
}

bool Dispatcher::joins(const HandlerTable::Handler& handler, const ReceivedRecord& record, std::uint64_t key) const {
    const BatchOptions& options = handler.entry->batch;
    if (gathered_.handler != &handler || gathered_.events >= options.max_events) return false;
    if (options.unit == BatchUnit::key) return gathered_.key == key;
    return gathered_.partition == record.partition && gathered_.topic == record.topic;
}

Dispatcher::Answer Dispatcher::gather(const HandlerTable::Handler& handler, const ReceivedRecord& record,
                                      std::uint64_t key, Verdict& verdict) {
    if (gathered_.events > 0 && !joins(handler, record, key)) return Answer::after_gathered;
    const Result<void*> event = fill(handler);
    if (!event) {
        fail(verdict, "schema", event.error());
        return Answer::failed;
    }
    EventBatch& batch = batch_of(handler);
    if (gathered_.events == 0) batch.clear();  // of an event that ran alone
    batch.add(*event, delivery_);
    if (gathered_.events++ == 0) gathered_ = {&handler, 1, key, std::string{record.topic}, record.partition, {}};
    gathered_.type.assign(opened_.envelope.type);
    return Answer::gathered;
}

EventBatch& Dispatcher::batch_of(const HandlerTable::Handler& handler) {
    auto& batch = events_[handler.index].batch;
    if (!batch) batch = handler.entry->make_batch();
    return *batch;
}

bool Dispatcher::run_gathered(const ReceivedRecord& last, int attempt, std::int64_t finished, Verdict& verdict) {
    EventBatch& batch = batch_of(*gathered_.handler);
    gathered_.events = 0;
    const bool well = guarded(verdict, [&] {
        // Its views were lost when the record behind it was looked at.
        if (!handlers_.middleware().empty()) {
            if (auto opened = catalogue_.open(last, scratch_, opened_); !opened)
                return fail(verdict, open_stage(opened.error()), opened.error());
        }
        opened_.envelope.type = gathered_.type;  // retry rules go by it
        delivery_.rebind(last, attempt, finished);
        return judge(wrapped([&] { return batch.run(); }), verdict);
    });
    batch.clear();
    return well;
}

Result<void*> Dispatcher::fill(const HandlerTable::Handler& handler) {
    auto& [event, remade, batch] = events_[handler.index];
    const EventDescriptor& descriptor = *handler.entry->descriptor;
    if (!event || remade) event.reset(make_event(descriptor));
    if (auto filled = opened_.fill(descriptor, event.get()); !filled) return std::move(filled).error();
    return event.get();
}

bool Dispatcher::handle(const HandlerTable::Handler& handler, Verdict& verdict) {
    if (handler.entry->live_only && delivery_.replay()) return true;
    const Projection::Entry& entry = *handler.entry;
    if (entry.descriptor == nullptr) return judge(wrapped([&] { return entry.handle(nullptr, delivery_); }), verdict);
    const Result<void*> event = fill(handler);
    if (!event) return fail(verdict, "schema", event.error());
    if (!entry.make_batch) return judge(wrapped([&] { return entry.handle(*event, delivery_); }), verdict);
    EventBatch& batch = batch_of(handler);
    batch.clear();
    batch.add(*event, delivery_);
    return judge(wrapped([&] { return batch.run(); }), verdict);
}

bool Dispatcher::ignores(Verdict& verdict) {
    ignored_ = opened_.known || opened_.tombstone || unknown_ == UnknownTypes::ignore;
    if (ignored_) return true;
    const std::string type{opened_.envelope.type};
    verdict = {unknown_ == UnknownTypes::stop ? Handled::Outcome::stop : Handled::Outcome::dead_letter,
               {},
               "schema",
               "projector.unknown_type",
               "no handler takes event type \"" + type + "\" and the catalogue does not know it",
               "register the type, or set ProjectorOptions::unknown_types to ignore"};
    return false;
}

const RetryPolicy* Dispatcher::rule_for(const Verdict& verdict, std::optional<ErrorKind> kind) const {
    const auto fits = [&](const RetryRule& rule) {
        return (rule.type.empty() || rule.type == opened_.envelope.type) &&
               (rule.code.empty() || rule.code == verdict.code) && (!rule.kind || rule.kind == kind);
    };
    const auto found = std::find_if(rules_.begin(), rules_.end(), fits);
    return found == rules_.end() ? nullptr : &found->policy;
}

bool Dispatcher::judge(Handled handled, Verdict& verdict) const {
    if (handled.outcome == Handled::Outcome::done) return true;
    verdict.outcome = handled.outcome;
    verdict.delay = handled.delay;
    verdict.stage = "handler";
    verdict.code = handled.code.empty() ? "handler." + std::string{name_of(handled.outcome)} : std::move(handled.code);
    verdict.message = std::move(handled.reason);
    verdict.detail.clear();
    verdict.retry = handled.outcome == Handled::Outcome::retry ? rule_for(verdict, handled.kind) : nullptr;
    return false;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
