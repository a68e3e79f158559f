#include "json/strict.hpp"

#include "json/diagnose.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstddef>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
namespace {

constexpr std::size_t many_names = 24;

/// A bit for a name: only one whose bit is taken is compared with the earlier names of its object. Quick before good:
/// three characters and the length tell most names apart. An empty name's last character is in its length.
std::uint64_t bit_of(std::string_view name) noexcept {
    const auto at = [&name](std::ptrdiff_t i) { return static_cast<unsigned char>(name.data()[i]); };
    const auto size = static_cast<std::ptrdiff_t>(name.size());
    const auto mixed = at(0) * 5U + at(size / 2) * 11U + at(size - 1) * 17U + static_cast<unsigned>(size) * 3U;
    return std::uint64_t{1} << (mixed & 63U);
}

}  // namespace

Result<void> StrictPass::check(const simdjson::dom::document& document, const Limits& limits, bool names_may_hold_nul) {
    words_ = document.tape.get();
    strings_ = document.string_buf.get();
    if (frames_.size() < limits.max_depth) frames_.resize(limits.max_depth);
    if (walk(limits, names_may_hold_nul)) return {};
    return explain(document, limits);
}

bool StrictPass::walk(const Limits& limits, bool names_may_hold_nul) {
    const auto* words = words_;
    const auto last = tape::payload_of(words[0]) - 1;
    std::size_t depth = 0;
    Frame here;  // the innermost container; at first none
    for (std::size_t at = 1; at < last; ++at) {
        auto width = tape::widths[words[at] >> 56];
        if (here.first_name != 0 && width != tape::closes) {
            const auto name = name_at(at);
            const auto bit = bit_of(name);
            if ((here.seen & bit) != 0 && !here.many && repeats(here.first_name, at)) return false;
            if (names_may_hold_nul && holds_nul(name)) return false;
            here.seen |= bit;
            width = tape::widths[words[++at] >> 56];
        }
        if (tape::seldom(width == tape::number)) {
            ++at;
        } else if (width == tape::closes) {
            here = frames_[--depth];
        } else if (width == tape::opens) {
            if (depth >= limits.max_depth) return fail(Fault::too_deep, {});
            frames_[depth++] = here;
            if (!open(here, at, limits)) return false;
        }
    }
    return true;
}

inline bool StrictPass::open(Frame& frame, std::size_t at, const Limits& limits) {
    frame = {};
    if (tape::kind_of(words_[at]) == '[') return true;
    const auto count = tape::count_of(words_[at]);
    frame.first_name = at + 1;
    frame.many = count > many_names;
    members_ = count;
    if (count > limits.max_members) return fail(Fault::too_many_members, {});
    return !frame.many || !repeats_among_many(at + 1);
}

bool StrictPass::fail(Fault fault, std::string_view name) {
    fault_ = fault;
    name_ = name;
    return false;
}

bool StrictPass::holds_nul(std::string_view name) {
    return name.find('\0') != std::string_view::npos && !fail(Fault::nul_in_name, name);
}

/// Whether the name at a place is also one before it.
bool StrictPass::repeats(std::size_t first, std::size_t at) {
    const auto name = name_at(at);
    for (auto earlier = first; earlier != at; earlier = tape::after(words_, earlier + 1))
        if (name_at(earlier) == name) return !fail(Fault::duplicate_key, name);
    return false;
}

bool StrictPass::repeats_among_many(std::size_t first) {
    names_.clear();
    for (auto at = first; tape::kind_of(words_[at]) != '}'; at = tape::after(words_, at + 1))
        names_.push_back(name_at(at));
    const auto mask = std::bit_ceil(names_.size() * 2) - 1;
    slots_.assign(mask + 1, 0);
    for (std::size_t i = 0; i < names_.size(); ++i) {
        auto slot = static_cast<std::size_t>(keyed_hash(names_[i])) & mask;
        for (; slots_[slot] != 0; slot = (slot + 1) & mask)
            if (names_[slots_[slot] - 1] == names_[i]) return !fail(Fault::duplicate_key, names_[i]);
        slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
    return false;
}

Error StrictPass::explain(const simdjson::dom::document& document, const Limits& limits) const {
    switch (fault_) {
        case Fault::too_deep:
            return json::fail("json.too_deep",
                              fmt::format("arrays and objects nested deeper than {}", limits.max_depth));
        case Fault::too_many_members:
            return json::fail("json.too_many_members",
                              fmt::format("an object with {} members, {} are allowed", members_, limits.max_members));
        case Fault::nul_in_name:
            return json::fail("json.nul_in_name", fmt::format("the name \"{}\" holds a NUL", printable(name_)));
        default:
            return json::fail("json.duplicate_key",
                              fmt::format("the name \"{}\" occurs more than once in the object at \"{}\"",
                                          printable(name_), pointer_of_duplicate(document.root(), name_)));
    }
}

}  // namespace json
EVENTSDK_END_NAMESPACE
