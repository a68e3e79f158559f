#pragma once

#include <eventsdk/core/config.hpp>

#include <simdjson.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

using Value = simdjson::dom::element;

/// The parser's tape, read directly: a kind in the upper byte of a word, a payload in the rest. The parser's iterators
/// look up the document for every word, which a walk along all members of an event would feel.
/// **Source**: doc/tape.md of simdjson.
namespace tape {

using Word = std::uint64_t;

[[nodiscard]] inline char kind_of(Word word) noexcept { return static_cast<char>(word >> 56); }
[[nodiscard]] inline std::uint64_t payload_of(Word word) noexcept { return word & 0x00ffffffffffffffULL; }
/// Number of members or elements of a container; 0xffffff stands for that many or more.
[[nodiscard]] inline std::uint64_t count_of(Word opening) noexcept { return (opening >> 32) & 0xffffff; }

/// Behind the beginning of the text eight bytes can be read, and more than its terminator behind the end.
[[nodiscard]] inline std::string_view string_at(const std::uint8_t* strings, Word word) noexcept {
    const auto* start = strings + payload_of(word);
    std::uint32_t size = 0;
    std::memcpy(&size, start, sizeof size);
    return {reinterpret_cast<const char*>(start) + sizeof size, size};
}

/// How many words a value takes; a container says itself where it ends.
enum Width : std::uint8_t { one_word, number, opens, closes };
inline constexpr auto widths = [] {
    std::array<Width, 256> made{};
    for (const char kind : {'l', 'u', 'd'}) made[static_cast<std::size_t>(kind)] = number;
    for (const char kind : {'{', '['}) made[static_cast<std::size_t>(kind)] = opens;
    for (const char kind : {'}', ']'}) made[static_cast<std::size_t>(kind)] = closes;
    return made;
}();

/// A condition that becomes a branch: the processor walks on along what it foretells, while a place that is computed
/// from a word has to wait for the word, at every step.
[[nodiscard]] constexpr bool seldom(bool condition) noexcept {
    return __builtin_expect_with_probability(static_cast<long>(condition), 0, 0.999) != 0;
}

/// The place behind the value that begins at `at`.
[[nodiscard]] inline std::size_t after(const Word* words, std::size_t at) noexcept {
    const Word word = words[at];
    const Width width = widths[word >> 56];
    if (seldom(width == opens)) return static_cast<std::uint32_t>(word);
    if (seldom(width == number)) return at + 2;
    return at + 1;
}

/// What a parser's element is inside.
struct Place {
    const simdjson::dom::document* document;
    std::size_t index;

    explicit Place(const simdjson::dom::document* of, std::size_t at) noexcept : document{of}, index{at} {}
    explicit Place(const Value& value) noexcept : Place{std::bit_cast<Place>(value)} {}
    explicit Place(const simdjson::dom::object& object) noexcept : Place{std::bit_cast<Place>(object)} {}

    [[nodiscard]] Word word() const noexcept { return document->tape[index]; }
    [[nodiscard]] std::string_view string() const noexcept { return string_at(document->string_buf.get(), word()); }
    [[nodiscard]] Value value() const noexcept { return std::bit_cast<Value>(*this); }
};
static_assert(std::is_trivially_copyable_v<Value> && sizeof(Value) == sizeof(Place));
static_assert(std::is_trivially_copyable_v<simdjson::dom::object> && sizeof(simdjson::dom::object) == sizeof(Place));

/// A walk along the members of an object.
class Members {
public:
    explicit Members(Place object) noexcept
        : document_{object.document},
          words_{document_->tape.get()},
          strings_{document_->string_buf.get()},
          at_{object.index + 1},
          end_{static_cast<std::uint32_t>(words_[object.index]) - std::size_t{1}} {}

    [[nodiscard]] bool done() const noexcept { return at_ == end_; }
    [[nodiscard]] std::string_view name() const noexcept { return string_at(strings_, words_[at_]); }
    [[nodiscard]] Value value() const noexcept { return Place{document_, at_ + 1}.value(); }
    void next() noexcept { at_ = after(words_, at_ + 1); }

private:
    const simdjson::dom::document* document_;
    const Word* words_;
    const std::uint8_t* strings_;
    std::size_t at_;
    std::size_t end_;
};

}  // namespace tape
}  // namespace json
EVENTSDK_END_NAMESPACE
