#include "schema/ecma_regex.hpp"

#include "core/ascii.hpp"
#include "schema/ecma_scanner.hpp"
#include "schema/unicode_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

constexpr std::size_t max_nesting = 64;
constexpr std::uint32_t max_count = 1000;  // RE2's own bound

class Translator : private EcmaScanner {
public:
    Translator(std::string_view text, bool translating) : EcmaScanner{text}, translating_{translating} {}

    EcmaRegex run() {
        while (result_.error.empty() && at_ < text_.size()) term();
        if (result_.error.empty() && !groups_.empty()) fail("a group is not closed");
        return std::move(result_);
    }

private:
    void emit(std::string_view text) {
        if (translating_) result_.re2 += text;
    }
    void emit_literal(std::uint32_t point) {
        if (!translating_) return;
        if (point < 0x80 && ascii::is_alphanumeric(static_cast<char>(point))) result_.re2 += static_cast<char>(point);
        else fmt::format_to(std::back_inserter(result_.re2), "\\x{{{:x}}}", point);
    }
    void term() {
        const char c = peek();
        bool repeatable = true;
        if (c == '|') {
            ++at_;
            emit("|");
            repeatable = false;
        } else if (c == '(') {
            open_group();
            return;
        } else if (c == ')') {
            repeatable = close_group();
        } else if (c == '^' || c == '$') {
            ++at_;
            emit(c == '^' ? "\\A" : "\\z");
            repeatable = false;
        } else if (c == '.') {
            ++at_;
            emit("[^\\n\\r\\x{2028}\\x{2029}]");
        } else if (c == '[') {
            character_class();
        } else if (c == '\\') {
            repeatable = escape();
        } else if (c == '*' || c == '+' || c == '?' || (c == '{' && quantifier_size() != 0)) {
            fail("nothing to repeat");
        } else {
            emit_literal(next_point());
        }
        if (result_.error.empty()) quantifier(repeatable);
    }

    void open_group() {
        bool look_around = false;
        ++at_;
        if (take("?=") || take("?!") || take("?<=") || take("?<!")) {
            refuse("look-around cannot be matched in linear time");
            look_around = true;
        } else if (take("?<")) {
            const auto end = text_.find('>', at_);
            if (end == std::string_view::npos || end == at_ || ascii::is_digit(peek()))
                return fail("a group's name is malformed");
            at_ = end + 1;
        } else if (peek() == '?' && !take("?:")) {
            return fail("an unknown kind of group");
        }
        if (groups_.size() == max_nesting) return fail("groups are nested too deep");
        groups_ += look_around ? 'l' : 'g';
        emit("(?:");
    }

    bool close_group() {
        if (groups_.empty()) {
            fail("a ')' without '('");
            return false;
        }
        ++at_;
        emit(")");
        const bool repeatable = groups_.back() == 'g';
        groups_.pop_back();
        return repeatable;
    }

    // The size of a {n}, {n,} or {n,m} at the current place, else 0.
    [[nodiscard]] std::size_t quantifier_size() const noexcept {
        std::size_t i = 1;
        while (ascii::is_digit(peek(i))) ++i;
        if (i == 1) return 0;
        if (peek(i) == ',') {
            ++i;
            while (ascii::is_digit(peek(i))) ++i;
        }
        return peek(i) == '}' ? i + 1 : 0;
    }

    void quantifier(bool repeatable) {
        const char c = peek();
        const auto size = c == '*' || c == '+' || c == '?' ? 1 : c == '{' ? quantifier_size() : 0;
        if (size == 0) return;
        if (!repeatable) return fail("nothing to repeat");
        if (c == '{') check_counts(text_.substr(at_ + 1, size - 2));
        emit(text_.substr(at_, size));
        at_ += size;
        if (peek() == '?') ++at_;  // lazy or greedy: the same language
    }

    void check_counts(std::string_view counts) {
        const auto comma = counts.find(',');
        const auto low = count(counts.substr(0, comma));
        const auto upper = comma == std::string_view::npos ? std::string_view{} : counts.substr(comma + 1);
        const auto high = upper.empty() ? low : count(upper);
        if (high < low) fail("a repetition's upper bound is below its lower one");
        if (low > max_count || high > max_count)
            refuse("a repetition of more than 1000; use maxLength or nested groups");
    }

