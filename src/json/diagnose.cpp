#include "json/diagnose.hpp"

#include "core/ascii.hpp"
#include "json/text.hpp"
#include "json/values.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
namespace {

// The unit of a \uXXXX whose backslash is at `at`, or -1.
int escape_unit(std::string_view text, std::size_t at) noexcept {
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
    int unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const int digit = ascii::hex_value(text[i]);
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

bool is_high(int unit) noexcept { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low(int unit) noexcept { return unit >= 0xdc00 && unit <= 0xdfff; }

// A JSON reader without values, which stops at the first byte that is wrong. Not recursive.
class Reader {
public:
    Reader(std::string_view text, std::size_t max_depth) : text_{text}, max_depth_{max_depth} {}

    Error run() {
        for (bool value_is_next = true; !failed_;) {
            skip_space();
            if (value_is_next) value_is_next = value();
            else if (open_.empty())
                return at_ == text_.size() ? unexplained() : (syntax("text after the end of the document"), error_);
            else value_is_next = after_value();
        }
        return error_;
    }

private:
    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_space() noexcept {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
            ++at_;
    }
    bool fail(std::string_view code, std::string_view what) {
        failed_ = true;
        error_ = Error{.kind = ErrorKind::permanent,
                       .code = std::string{code},
                       .message = fmt::format("{} at byte {}", what, at_)};
        return false;
    }
    bool syntax(std::string_view what) {
        return fail("json.syntax", at_ >= text_.size() ? "the text ends too early:" : what);
    }
    Error unexplained() {
        syntax("not well-formed JSON");
        return error_;
    }

    // Reads a value or opens one; true when another value must follow.
    bool value() {
        switch (peek()) {
            case '{': return open('{');
            case '[': return open('[');
            case '"': string(); return false;
            case 't': return word("true");
            case 'f': return word("false");
            case 'n': return word("null");
            default: return number();
        }
    }

    bool open(char kind) {
        if (open_.size() == max_depth_) return fail("json.too_deep", fmt::format("nested deeper than {}", max_depth_));
        open_ += kind;
        ++at_;
        skip_space();
        if (peek() == (kind == '{' ? '}' : ']')) return close();
        return kind == '[' || name();
    }

    bool close() {
        ++at_;
        open_.pop_back();
        return false;
    }

    bool after_value() {
        const bool in_object = open_.back() == '{';
        if (peek() == (in_object ? '}' : ']')) return close();
        if (peek() != ',') return syntax(in_object ? "',' or '}' expected" : "',' or ']' expected");
        ++at_;
        skip_space();
        return !in_object || name();
    }

    bool name() {
        if (peek() != '"') return syntax("a member's name expected");
        string();
        skip_space();
        if (failed_ || peek() != ':') return failed_ ? false : syntax("':' expected");
        ++at_;
        return true;
    }

    bool word(std::string_view expected) {
        if (text_.substr(at_, expected.size()) != expected) return syntax("a value expected");
        at_ += expected.size();
        return false;
    }

    void string() {
        for (++at_; at_ < text_.size() && text_[at_] != '"' && !failed_;) {
            if (text_[at_] == '\\') escape();
            else if (static_cast<unsigned char>(text_[at_]) < 0x20) syntax("a control character inside a string");
            else ++at_;
        }
        if (at_ >= text_.size()) syntax("");
        if (!failed_) ++at_;
    }

    void escape() {
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (next != 'u') {
            if (next == '\0' || std::strchr("\"\\/bfnrt", next) == nullptr) syntax("an unknown escape sequence");
            else at_ += 2;
            return;
        }
        const int unit = escape_unit(text_, at_);
        if (unit < 0) {
            syntax("four hexadecimal digits expected after \\u");
        } else if (is_low(unit) || (is_high(unit) && !is_low(escape_unit(text_, at_ + 6)))) {
            fail("json.surrogate", "half of a surrogate pair");
        } else {
            at_ += is_high(unit) ? 12 : 6;
        }
    }

    bool number() {
        const auto start = at_;
        auto here = at_;
        const auto at = [&](std::size_t i) { return i < text_.size() ? text_[i] : '\0'; };
        const auto digits = [&] {
            const auto first = here;
            while (ascii::is_digit(at(here))) ++here;
            return here > first;
        };
        if (at(here) == '-') ++here;
        const bool zero = at(here) == '0';
        const auto first_digit = here;
        bool ok = digits() && !(zero && here > first_digit + 1);
        if (ok && at(here) == '.') ok = (++here, digits());
        if (ok && (at(here) == 'e' || at(here) == 'E')) {
            ++here;
            if (at(here) == '+' || at(here) == '-') ++here;
            ok = digits();
        }
        if (!ok) return start == here ? syntax("a value expected") : syntax("not a number as JSON writes it");
        if (!in_range(text_.substr(start, here - start))) return fail("json.number_range", "a number beyond the range");
        at_ = here;
        return false;
    }

    // Few numbers are long or have an exponent; those are asked of the parser itself.
    static bool in_range(std::string_view number) {
        if (number.size() < 19 && number.find_first_of("eE") == std::string_view::npos) return true;
        simdjson::dom::parser parser;
        return parser.parse(number.data(), number.size(), true).error() == simdjson::SUCCESS;
    }

    std::string_view text_;
    std::size_t max_depth_;
    std::size_t at_ = 0;
    std::string open_;
    bool failed_ = false;
    Error error_;
};

std::optional<std::size_t> first_bad_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (i + size > text.size() || !simdjson::validate_utf8(text.data() + i, size)) return i;
        i += size;
    }
    return std::nullopt;
}

std::string find_duplicate(Value value, std::string_view name, const std::string& pointer) {
    if (value.is_object()) {
        const simdjson::dom::object members = object_of(value);  // named: a range-for does not keep it
        int seen = 0;
        for (const auto member : members) seen += member.key == name;
        if (seen > 1) return pointer;
        for (const auto member : members) {
            auto inner = pointer;
            append_pointer(inner, member.key);
            if (auto found = find_duplicate(member.value, name, inner); !found.empty()) return found;
        }
    } else if (value.is_array()) {
        const simdjson::dom::array elements = array_of(value);
        std::size_t index = 0;
        for (const auto element : elements) {
            auto inner = pointer;
            append_pointer(inner, index++);
            if (auto found = find_duplicate(element, name, inner); !found.empty()) return found;
        }
    }
    return {};
}

}  // namespace

Escapes find_escapes(std::string_view text) noexcept {
    Escapes found;
    for (auto at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
        const int unit = escape_unit(text, at);
        if (unit == 0) found.nul = true;
        if (is_low(unit) || (is_high(unit) && !is_low(escape_unit(text, at + 6)))) {
            found.lone_surrogate = at;
            return found;
        }
        at += is_high(unit) ? 12 : 2;
    }
    return found;
}

Error diagnose(std::string_view text, std::size_t max_depth) {
    if (const auto bad = first_bad_utf8(text))
        return Error{
            .kind = ErrorKind::permanent, .code = "json.utf8", .message = fmt::format("not UTF-8 at byte {}", *bad)};
    return Reader{text, max_depth}.run();
}

std::string pointer_of_duplicate(Value root, std::string_view name) { return find_duplicate(root, name, ""); }

}  // namespace json
EVENTSDK_END_NAMESPACE
