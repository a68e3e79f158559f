#pragma once

#include <eventsdk/core/config.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// Appends JSON to a string. Between construction and finish() the string also holds room to come; its capacity is
/// reused, so that writing into a kept buffer allocates nothing in steady state.
class Writer {
public:
    explicit Writer(std::string& out) : out_{out}, start_{out.size()} { reset(start_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() { finish(); }

    /// Makes the string end where the JSON ends.
    void finish() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
    /// Takes back everything written.
    void rollback() { at_ = out_.data() + start_; }

    void put(char c) {
        need(1);
        *at_++ = c;
    }
    /// Text that is JSON already.
    void raw(std::string_view text) {
        need(text.size());
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    /// Quoted and escaped. False when `text` is not UTF-8; what is written then is to be thrown away.
    [[nodiscard]] bool string(std::string_view text);
    void integer(std::int64_t value);
    void integer(std::uint64_t value);
    /// The shortest digits that read back as the same value, with ".0" when they look like an integer's.
    /// False, and nothing written, when `value` is NaN or infinite.
    [[nodiscard]] bool number(double value);
    [[nodiscard]] bool number(float value);
    void boolean(bool value) { raw(value ? std::string_view{"true"} : std::string_view{"false"}); }
    void null() { raw("null"); }
    /// Room for `count` characters that the caller fills.
    [[nodiscard]] char* room(std::size_t count) {
        need(count);
        char* begin = at_;
        at_ += count;
        return begin;
    }

private:
    void need(std::size_t count) {
        if (static_cast<std::size_t>(end_ - at_) < count) grow(count);
    }
    void grow(std::size_t count);
    void reset(std::size_t used);
    bool escaped(std::string_view text);
    bool short_decimal(double value);
    template <class Number>
    bool shortest(Number value);

    std::string& out_;
    std::size_t start_;
    char* at_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace json
EVENTSDK_END_NAMESPACE
