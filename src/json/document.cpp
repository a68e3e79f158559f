#include "json/document.hpp"

#include "json/diagnose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

EVENTSDK_BEGIN_NAMESPACE
namespace json {
Document::Document() = default;
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Result<Value> Document::parse(std::string_view text, const Limits& limits) {
    if (text.size() > limits.max_bytes)
        return fail("json.too_large", fmt::format("{} bytes of JSON, {} are allowed", text.size(), limits.max_bytes));
    const Limits bounds{limits.max_bytes, std::clamp<std::size_t>(limits.max_depth, 1, 1024), limits.max_members};
    if (parse_padded(text, bounds.max_depth + 1)) return diagnose(text, bounds.max_depth);
    const auto escapes = find_escapes(text);
    if (escapes.lone_surrogate)
        return fail("json.surrogate", fmt::format("half of a surrogate pair at byte {}", *escapes.lone_surrogate));
    if (auto strict = strict_.check(parser_.doc, bounds, escapes.nul); !strict) return std::move(strict.error());
    return parser_.doc.root();
}

// The parser reads a few bytes beyond the text; the buffers grow by powers of two, so that they soon stop growing.
simdjson::error_code Document::parse_padded(std::string_view text, std::size_t max_depth) {
    const auto capacity = std::bit_ceil(std::max<std::size_t>(text.size(), 4096));
    if (parser_.capacity() < text.size() || parser_.max_depth() != max_depth) {
        if (auto error = parser_.allocate(capacity, max_depth)) return error;
        if (auto error = parser_.doc.allocate(capacity)) return error;
    }
    if (buffer_size_ < text.size() + simdjson::SIMDJSON_PADDING) {
        buffer_size_ = capacity + simdjson::SIMDJSON_PADDING;
        buffer_ = std::make_unique<char[]>(buffer_size_);
    }
    if (!text.empty()) std::memcpy(buffer_.get(), text.data(), text.size());
    return parser_.parse(buffer_.get(), text.size(), false).error();
}

}  // namespace json
EVENTSDK_END_NAMESPACE
