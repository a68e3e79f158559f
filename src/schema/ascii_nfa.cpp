#include "schema/ascii_nfa.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

using Set = AsciiSet;
using Fragment = NfaFragment;

constexpr std::size_t max_nfa_states = 400;

Set range(int low, int high) {
    Set set;
    for (int c = low; c <= high && c < 128; ++c) set.set(static_cast<std::size_t>(c));
    return set;
}

Set class_named(char name) {
    const Set digits = range('0', '9');
    const Set space = range('\t', '\r') | range(' ', ' ');
    const Set word = digits | range('a', 'z') | range('A', 'Z') | range('_', '_');
    switch (name) {
        case 'd': return digits;
        case 'D': return ~digits;
        case 's': return space;
        case 'S': return ~space;
        case 'w': return word;
        default: return ~word;
    }
}

// Reads the pattern; gives up as soon as something is not for the automaton.
class Reader {
public:
    explicit Reader(std::string_view text) : text_{text} {
        from_start_ = !text_.empty() && text_.front() == '^';
        if (from_start_) text_.remove_prefix(1);
        to_end_ = ends_with_anchor();
        if (to_end_) text_.remove_suffix(1);
        whole_ = alternatives();
        ok_ = ok_ && at_ == text_.size() && !(top_alternatives_ && (from_start_ || to_end_));
    }

    std::optional<AsciiNfa> take() {
        if (!ok_) return std::nullopt;
        return AsciiNfa{std::move(states_), whole_, from_start_, to_end_};
    }

private:
    [[nodiscard]] bool ends_with_anchor() const {
        if (text_.empty() || text_.back() != '$') return false;
        std::size_t backslashes = 0;
        while (backslashes + 1 < text_.size() && text_[text_.size() - 2 - backslashes] == '\\') ++backslashes;
        return backslashes % 2 == 0 &&
               text_.find('[', text_.rfind(']') == std::string_view::npos ? 0 : text_.rfind(']')) ==
                   std::string_view::npos;
    }
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    std::size_t state() {
        if (states_.size() >= max_nfa_states) ok_ = false;
        states_.emplace_back();
        return states_.size() - 1;
    }
    void join(std::size_t from, std::size_t to) { states_[from].free.push_back(to); }

    Fragment alternatives() {
        auto all = sequence();
        while (ok_ && peek() == '|') {
            top_alternatives_ = top_alternatives_ || depth_ == 0;
            ++at_;
            const auto other = sequence();
            const Fragment both{state(), state()};
            for (const auto& one : {all, other}) {
                join(both.start, one.start);
                join(one.end, both.end);
            }
            all = both;
        }
        return all;
    }

    Fragment sequence() {
        const auto first = state();
        Fragment all{first, first};
        while (ok_ && at_ < text_.size() && peek() != '|' && peek() != ')') {
            const auto next = repeated();
            join(all.end, next.start);
            all.end = next.end;
        }
        return all;
    }

    // An atom with its quantifier; copies are made by reading the atom again.
    Fragment repeated() {
        const auto from = at_;
        auto all = atom();
        std::size_t low = 1;
        std::size_t high = 1;
        constexpr std::size_t unbounded = static_cast<std::size_t>(-1);
        const auto behind_atom = at_;
        if (!quantifier(low, high, unbounded)) return all;
        const auto behind = at_;
        const auto entry = state();
        std::size_t end = entry;
        std::vector<std::size_t> exits;
        const auto copies = high == unbounded ? std::max<std::size_t>(low, 1) : high;
        for (std::size_t i = 0; i < copies && ok_; ++i) {
            if (i > 0) {
                at_ = from;
                all = atom();
                ok_ = ok_ && at_ == behind_atom;
            }
            if (i >= low) exits.push_back(end);
            join(end, all.start);
            end = all.end;
        }
        const auto last = state();
        join(end, last);
        for (const auto exit : exits) join(exit, last);
        if (high == unbounded && copies > 0) join(all.end, all.start);
        at_ = behind;
        return {entry, last};
    }

