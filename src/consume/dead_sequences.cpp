#include "consume/dead_sequences.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

void DeadSequences::add(Key key, const Letter& letter) {
    letters_[key].push_back(letter);
    open_ += letter.sent_back < 0 ? 1U : 0U;
}

template <class Wanted>
void DeadSequences::erase_if(Key key, Wanted&& wanted) {
    const auto found = letters_.find(key);
    if (found == letters_.end()) return;
    std::erase_if(found->second, [&](const Letter& letter) {
        if (!wanted(letter)) return false;
        open_ -= letter.sent_back < 0 ? 1U : 0U;
        return true;
    });
    if (found->second.empty()) letters_.erase(found);
}

void DeadSequences::finished(Key key, std::int64_t origin) {
    erase_if(key, [&](const Letter& letter) { return letter.origin == origin; });
}

void DeadSequences::settled(Key key, std::int32_t partition, std::int64_t offset, std::int64_t sent_back) {
    const auto is_it = [&](const Letter& letter) { return letter.partition == partition && letter.offset == offset; };
    if (sent_back < 0) return erase_if(key, is_it);
    const auto found = letters_.find(key);
    if (found == letters_.end()) return;
    const auto letter = std::find_if(found->second.begin(), found->second.end(), is_it);
    if (letter == found->second.end() || letter->sent_back >= 0) return;
    letter->sent_back = sent_back;
    --open_;
}

void DeadSequences::forget_returned(const std::function<bool(std::int64_t)>& is_finished) {
    for (auto& [key, letters] : letters_) {
        std::erase_if(letters,
                      [&](const Letter& letter) { return letter.sent_back >= 0 && is_finished(letter.sent_back); });
    }
    std::erase_if(letters_, [](const auto& entry) { return entry.second.empty(); });
}

bool DeadSequences::follows(Key key, std::int64_t origin) const {
    const auto found = letters_.find(key);
    return found != letters_.end() && std::any_of(found->second.begin(), found->second.end(),
                                                  [&](const Letter& letter) { return letter.origin < origin; });
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
