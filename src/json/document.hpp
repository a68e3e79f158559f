#pragma once

#include <eventsdk/core/result.hpp>

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace json {

using Value = simdjson::dom::element;

/// Bounds of a document; what is beyond is an error, never a crash.
struct Limits {
    std::size_t max_bytes = 1'000'000;
    std::size_t max_depth = 64;
    std::size_t max_members = 10'000;  ///< of one object
};

/// A strict parser that keeps its buffers: one parse per record, shared by envelope, schema check and filling.
///
/// Errors are `permanent`: "json.syntax", "json.utf8", "json.surrogate", "json.duplicate_key", "json.nul_in_name",
/// "json.number_range", "json.too_deep", "json.too_large", "json.too_many_members"; messages name the byte or pointer.
/// Not thread-safe: one per thread or per call chain. Values live until the next parse() or the destructor.
class Document {
public:
    Document();
    ~Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;

    [[nodiscard]] Result<Value> parse(std::string_view text, const Limits& limits = {});

private:
    simdjson::dom::parser parser_;
    std::string buffer_;
};

}  // namespace json
EVENTSDK_END_NAMESPACE