    bool quantifier(std::size_t& low, std::size_t& high, std::size_t unbounded) {
        const char c = peek();
        if (c == '*' || c == '+' || c == '?') {
            low = c == '+' ? 1 : 0;
            high = c == '?' ? 1 : unbounded;
            ++at_;
        } else if (c == '{' && ascii::is_digit(peek(1))) {
            auto i = at_ + 1;
            const auto number = [&] {
                std::size_t value = 0;
                for (; i < text_.size() && ascii::is_digit(text_[i]) && value <= max_nfa_states; ++i)
                    value = value * 10 + static_cast<std::size_t>(text_[i] - '0');
                return value;
            };
            low = high = number();
            if (i < text_.size() && text_[i] == ',') {
                ++i;
                high = i < text_.size() && text_[i] == '}' ? unbounded : number();
            }
            if (i >= text_.size() || text_[i] != '}' || low > max_nfa_states ||
                (high != unbounded && high > max_nfa_states)) {
                ok_ = false;
                return false;
            }
            at_ = i + 1;
        } else {
            return false;
        }
        if (peek() == '?') ++at_;
        return true;
    }

    Fragment one(const Set& set) {
        const Fragment made{state(), state()};
        states_[made.start].on = set;
        states_[made.start].to = made.end;
        return made;
    }

    Fragment atom() {
        const char c = peek();
        if (c == '(') return group();
        if (c == '[') return one(character_class());
        if (c == '.') {
            ++at_;
            return one(~(range('\n', '\n') | range('\r', '\r')));
        }
        if (c == '^' || c == '$') ok_ = false;
        if (c == '\\' && std::string_view{"dDsSwW"}.find(peek(1)) != std::string_view::npos) {
            at_ += 2;
            return one(class_named(text_[at_ - 1]));
        }
        const int point = character();
        return one(point >= 0 && point < 128 ? range(point, point) : Set{});
    }

    Fragment group() {
        ++at_;
        if (peek() == '?' && peek(1) == ':') at_ += 2;
        else if (peek() == '?') at_ = std::min(text_.find('>', at_), text_.size() - 1) + 1;
        ++depth_;
        const auto inner = alternatives();
        --depth_;
        if (peek() != ')') ok_ = false;
        ++at_;
        return inner;
    }

    Set character_class() {
        ++at_;
        const bool negated = peek() == '^';
        if (negated) ++at_;
        Set set;
        while (ok_ && peek() != ']' && at_ < text_.size()) {
            if (peek() == '\\' && std::string_view{"dDsSwW"}.find(peek(1)) != std::string_view::npos) {
                set |= class_named(peek(1));
                at_ += 2;
                continue;
            }
            const int low = peek() == '\\' && peek(1) == 'b' ? (at_ += 2, '\b') : character();
            int high = low;
            if (peek() == '-' && peek(1) != ']' && at_ + 1 < text_.size()) {
                ++at_;
                high = character();
            }
            set |= range(low, high);
        }
        ++at_;
        return negated ? ~set : set;
    }

    // A literal or escaped character; 128 stands for all that are not ASCII.
    int character() {
        const auto byte = static_cast<unsigned char>(peek());
        if (byte != '\\') {
            ++at_;
            while (byte >= 128 && (static_cast<unsigned char>(peek()) & 0xc0) == 0x80) ++at_;
            return byte < 128 ? byte : 128;
        }
        const char c = peek(1);
        at_ += 2;
        switch (c) {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'v': return '\v';
            default: break;
        }
        // Rare escapes, and those that are no characters, are for the general engine.
        if (ascii::is_alphanumeric(c) || static_cast<unsigned char>(c) >= 128) ok_ = false;
        return c;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool ok_ = true;
    bool from_start_ = false;
    bool to_end_ = false;
    bool top_alternatives_ = false;
    std::vector<NfaState> states_{};
    Fragment whole_{};
};

}  // namespace

std::optional<AsciiNfa> read_ascii_nfa(std::string_view ecma) { return Reader{ecma}.take(); }

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
