#pragma once

#include "consume/handler_table.hpp"
#include "consume/replay_failures.hpp"
#include "consume/task.hpp"

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Runs records on one thread: decodes, checks, fills the event, calls the handler, turns every way of failing into a
/// Verdict. Its memory is reused from record to record.
class Dispatcher {
public:
    Dispatcher(const Catalogue& catalogue, const HandlerTable& handlers, UnknownTypes unknown, const std::string& group,
               std::stop_token stop, ReplayFailures* replay = nullptr, std::span<const RetryRule> rules = {});

    /// Runs one record, alone.
    /// @param finished what Delivery::finished_before() says
    /// @param verdict set when the answer is false
    /// @return true when the record is done with
    bool run(const ReceivedRecord& record, int attempt, std::int64_t finished, Verdict& verdict);

    /// What was run last had no handler: a type that none takes, a tombstone, a record redriven for others.
    [[nodiscard]] bool ignored() const { return ignored_; }

    enum class Answer : std::uint8_t {
        done,
        failed,          ///< and the verdict is set
        gathered,        ///< waits for run_gathered()
        after_gathered,  ///< nothing was done: call run_gathered() and offer it again
    };
    /// Runs a record, or gathers it when its handler takes many at once.
    /// @param key of its lane
    Answer offer(const ReceivedRecord& record, int attempt, std::int64_t finished, std::uint64_t key, Verdict& verdict);
    /// Calls the batch handler for what was gathered, and forgets it.
    /// @param last the last record gathered
    bool run_gathered(const ReceivedRecord& last, int attempt, std::int64_t finished, Verdict& verdict);

private:
    struct DestroyEvent {
        const EventDescriptor* descriptor;
        void operator()(void* event) const noexcept;
    };
    struct ScratchEvent {
        std::unique_ptr<void, DestroyEvent> event;
        bool remade;                          ///< made anew for each record: reading it may leave old values in place
        std::unique_ptr<EventBatch> batch{};  ///< of a batch handler
    };
    /// What was gathered for one call of a batch handler.
    struct Gathered {
        const HandlerTable::Handler* handler = nullptr;
        int events = 0;
        std::uint64_t key = 0;
        std::string topic{};
        std::int32_t partition = -1;
        std::string type{};  ///< of the last one
    };

    bool open_and_run(const ReceivedRecord& record, int attempt, std::int64_t finished, Verdict& verdict);
    Answer open_and_offer(const ReceivedRecord& record, int attempt, std::int64_t finished, std::uint64_t key,
                          Verdict& verdict);
    Answer gather(const HandlerTable::Handler& handler, const ReceivedRecord& record, std::uint64_t key,
                  Verdict& verdict);
    [[nodiscard]] bool joins(const HandlerTable::Handler& handler, const ReceivedRecord& record,
                             std::uint64_t key) const;
    EventBatch& batch_of(const HandlerTable::Handler& handler);
    [[nodiscard]] const HandlerTable::Handler* handler_of(std::string_view type);
    [[nodiscard]] bool is_for_others(const ReceivedRecord& record) const;
    /// In a replay the original of a redriven copy must have ended before it is known whether the copy is needed.
    [[nodiscard]] bool stands_alone(const ReceivedRecord& record) const;
    template <class Work>
    bool guarded(Verdict& verdict, Work&& work);
    template <class Work>
    Handled wrapped(Work&& work) const;
    [[nodiscard]] Handled wrapped(const std::function<Handled()>& work, std::size_t at) const;
    bool handle(const HandlerTable::Handler& handler, Verdict& verdict);
    /// No handler takes it: false when that is not allowed.
    bool ignores(Verdict& verdict);
    bool judge(Handled handled, Verdict& verdict) const;
    [[nodiscard]] const RetryPolicy* rule_for(const Verdict& verdict, std::optional<ErrorKind> kind) const;
    Result<void*> fill(const HandlerTable::Handler& handler);

    const Catalogue& catalogue_;
    const HandlerTable& handlers_;
    UnknownTypes unknown_;
    const std::string& group_;
    ReplayFailures* replay_;
    std::span<const RetryRule> rules_;
    OpenScratch scratch_;
    Opened opened_;
    ReceivedRecord nothing_;
    Delivery delivery_;
    std::vector<ScratchEvent> events_;  // one per typed handler
    Gathered gathered_;
    bool ignored_ = false;
    std::string last_type_{};  // most records are of the last one's
    const HandlerTable::Handler* last_handler_;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
