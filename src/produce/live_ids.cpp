#include "produce/live_ids.hpp"

#include <map>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {
namespace {

struct Live {
    std::mutex mutex;
    std::map<std::string, int> users;
};

Live& live() {
    static Live ids;
    return ids;
}

}  // namespace

LiveId::LiveId(const std::string& cluster, const std::string& transactional_id)
    : name_{cluster + '\n' + transactional_id} {
    const std::lock_guard lock{live().mutex};
    shared_ = live().users[name_]++ > 0;
}

LiveId::~LiveId() {
    const std::lock_guard lock{live().mutex};
    if (--live().users[name_] == 0) live().users.erase(name_);
}

}  // namespace produce
EVENTSDK_END_NAMESPACE
