#include "produce/scratch_record.hpp"

#include <cstddef>
#include <deque>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {
namespace {

struct Stack {
    std::deque<Record> records{};
    std::size_t leased = 0;
};
thread_local Stack stack;

}  // namespace

ScratchRecord::ScratchRecord() {
    if (stack.leased == stack.records.size()) stack.records.emplace_back();
    record_ = &stack.records[stack.leased++];
}

ScratchRecord::~ScratchRecord() { --stack.leased; }

}  // namespace produce
EVENTSDK_END_NAMESPACE
