#include "testing/faulty_outcomes.hpp"

#include "testing/fault_state.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

void FaultyOutcomes::written(std::span<const WriteOutcome> outcomes) noexcept {
    for (const WriteOutcome& outcome : outcomes) {
        Passed passed;
        {
            const std::lock_guard lock{mutex_};
            const auto found = passed_.find(outcome.tag);
            if (found == passed_.end()) continue;
            passed = found->second;
            passed_.erase(found);
        }
        if (outcome.error != nullptr) {
            queue_.add(passed.tag, *outcome.error);
        } else if (passed.unacknowledged) {
            queue_.add(passed.tag, fault(ErrorKind::indeterminate, codes::unacknowledged,
                                         "the acknowledgement was lost by the fault plan"));
        } else {
            queue_.add(passed.tag, Receipt{.partition = outcome.partition, .offset = outcome.offset});
        }
    }
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
