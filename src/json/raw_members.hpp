#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// Walks the members of an object's text, which json::Document has accepted before: values come as the bytes they are.
///
///     for (RawMembers members{text}; members.next();) use(members.name(), members.value());
class RawMembers {
public:
    explicit RawMembers(std::string_view object) noexcept;

    [[nodiscard]] bool next() noexcept;
    /// Between the quotes, escapes as written.
    [[nodiscard]] std::string_view raw_name() const noexcept { return name_; }
    /// True when the name, unescaped, is `plain`.
    [[nodiscard]] bool is(std::string_view plain) const;
    [[nodiscard]] std::string_view value() const noexcept { return value_; }

private:
    void skip_space() noexcept;
    void skip_string() noexcept;
    void skip_value() noexcept;

    std::string_view text_;
    std::size_t at_ = 0;
    std::string_view name_;
    std::string_view value_;
};

/// The bytes of one member's value, or an empty view.
[[nodiscard]] std::string_view raw_member(std::string_view object, std::string_view name);

/// The text that an accepted JSON string (with or without its quotes) stands for.
[[nodiscard]] std::string unescape(std::string_view raw);
/// The same, appended to a text whose memory is used again.
void append_unescaped(std::string& out, std::string_view raw);

}  // namespace json
EVENTSDK_END_NAMESPACE
