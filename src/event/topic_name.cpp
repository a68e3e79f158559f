#include <eventsdk/event/topic_name.hpp>

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::size_t longest_name = 249;
constexpr std::string_view history_suffix = ".snapshot.history";
constexpr std::string_view parked_suffix = ".parked";
/// What the SDK may append to a topic: the snapshots' history, whose records may be dead-lettered and parked.
constexpr std::size_t longest_suffix = history_suffix.size() + parked_suffix.size();

bool is_topic_char(char c) noexcept { return ascii::is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; }
char collapsed(char c) noexcept { return c == '.' ? '_' : c; }

/// A piece of a name given from outside, printable and short.
std::string quoted(std::string_view name) {
    std::string text = "\"";
    for (const char c : name.substr(0, 64)) text += c >= ' ' && c <= '~' ? c : '?';
    text += name.size() > 64 ? "…\"" : "\"";
    return text;
}

Error bad_name(std::string_view name, std::string_view reason, std::string_view hint) {
    Error error{.kind = ErrorKind::invalid_argument, .code = "topic.name"};
    error.message = "topic name " + quoted(name) + " " + std::string{reason};
    error.hint = hint;
    return error;
}

Result<std::string> joined(std::initializer_list<std::string_view> parts) {
    std::string name;
    for (const std::string_view part : parts) {
        if (part.empty() || part.front() == '.' || part.back() == '.')
            return bad_name(name + std::string{part}, "has an empty part",
                            "give environment, context and aggregate names that neither begin nor end with a dot");
        if (!name.empty()) name += '.';
        name += part;
    }
    if (auto checked = check_topic_name(name); !checked) return std::move(checked.error());
    if (name.size() + longest_suffix > longest_name)
        return bad_name(name, "leaves no room for the suffixes of dead letters and snapshots",
                        "keep it within 225 bytes");
    return name;
}

std::string with(std::string_view topic, std::string_view suffix) { return std::string{topic}.append(suffix); }

bool ends_with_past_tense(std::string_view word) noexcept {
    constexpr std::array<std::string_view, 30> irregular{
        "sent",  "made",    "paid",  "won",   "lost", "left",   "begun",  "built", "bought", "sold",
        "set",   "put",     "cut",   "met",   "read", "held",   "kept",   "taken", "given",  "seen",
        "shown", "written", "drawn", "known", "done", "broken", "chosen", "found", "run",    "withdrawn"};
    std::string lower{word};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return ascii::is_upper(c) ? static_cast<char>(c + 32) : c; });
    if (lower.size() > 3 && lower.ends_with("ed")) return true;
    return std::any_of(irregular.begin(), irregular.end(),
                       [&lower](std::string_view each) { return lower.ends_with(each); });
}

bool is_pascal_case(std::string_view name) noexcept {
    return !name.empty() && ascii::is_upper(name.front()) &&
           std::all_of(name.begin(), name.end(), ascii::is_alphanumeric);
}

}  // namespace

Result<void> check_topic_name(std::string_view name) {
    constexpr std::string_view hint = "use 1 to 249 of A-Z a-z 0-9 . _ -";
    if (name.empty()) return bad_name(name, "is empty", hint);
    if (name == "." || name == "..") return bad_name(name, "is reserved", hint);
    if (name.size() > longest_name) return bad_name(name, "is longer than 249 bytes", hint);
    if (!std::all_of(name.begin(), name.end(), is_topic_char))
        return bad_name(name, "has a character that Kafka does not allow", hint);
    return {};
}

bool topic_names_collide(std::string_view a, std::string_view b) noexcept {
    return a != b && std::equal(a.begin(), a.end(), b.begin(), b.end(),
                                [](char left, char right) { return collapsed(left) == collapsed(right); });
}

Result<std::string> topic_name(std::string_view environment, const AggregateType& aggregate) {
    return joined({environment, aggregate.context, aggregate.aggregate});
}

Result<std::string> topic_name(std::string_view environment, std::string_view name) {
    return joined({environment, name});
}

std::string dead_letter_topic(std::string_view topic) { return with(topic, ".dlq"); }
std::string parked_topic(std::string_view topic) { return with(topic, parked_suffix); }
std::string retry_topic(std::string_view topic, std::string_view delay) { return with(topic, ".retry.").append(delay); }
std::string retry_topic(std::string_view topic, Duration delay) {
    constexpr std::array<std::pair<Duration, std::string_view>, 4> units{{{std::chrono::hours{1}, "h"},
                                                                          {std::chrono::minutes{1}, "min"},
                                                                          {std::chrono::seconds{1}, "s"},
                                                                          {Duration{1}, "ms"}}};
    const auto unit = std::find_if(units.begin(), units.end() - 1, [&](const auto& each) {
        return delay >= each.first && delay % each.first == Duration{0};
    });
    return retry_topic(topic, std::to_string(delay / unit->first).append(unit->second));
}
std::string snapshot_topic(std::string_view topic) { return with(topic, ".snapshot"); }
std::string snapshot_history_topic(std::string_view topic) { return with(topic, history_suffix); }

std::string lint_event_type(std::string_view name) {
    if (name.empty()) return "the name is empty";
    if (name.size() > 200) return "the name is longer than 200 bytes";
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return is_topic_char(c); });
    if (!plain) return "the name has characters other than letters, digits, dot, dash and underscore";
    const bool layout_name = std::none_of(name.begin(), name.end(), ascii::is_upper) ||
                             std::none_of(name.begin(), name.end(), ascii::is_lower);
    if (layout_name) return {};  // exercise.started, answer_submitted, EXECUTION_FAILED
    const std::size_t dot = name.find('.');
    const std::string_view action = dot == std::string_view::npos ? name : name.substr(dot + 1);
    if (dot != std::string_view::npos && !is_pascal_case(name.substr(0, dot)))
        return "the domain before the dot is not in PascalCase";
    if (!is_pascal_case(action)) return "the name is not in PascalCase";
    if (!ends_with_past_tense(action)) return "the name is not in the past tense: events have happened";
    return {};
}

EVENTSDK_END_NAMESPACE