    static std::uint32_t count(std::string_view digits) noexcept {
        std::uint32_t value = 0;
        for (const char c : digits)
            value = value > max_count ? value : value * 10 + static_cast<std::uint32_t>(c - '0');
        return value;
    }

    // Outside of a class; true when it can be repeated.
    bool escape() {
        const char c = peek(1);
        if (c == 'b' || c == 'B') {
            at_ += 2;
            emit(c == 'b' ? "\\b" : "\\B");
            return false;
        }
        if ((c >= '1' && c <= '9') || (c == 'k' && peek(2) == '<')) {
            refuse("a back-reference cannot be matched in linear time");
            for (at_ += 2; ascii::is_digit(peek());) ++at_;
            if (c == 'k') at_ = std::min(text_.find('>', at_), text_.size() - 1) + 1;
            emit("x");
            return true;
        }
        if (class_escape(false)) return true;
        emit_literal(character_escape());
        return true;
    }

    // \d \s \w \p and their opposites; `inside` a class.
    bool class_escape(bool inside) {
        const char c = peek(1);
        const auto brackets = [&](std::string_view ranges) {
            if (!inside) emit("[");
            emit(ranges);
            if (!inside) emit("]");
        };
        switch (c) {
            case 'd':
            case 'D':
            case 'w':
            case 'W': emit(text_.substr(at_, 2)); break;
            case 's': brackets(space_ranges); break;
            case 'S': brackets(not_space_ranges); break;
            case 'p':
            case 'P': property(c); return true;
            default: return false;
        }
        at_ += 2;
        return true;
    }

    void property(char kind) {
        const auto end = text_.find('}', at_);
        if (peek(2) != '{' || end == std::string_view::npos) return fail("\\p without {property}");
        auto name = text_.substr(at_ + 3, end - at_ - 3);
        for (const std::string_view prefix : {"General_Category=", "gc=", "Script=", "sc="})
            if (name.substr(0, prefix.size()) == prefix) name.remove_prefix(prefix.size());
        for (const auto& [longer, shorter] : categories)
            if (name == longer) name = shorter;
        if (name == "ASCII") emit(kind == 'p' ? "[:ascii:]" : "[:^ascii:]");
        else if (translating_) fmt::format_to(std::back_inserter(result_.re2), "\\{}{{{}}}", kind, name);
        if (name.empty()) fail("\\p without {property}");
        if (name == "ASCII" || name == "LC") refuse("the property is not known to the engine; write the ranges");
        at_ = end + 1;
    }

    void character_class() {
        ++at_;
        const bool negated = take("^");
        if (take("]")) return emit(negated ? "[\\x{0}-\\x{10ffff}]" : "[^\\x{0}-\\x{10ffff}]");
        emit(negated ? "[^" : "[");
        while (result_.error.empty() && more() && peek() != ']') class_item();
        if (!more()) fail("a character class is not closed");
        ++at_;
        emit("]");
    }

    void class_item() {
        if (peek() == '\\' && class_escape(true)) return;
        const auto low = class_character();
        const bool range = peek() == '-' && at_ + 1 < text_.size() && peek(1) != ']';
        const bool to_class =
            range && peek(1) == '\\' && std::string_view{"dDsSwWpP"}.find(peek(2)) != std::string_view::npos;
        emit_literal(low);
        if (!range) return;
        if (to_class) return fail("a range up to a class");
        ++at_;
        const auto high = class_character();
        if (high < low) return fail("a range out of order");
        emit("-");
        emit_literal(high);
    }

    std::uint32_t class_character() {
        if (peek() != '\\') return next_point();
        if (peek(1) != 'b') return character_escape();
        at_ += 2;
        return '\b';
    }

    bool translating_;
    std::string groups_;  // one letter for each open group
};

}  // namespace

EcmaRegex read_ecma_regex(std::string_view text) { return Translator{text, true}.run(); }

bool is_ecma_regex(std::string_view text) { return Translator{text, false}.run().error.empty(); }

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
