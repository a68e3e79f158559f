#pragma once

#include "json/strict.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// Makes the document that the parser would make of a text, from the values that are written into that text: what is
/// to be checked need not be parsed again. Keeps its buffers; not thread-safe.
class TapeWriter {
public:
    TapeWriter() = default;
    TapeWriter(const TapeWriter&) = delete;
    TapeWriter& operator=(const TapeWriter&) = delete;

    /// Forgets everything written.
    void start();
    void open(char kind);   ///< '{' or '['
    void close(char kind);  ///< '}' or ']'
    void name(std::string_view text) { put_string(text); }
    /// A name that nobody has looked at: it may repeat an earlier one.
    void foreign_name(std::string_view text) {
        names_are_ours_ = false;
        put_string(text);
    }
    void string(std::string_view text) {
        ++here_.count;
        put_string(text);
    }
    void integer(std::int64_t value) { put_number('l', static_cast<std::uint64_t>(value)); }
    void integer(std::uint64_t value);
    void number(double value) { put_number('d', std::bit_cast<std::uint64_t>(value)); }
    /// As the shortest digits that read back as the same float are read as a double.
    void number(float value);
    void boolean(bool value) { put_atom(value ? 't' : 'f'); }
    void null() { put_atom('n'); }
    /// Something was written into the text that is not here: there will be no document.
    void give_up() noexcept { complete_ = false; }

    /// The document's root until start(), when a parser with these limits would have taken the text; else nothing,
    /// and the text itself says why.
    [[nodiscard]] std::optional<Value> finish(const Limits& limits);

private:
    struct Container {
        std::size_t opening = 0;  ///< its place on the tape
        std::uint64_t count = 0;
    };

    void put(char kind, std::uint64_t payload) {
        words_[at_++] = (static_cast<tape::Word>(static_cast<unsigned char>(kind)) << 56) | payload;
    }
    void put_atom(char kind) {
        ++here_.count;
        need_words();
        put(kind, 0);
    }
    void put_number(char kind, std::uint64_t bits) {
        ++here_.count;
        need_words();
        put(kind, 0);
        words_[at_++] = bits;
    }
    void put_string(std::string_view text) {
        need_words();
        if (strings_size_ < strings_at_ + text.size() + string_room) grow_strings(text.size());
        put('"', strings_at_);
        auto* const to = document_.string_buf.get() + strings_at_;
        const auto size = static_cast<std::uint32_t>(text.size());
        std::memcpy(to, &size, sizeof size);
        if (size > 0) std::memcpy(to + sizeof size, text.data(), size);
        to[sizeof size + size] = 0;
        strings_at_ += sizeof size + size + 1;
    }
    void need_words() {
        if (words_size_ < at_ + word_room) grow_words();
    }
    void grow_words();
    void grow_strings(std::size_t size);

    static constexpr std::size_t word_room = 4;     // of one value, and the end of the document
    static constexpr std::size_t string_room = 32;  // around one string, and to be read behind it

    simdjson::dom::document document_{};
    tape::Word* words_ = nullptr;
    std::size_t words_size_ = 0;
    std::size_t at_ = 0;
    std::size_t strings_size_ = 0;
    std::size_t strings_at_ = 0;
    Container here_{};
    std::vector<Container> outer_{};
    std::size_t deepest_ = 0;
    std::uint64_t largest_ = 0;  // number of members
    bool names_are_ours_ = true;
    bool complete_ = true;
    StrictPass strict_{};
};

}  // namespace json
EVENTSDK_END_NAMESPACE
