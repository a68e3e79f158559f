#include "json/text.hpp"

#include <fmt/format.h>

#include <bit>
#include <chrono>
#include <cstring>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
namespace {

std::uint64_t process_secret() noexcept {
    static const std::uint64_t secret = [] {
        static const int here = 0;
        auto value = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
        value ^= reinterpret_cast<std::uintptr_t>(&here) ^ std::rotl(reinterpret_cast<std::uintptr_t>(&value), 32);
        return value * 0xbf58476d1ce4e5b9ULL;
    }();
    return secret;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) noexcept {
    hash = (hash ^ word) * 0x9fb21c651e98df25ULL;
    return hash ^ (hash >> 29);
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string out;
    auto size = text.size();
    if (size > max_bytes)
        for (size = max_bytes; size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80;) --size;
    for (const char c : text.substr(0, size)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        else out += c;
    }
    if (size < text.size()) out += "…";
    return out;
}

void append_pointer(std::string& pointer, std::string_view name) {
    pointer += '/';
    for (const char c : name) {
        if (c == '~') pointer += "~0";
        else if (c == '/') pointer += "~1";
        else pointer += c;
    }
}

void append_pointer(std::string& pointer, std::size_t index) {
    fmt::format_to(std::back_inserter(pointer), "/{}", index);
}

std::uint64_t keyed_hash(std::string_view text) noexcept {
    std::uint64_t hash = process_secret() ^ text.size();
    std::uint64_t word = 0;
    for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
        std::memcpy(&word, text.data(), sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    if (!text.empty()) std::memcpy(&word, text.data(), text.size());
    hash = mix(hash, word);
    return hash ^ (hash >> 32);
}

}  // namespace json
EVENTSDK_END_NAMESPACE
