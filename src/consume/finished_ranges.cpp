#include "consume/finished_ranges.hpp"

#include <array>
#include <limits>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

constexpr std::string_view prefix = "ev1.";
constexpr std::uint64_t most_attempts = 1'000'000;
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
    out.push_back(static_cast<char>(value));
}

std::optional<std::uint64_t> read_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80U) return value;
    }
    return {};
}

std::size_t text_bytes(std::size_t raw) { return prefix.size() + (raw * 4 + 2) / 3; }

std::string to_text(std::string_view raw, std::string_view before) {
    std::string text{before};
    text.reserve(text_bytes(raw.size()));
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char byte : raw) {
        bits = bits << 8U | static_cast<std::uint8_t>(byte);
        for (held += 8; held >= 6; held -= 6) text.push_back(alphabet[(bits >> (held - 6)) & 0x3FU]);
    }
    if (held > 0) text.push_back(alphabet[(bits << (6 - held)) & 0x3FU]);
    return text;
}

/// The part of what the SDK wrote: 0: finished ranges, 1: tries.
std::string_view part_of(std::string_view metadata, int part) {
    if (metadata.substr(0, prefix.size()) != prefix || metadata.size() > max_metadata_bytes) return {};
    metadata.remove_prefix(prefix.size());
    const std::size_t end = metadata.find('.');
    if (part == 0) return metadata.substr(0, end);
    return end == std::string_view::npos ? std::string_view{} : metadata.substr(end + 1);
}

std::optional<std::string> to_raw(std::string_view text) {
    std::string raw;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char letter : text) {
        const std::size_t value = alphabet.find(letter);
        if (value == std::string_view::npos) return {};
        bits = bits << 6U | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            raw.push_back(static_cast<char>((bits >> held) & 0xFFU));
        }
    }
    return raw;
}

/// `from + length` when both stay within the offsets that exist.
std::optional<std::int64_t> advance(std::int64_t from, std::uint64_t length) {
    const auto room = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - from);
    if (length > room) return {};
    return from + static_cast<std::int64_t>(length);
}

}  // namespace

EncodedRanges encode_finished(std::int64_t committed, std::span<const OffsetRange> ranges, std::size_t max_bytes) {
    std::string raw;
    std::int64_t at = committed;
    for (const OffsetRange& range : ranges) {
        const std::size_t before = raw.size();
        append_varint(raw, static_cast<std::uint64_t>(range.from - at));
        append_varint(raw, static_cast<std::uint64_t>(range.to - range.from));
        at = range.to;
        if (text_bytes(raw.size()) <= max_bytes) continue;
        raw.resize(before);
        return {raw.empty() ? std::string{} : to_text(raw, prefix), false};
    }
    return {raw.empty() ? std::string{} : to_text(raw, prefix), true};
}

std::string with_tries(std::string finished, std::int64_t committed, std::span<const Tries> tries,
                       std::size_t max_bytes) {
    const std::size_t taken = finished.empty() ? 1 : finished.size() + 1 - prefix.size();
    std::string raw;
    std::int64_t at = committed;
    for (const Tries& one : tries) {
        const std::size_t before = raw.size();
        append_varint(raw, static_cast<std::uint64_t>(one.offset - at));
        append_varint(raw, static_cast<std::uint64_t>(one.attempts));
        at = one.offset;
        if (taken + text_bytes(raw.size()) <= max_bytes) continue;
        raw.resize(before);
        break;
    }
    if (raw.empty()) return finished;
    if (finished.empty()) finished = prefix;
    return to_text(raw, finished + ".");
}

std::vector<Tries> decode_tries(std::int64_t committed, std::string_view metadata) {
    const std::optional<std::string> raw = to_raw(part_of(metadata, 1));
    if (!raw || committed < 0) return {};
    std::vector<Tries> tries;
    std::string_view rest = *raw;
    for (std::int64_t at = committed; !rest.empty();) {
        const auto gap = read_varint(rest);
        const auto attempts = gap ? read_varint(rest) : std::nullopt;
        const auto offset = attempts && *attempts <= most_attempts ? advance(at, *gap) : std::nullopt;
        if (!offset) return {};
        tries.push_back({*offset, static_cast<int>(*attempts)});
        at = *offset;
    }
    return tries;
}

std::vector<OffsetRange> decode_finished(std::int64_t committed, std::string_view metadata) {
    const std::optional<std::string> raw = to_raw(part_of(metadata, 0));
    if (!raw || committed < 0) return {};
    std::vector<OffsetRange> ranges;
    std::string_view rest = *raw;
    for (std::int64_t at = committed; !rest.empty();) {
        const auto gap = read_varint(rest);
        const auto length = gap ? read_varint(rest) : std::nullopt;
        if (!length || *length == 0) return {};
        const auto from = advance(at, *gap);
        const auto to = from ? advance(*from, *length) : std::nullopt;
        if (!to) return {};
        ranges.push_back({*from, *to});
        at = *to;
    }
    return ranges;
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
