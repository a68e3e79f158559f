#include "schema/ascii_dfa.hpp"

#include "schema/ascii_nfa.hpp"

#include <algorithm>
#include <map>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {
namespace {

constexpr std::size_t max_dfa_states = 128;

using States = std::vector<std::size_t>;

States closed(const std::vector<NfaState>& nfa, States states) {
    std::vector<bool> seen(nfa.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
        seen[states[i]] = true;
        for (const auto next : nfa[states[i]].free)
            if (!seen[next]) {
                seen[next] = true;
                states.push_back(next);
            }
    }
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
    return states;
}

}  // namespace

class DfaBuilder {
public:
    explicit DfaBuilder(const AsciiNfa& nfa) : nfa_{nfa}, start_{closed(nfa.states, {nfa.whole.start})} {
        dfa_.next_.resize(2);
        dfa_.next_[AsciiDfa::found].fill(AsciiDfa::found);
        dfa_.accepting_ = {0, 1};
    }

    std::optional<AsciiDfa> build() {
        dfa_.start_ = number_of(start_);
        for (std::size_t i = 0; i < work_.size(); ++i) {
            const auto states = work_[i].second;
            for (std::size_t c = 0; c < 128; ++c) {
                const auto to = number_of(step(states, c));
                dfa_.next_[work_[i].first][c] = to;
                if (dfa_.next_.size() > max_dfa_states) return std::nullopt;
            }
        }
        return std::move(dfa_);
    }

private:
    States step(const States& from, std::size_t c) const {
        States to;
        for (const auto state : from)
            if (nfa_.states[state].on[c]) to.push_back(nfa_.states[state].to);
        if (!nfa_.from_start) to.insert(to.end(), start_.begin(), start_.end());
        return closed(nfa_.states, std::move(to));
    }

    std::uint8_t number_of(const States& states) {
        if (states.empty()) return AsciiDfa::lost;
        const bool accepts = std::binary_search(states.begin(), states.end(), nfa_.whole.end);
        if (accepts && !nfa_.to_end) return AsciiDfa::found;
        const auto [known, is_new] = numbers_.emplace(states, static_cast<std::uint8_t>(dfa_.next_.size()));
        if (is_new) {
            dfa_.next_.emplace_back();
            dfa_.accepting_.push_back(accepts ? 1 : 0);
            work_.emplace_back(known->second, states);
        }
        return known->second;
    }

    const AsciiNfa& nfa_;
    States start_;
    AsciiDfa dfa_;
    std::map<States, std::uint8_t> numbers_;
    std::vector<std::pair<std::uint8_t, States>> work_;
};

std::optional<AsciiDfa> AsciiDfa::make(std::string_view ecma) {
    const auto nfa = read_ascii_nfa(ecma);
    if (!nfa) return std::nullopt;
    return DfaBuilder{*nfa}.build();
}

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
