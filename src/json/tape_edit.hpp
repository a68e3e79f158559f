#pragma once

#include "json/tape.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace json::tape {

/// Copies the words of one value; places of containers move with it.
inline void move_value(Word* words, std::size_t from, std::size_t end, std::size_t to) noexcept {
    const std::size_t by = from - to;
    for (; from < end; ++from, ++to) {
        const Width width = widths[words[from] >> 56];
        words[to] = words[from] - (width == opens || width == closes ? by : 0);
        if (width == number) words[++to] = words[++from];
    }
}

/// Takes the members that `goes(name)` names out of an object of a parsed document. Values of the object's members, and
/// of what is around the object, that were got before must not be looked at again; strings stay where they are.
template <class Goes>
void remove_members(Place object, Goes&& goes) {
    Word* const words = object.document->tape.get();
    const std::uint8_t* const strings = object.document->string_buf.get();
    std::size_t to = object.index + 1;
    std::uint64_t removed = 0;
    std::uint64_t kept = 0;
    for (std::size_t at = to; kind_of(words[at]) != '}';) {
        const std::size_t end = after(words, at + 1);
        if (goes(string_at(strings, words[at]))) {
            ++removed;
        } else {
            ++kept;
            if (removed > 0) move_value(words, at, end, to);
            to += end - at;
        }
        at = end;
    }
    words[to] = (Word{'}'} << 56) | object.index;
    words[object.index] = (Word{'{'} << 56) | (std::min<std::uint64_t>(kept, 0xffffff) << 32) | (to + 1);
}

}  // namespace json::tape
EVENTSDK_END_NAMESPACE
