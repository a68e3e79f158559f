#include "json/strict.hpp"

#include "json/diagnose.hpp"
#include "json/names.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
namespace {

constexpr std::size_t array_frame = static_cast<std::size_t>(-1);
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

Error fail(std::string_view code, std::string message) {
    return Error{.kind = ErrorKind::permanent, .code = std::string{code}, .message = std::move(message)};
}

}  // namespace

Result<void> StrictPass::check(const simdjson::dom::document& document, const Limits& limits,
                               bool names_may_hold_nul) {
    const auto* tape = document.tape.get();
    const auto* strings = document.string_buf.get();
    const auto last = payload_of(tape[0]) - 1;
    names_.clear();
    frames_.clear();
    bool name_is_next = false;
    for (std::uint64_t index = 1; index < last; ++index) {
        const auto word = tape[index];
        switch (kind_of(word)) {
            case '"':
                if (!name_is_next) break;
                name_is_next = false;
                names_.push_back({0, string_at(strings, word)});
                names_.back().signature = signature_of(names_.back().text);
                if (names_may_hold_nul && names_.back().text.find('\0') != std::string_view::npos)
                    return fail("json.nul_in_name", fmt::format("the name \"{}\" holds a NUL", printable(names_.back().text)));
                continue;
            case '{':
            case '[':
                if (auto opened = open(word, limits); !opened) return opened;
                break;
            case '}':
            case ']':
                if (auto closed = close(document); !closed) return closed;
                break;
            case 'l':
            case 'u':
            case 'd': ++index; break;
            default: break;
        }
        name_is_next = in_object();
    }
    return {};
}

bool StrictPass::in_object() const noexcept { return !frames_.empty() && frames_.back() != array_frame; }

Result<void> StrictPass::open(std::uint64_t word, const Limits& limits) {
    if (frames_.size() >= limits.max_depth)
        return fail("json.too_deep", fmt::format("arrays and objects nested deeper than {}", limits.max_depth));
    const bool is_object = kind_of(word) == '{';
    if (is_object && count_of(word) > limits.max_members)
        return fail("json.too_many_members",
                    fmt::format("an object with {} members, {} are allowed", count_of(word), limits.max_members));
    frames_.push_back(is_object ? names_.size() : array_frame);
    return {};
}

Result<void> StrictPass::close(const simdjson::dom::document& document) {
    const auto first = frames_.back();
    frames_.pop_back();
    if (first == array_frame) return {};
    if (std::string_view name; find_duplicate(first, name))
        return fail("json.duplicate_key", fmt::format("the name \"{}\" occurs more than once in the object at \"{}\"",
                                                      printable(name), pointer_of_duplicate(document.root(), name)));
    names_.resize(first);
    return {};
}

bool StrictPass::find_duplicate(std::size_t first, std::string_view& duplicate) {
    const auto count = names_.size() - first;
    if (count > many_names) return find_duplicate_of_many(first, duplicate);
    const auto* names = names_.data() + first;
    for (std::size_t i = 1; i < count; ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (names[i].signature == names[j].signature && names[i].text == names[j].text) {
                duplicate = names[i].text;
                return true;
            }
    return false;
}

bool StrictPass::find_duplicate_of_many(std::size_t first, std::string_view& duplicate) {
    const auto count = names_.size() - first;
    const auto mask = std::bit_ceil(count * 2) - 1;
    slots_.assign(mask + 1, 0);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& name = names_[first + i].text;
        auto slot = static_cast<std::size_t>(keyed_hash(name)) & mask;
        for (; slots_[slot] != 0; slot = (slot + 1) & mask)
            if (names_[first + slots_[slot] - 1].text == name) {
                duplicate = name;
                return true;
            }
        slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
    return false;
}

}  // namespace json
EVENTSDK_END_NAMESPACE
