#pragma once

#include "json/strict.hpp"

#include <memory>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

/// A strict parser that keeps its buffers: one parse per record, shared by envelope, schema check and filling.
///
/// Errors are `permanent`: "json.syntax", "json.utf8", "json.surrogate", "json.duplicate_key", "json.nul_in_name",
/// "json.number_range", "json.too_deep", "json.too_large", "json.too_many_members"; messages name the byte or pointer.
/// A number is out of range when it is an integer outside -2^63…2^64-1 or beyond a double's largest value.
/// Not thread-safe: one per thread or per call chain. Values live until the next parse() or the destructor.
/// No allocation in steady state; the memory kept is about 14 times the largest text seen.
class Document {
public:
    Document();
    ~Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;

    [[nodiscard]] Result<Value> parse(std::string_view text, const Limits& limits = {});

private:
    simdjson::error_code parse_padded(std::string_view text, std::size_t max_depth);

    simdjson::dom::parser parser_;
    StrictPass strict_;
    std::unique_ptr<char[]> buffer_;
    std::size_t buffer_size_ = 0;
};

}  // namespace json
EVENTSDK_END_NAMESPACE
