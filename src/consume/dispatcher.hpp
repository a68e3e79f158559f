#pragma once

#include "consume/handler_table.hpp"
#include "consume/task.hpp"

#include <memory>
#include <stop_token>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Runs records on one thread: decodes, checks, fills the event, calls the handler, turns every way of failing into a
/// Verdict. Its memory is reused from record to record.
class Dispatcher {
public:
    Dispatcher(const Catalogue& catalogue, const HandlerTable& handlers, UnknownTypes unknown, const std::string& group,
               std::stop_token stop, bool replay = false);

    /// @param finished what Delivery::finished_before() says
    /// @param verdict set when the answer is false
    /// @return true when the record is done with
    bool run(const ReceivedRecord& record, int attempt, std::int64_t finished, Verdict& verdict);

private:
    struct DestroyEvent {
        const EventDescriptor* descriptor;
        void operator()(void* event) const noexcept;
    };
    struct ScratchEvent {
        std::unique_ptr<void, DestroyEvent> event;
        bool remade;  ///< made anew for each record: reading it may leave old values in place
    };

    bool handle(const HandlerTable::Handler& handler, Verdict& verdict);
    bool unknown_type(Verdict& verdict) const;
    static bool judge(Handled handled, Verdict& verdict);
    Result<void*> fill(const HandlerTable::Handler& handler);

    const Catalogue& catalogue_;
    const HandlerTable& handlers_;
    UnknownTypes unknown_;
    const std::string& group_;
    OpenScratch scratch_;
    Opened opened_;
    ReceivedRecord nothing_;
    Delivery delivery_;
    std::vector<ScratchEvent> events_;  // one per typed handler
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
