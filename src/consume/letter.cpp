#include "consume/letter.hpp"

#include <eventsdk/core/time.hpp>
#include <eventsdk/event/topic_name.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

EVENTSDK_BEGIN_NAMESPACE

std::string_view to_string(DeadLetterState state) noexcept {
    switch (state) {
        case DeadLetterState::open: return "open";
        case DeadLetterState::redriven: return "redriven";
        case DeadLetterState::parked: return "parked";
        case DeadLetterState::purged: return "purged";
        case DeadLetterState::repeated: return "repeated";
    }
    return "open";
}

namespace consume {
namespace {

namespace names = dead_letter_headers;

bool is(std::string_view wanted, const ReceivedRecord& letter, std::string_view header) {
    return wanted.empty() || letter.header(header) == wanted;
}

}  // namespace

std::optional<std::int64_t> number(std::optional<std::string_view> text) {
    std::int64_t value = 0;
    if (!text) return {};
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value < 0) return {};
    return value;
}

std::optional<Letter> read_letter(const ReceivedRecord& record) {
    const auto topic = record.header(names::topic);
    const auto partition = number(record.header(names::partition));
    const auto offset = number(record.header(names::offset));
    const auto group = record.header(names::group);
    if (!topic || !check_topic_name(*topic) || !partition || !offset || !group || group->empty()) return {};
    if (*partition > std::numeric_limits<std::int32_t>::max()) return {};
    return Letter{std::string{*topic},
                  static_cast<std::int32_t>(*partition),
                  *offset,
                  std::string{*group},
                  number(record.header(names::redrive_count)).value_or(0),
                  record.header(names::value_sha256).has_value()};
}

std::optional<Marker> read_marker(const ReceivedRecord& record) {
    const auto offset = number(record.header(names::resolves));
    const auto said = record.header(names::resolution);
    if (!offset || !said || record.value) return {};
    for (const auto state :
         {DeadLetterState::redriven, DeadLetterState::parked, DeadLetterState::purged, DeadLetterState::repeated}) {
        if (*said == to_string(state))
            return Marker{*offset, state, number(record.header(names::sent_offset)).value_or(-1)};
    }
    return {};
}

Record make_marker(const ReceivedRecord& letter, DeadLetterState state) {
    Record marker{.topic = std::string{letter.topic}};
    if (letter.key) marker.key = std::string{*letter.key};
    marker.partition = letter.partition;
    marker.headers = {{std::string{names::resolves}, std::to_string(letter.offset)},
                      {std::string{names::resolution}, std::string{to_string(state)}}};
    return marker;
}

void note_sent(Record& marker, std::int64_t offset) {
    std::erase_if(marker.headers, [](const Header& header) { return header.name == names::sent_offset; });
    marker.headers.push_back({std::string{names::sent_offset}, std::to_string(offset)});
}

bool LetterFilter::in_range(const ReceivedRecord& letter) const {
    return (!filter_.partition || letter.partition == *filter_.partition) &&
           (!filter_.first_offset || letter.offset >= *filter_.first_offset) &&
           (!filter_.last_offset || letter.offset <= *filter_.last_offset);
}

bool LetterFilter::in_time(const ReceivedRecord& letter) const {
    if (!filter_.from && !filter_.until) return true;
    const auto failed = parse_date_time(letter.header(names::last_failure).value_or(""));
    return failed && (!filter_.from || failed->utc >= *filter_.from) &&
           (!filter_.until || failed->utc < *filter_.until);
}

bool LetterFilter::is_type(const ReceivedRecord& letter) {
    if (filter_.type.empty()) return true;
    for (const std::string_view name : {"event-type", "ce_type"}) {
        if (const auto type = letter.header(name)) return *type == filter_.type;
    }
    std::vector<codec::HeaderText> headers;
    for (std::size_t at = 0; at < letter.header_count(); ++at) {
        const HeaderView header = letter.header_at(at);
        headers.push_back({header.name, header.value});
    }
    const codec::RecordParts parts{letter.topic, letter.partition, letter.offset, letter.timestamp,
                                   letter.key,   letter.value,     headers};
    return decode_any_record(parts, {}, scratch_, decoded_) && decoded_.envelope.type == filter_.type;
}

bool LetterFilter::wants(const ReceivedRecord& letter) {
    return in_range(letter) && is(filter_.stage, letter, names::stage) && is(filter_.code, letter, names::error_code) &&
           is(filter_.group, letter, names::group) && (!filter_.key || letter.key == *filter_.key) && in_time(letter) &&
           is_type(letter);
}

LetterStates::Identity LetterStates::identity_of(const Letter& letter, std::string_view timestamp) {
    constexpr std::hash<std::string> hash;
    std::string text = letter.group + '\n' + letter.topic + '\n' + std::to_string(letter.partition) + '\n' +
                       std::to_string(letter.offset) + '\n' + std::to_string(letter.redrives) + '\n';
    text += timestamp;  // a topic that was made anew has other records at the same places
    const std::size_t first = hash(text);
    return {first, hash("again\n" + text)};
}

void LetterStates::note(const ReceivedRecord& record) {
    if (const auto marker = read_marker(record)) {
        if (Entry* entry = find(record.partition, marker->offset)) *entry = {marker->offset, marker->state, true};
        return;
    }
    const auto letter = read_letter(record);
    const bool repeated =
        letter &&
        !seen_.insert(identity_of(*letter, record.header(dead_letter_headers::timestamp).value_or(""))).second;
    entries_[record.partition].push_back(
        {record.offset, repeated ? DeadLetterState::repeated : DeadLetterState::open, false});
}

LetterStates::Entry* LetterStates::find(std::int32_t partition, std::int64_t offset) {
    std::vector<Entry>& entries = entries_[partition];
    const auto found = std::lower_bound(entries.begin(), entries.end(), offset,
                                        [](const Entry& entry, std::int64_t value) { return entry.offset < value; });
    return found != entries.end() && found->offset == offset ? &*found : nullptr;
}

std::int64_t LetterStates::first_open(std::int32_t partition, std::int64_t end) const {
    const auto entries = entries_.find(partition);
    if (entries == entries_.end()) return end;
    const auto found =
        std::find_if(entries->second.begin(), entries->second.end(), [](const Entry& entry) { return !entry.marked; });
    return found == entries->second.end() ? end : found->offset;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
