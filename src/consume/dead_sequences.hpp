#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// A partition's dead letters that nobody has settled, by key: later records of such a key follow them to the
/// dead-letter topic. A letter that was sent back counts until the record that came back is finished, so that nothing
/// of the key that was read in between overtakes it.
class DeadSequences {
public:
    using Key = std::uint64_t;  ///< a hash
    struct Letter {
        std::int64_t origin = -1;     ///< where the record failed first: its rank among those of its key
        std::int32_t partition = -1;  ///< of the dead-letter topic
        std::int64_t offset = -1;     ///< in the dead-letter topic
        std::int64_t sent_back = -1;  ///< offset in the source partition; -1: still open
    };

    void add(Key key, const Letter& letter);
    /// The record of that rank is finished, in whatever way.
    void finished(Key key, std::int64_t origin);
    /// Somebody settled the letter at that place of the dead-letter topic.
    /// @param sent_back where its record came back; -1: it does not (parked, purged)
    void settled(Key key, std::int32_t partition, std::int64_t offset, std::int64_t sent_back);
    /// Forgets the letters whose record came back to an offset that is finished.
    void forget_returned(const std::function<bool(std::int64_t)>& is_finished);

    [[nodiscard]] bool has(Key key) const { return !letters_.empty() && letters_.contains(key); }
    /// Something of the key that comes before a record of that rank is not settled.
    [[nodiscard]] bool follows(Key key, std::int64_t origin) const;
    /// Letters that are still open.
    [[nodiscard]] std::size_t open() const { return open_; }

private:
    template <class Wanted>
    void erase_if(Key key, Wanted&& wanted);

    std::unordered_map<Key, std::vector<Letter>> letters_;
    std::size_t open_ = 0;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
