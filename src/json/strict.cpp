#include "json/strict.hpp"

#include "json/diagnose.hpp"
#include "json/names.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
namespace {

constexpr std::size_t many_names = 24;

// The tape of simdjson (its doc/tape.md): a kind in the upper byte, a payload in the rest.
char kind_of(std::uint64_t word) noexcept { return static_cast<char>(word >> 56); }
std::uint64_t payload_of(std::uint64_t word) noexcept { return word & 0x00ffffffffffffffULL; }
std::uint64_t count_of(std::uint64_t opening) noexcept { return (opening >> 32) & 0xffffff; }

std::string_view string_at(const std::uint8_t* strings, std::uint64_t word) noexcept {
    const auto* start = strings + payload_of(word);
    std::uint32_t size = 0;
    std::memcpy(&size, start, sizeof size);
    return {reinterpret_cast<const char*>(start) + sizeof size, size};
}

/// What a word of the tape asks of the walk: nothing, to skip the number behind it, or a look at a container.
enum Step : std::uint8_t { go_on, skip_number, look };
constexpr auto steps = [] {
    std::array<Step, 256> made{};
    for (const char kind : {'l', 'u', 'd'}) made[static_cast<std::size_t>(kind)] = skip_number;
    for (const char kind : {'{', '}', '[', ']'}) made[static_cast<std::size_t>(kind)] = look;
    return made;
}();

Error fail(std::string_view code, std::string message) {
    return Error{.kind = ErrorKind::permanent, .code = std::string{code}, .message = std::move(message)};
}

}  // namespace

// These three run for every container and name, and are small: the pass has them inside.
inline bool StrictPass::open(std::uint64_t word, const Limits& limits) {
    if (frames_.size() >= limits.max_depth) {
        fault_ = Fault::too_deep;
        return false;
    }
    if (kind_of(word) != '{') {
        frames_.push_back({array_frame, false, 0});
        return true;
    }
    if (count_of(word) > limits.max_members) {
        fault_ = Fault::too_many_members;
        members_ = count_of(word);
        return false;
    }
    frames_.push_back({static_cast<std::uint32_t>(names_.size()), count_of(word) > many_names, 0});
    return true;
}

inline bool StrictPass::close() {
    const auto frame = frames_.back();
    frames_.pop_back();
    if (frame.first_name == array_frame) return true;
    if (frame.many && repeats_among_many(frame.first_name)) return false;
    names_.resize(frame.first_name);
    return true;
}

// Only a name whose bit is taken is compared with the earlier ones of its object.
inline bool StrictPass::add_name(Frame& frame, std::string_view name) {
    const auto signature = NameKey::of_parsed(name).hash();
    const auto bit = std::uint64_t{1} << ((signature * 0x9e3779b97f4a7c15ULL) >> 58);
    if ((frame.seen & bit) != 0 && !frame.many)
        for (std::size_t i = frame.first_name; i < names_.size(); ++i)
            if (names_[i].signature == signature && names_[i].text == name) {
                fault_ = Fault::duplicate_key;
                name_ = name;
                return false;
            }
    frame.seen |= bit;
    names_.push_back({signature, name});
    return true;
}

Result<void> StrictPass::check(const simdjson::dom::document& document, const Limits& limits, bool names_may_hold_nul) {
    const auto* tape = document.tape.get();
    const auto* strings = document.string_buf.get();
    const auto last = payload_of(tape[0]) - 1;
    names_.clear();
    frames_.clear();
    fault_ = Fault::none;
    Frame* object = nullptr;  // the innermost container, when it is one
    for (std::uint64_t index = 1; index < last; ++index) {
        auto word = tape[index];
        if (object != nullptr && kind_of(word) != '}') {
            const auto name = string_at(strings, word);
            if (!add_name(*object, name) || (names_may_hold_nul && holds_nul(name))) return explain(document, limits);
            word = tape[++index];
        }
        const auto step = steps[word >> 56];
        if (step != look) {
            index += step;
            continue;
        }
        const bool opens = kind_of(word) == '{' || kind_of(word) == '[';
        if (!(opens ? open(word, limits) : close())) return explain(document, limits);
        object = innermost_object();
    }
    return {};
}

bool StrictPass::holds_nul(std::string_view name) {
    if (name.find('\0') == std::string_view::npos) return false;
    fault_ = Fault::nul_in_name;
    name_ = name;
    return true;
}

bool StrictPass::repeats_among_many(std::size_t first) {
    const auto count = names_.size() - first;
    const auto mask = std::bit_ceil(count * 2) - 1;
    slots_.assign(mask + 1, 0);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& name = names_[first + i].text;
        auto slot = static_cast<std::size_t>(keyed_hash(name)) & mask;
        for (; slots_[slot] != 0; slot = (slot + 1) & mask)
            if (names_[first + slots_[slot] - 1].text == name) {
                fault_ = Fault::duplicate_key;
                name_ = name;
                return true;
            }
        slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
    return false;
}

Error StrictPass::explain(const simdjson::dom::document& document, const Limits& limits) const {
    switch (fault_) {
        case Fault::too_deep:
            return fail("json.too_deep", fmt::format("arrays and objects nested deeper than {}", limits.max_depth));
        case Fault::too_many_members:
            return fail("json.too_many_members",
                        fmt::format("an object with {} members, {} are allowed", members_, limits.max_members));
        case Fault::nul_in_name:
            return fail("json.nul_in_name", fmt::format("the name \"{}\" holds a NUL", printable(name_)));
        default:
            return fail("json.duplicate_key",
                        fmt::format("the name \"{}\" occurs more than once in the object at \"{}\"", printable(name_),
                                    pointer_of_duplicate(document.root(), name_)));
    }
}

}  // namespace json
EVENTSDK_END_NAMESPACE
