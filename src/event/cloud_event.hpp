#pragma once

#include "json/document.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// An envelope attribute without a place of its own, its value as JSON text.
struct Extension {
    std::string_view name;
    std::string_view json;
};

/// An extension attribute: a plain string, or the JSON text of a string, an integer or a boolean.
struct CloudExtension {
    std::string_view name;
    std::string_view value;
    bool is_plain = false;
};

enum class CloudData : std::uint8_t { none, json, text, bytes };

/// A CloudEvent as either mode carries it, before it gets a meaning for this SDK. Absent attributes are empty.
/// **Source**: CloudEvents 1.0, sections "Context Attributes" and "Event Data".
struct CloudEvent {
    std::string_view id{};
    std::string_view source{};
    std::string_view type{};
    std::string_view subject{};
    std::string_view time{};
    std::string_view dataschema{};
    std::string_view datacontenttype{};
    std::vector<CloudExtension> extensions{};
    CloudData data_kind = CloudData::none;
    std::string_view data{};             ///< JSON text, text, or bytes, by data_kind
    std::optional<json::Value> value{};  ///< of JSON data that was read

    void reset();
};

struct RecordParts;
struct Scratch;
class RecordSink;

/// Reads the structured mode: `body` is the parsed `text`.
/// @return `permanent` "cloudevents.*" with a pointer into the body
[[nodiscard]] Result<void> read_structured(const json::Value& body, std::string_view text, Scratch& scratch,
                                           CloudEvent& out);
/// Reads the binary mode: `ce_*` headers, the data is the value.
/// @return `permanent` "cloudevents.*" with the attribute as pointer, or "json.*" for JSON data that is none
[[nodiscard]] Result<void> read_binary(const RecordParts& record, const json::Limits& limits, Scratch& scratch,
                                       CloudEvent& out);

/// Write content-type header and value, or attribute headers and value; not the key.
/// @return `invalid_argument` "cloudevents.*" for attributes that break the rules
[[nodiscard]] Result<void> write_structured(const CloudEvent& event, RecordSink& out);
[[nodiscard]] Result<void> write_binary(const CloudEvent& event, RecordSink& out);

inline constexpr std::string_view json_content = "application/json";
/// True for an empty content type (JSON by default), `…/json` and `…+json`, with or without parameters.
[[nodiscard]] bool is_json_content(std::string_view content_type) noexcept;
/// True for a content type of the structured mode / of the batch mode, which does not exist on Kafka.
[[nodiscard]] bool is_structured_content(std::string_view content_type) noexcept;
[[nodiscard]] bool is_batch_content(std::string_view content_type) noexcept;

/// Rules of attributes.
[[nodiscard]] bool is_attribute_name(std::string_view name) noexcept;  ///< `[a-z0-9]+`, and not "data"
[[nodiscard]] bool is_attribute_text(std::string_view text) noexcept;  ///< no control or non-characters
[[nodiscard]] bool is_uri_reference(std::string_view text) noexcept;   ///< RFC 3986's characters and percent signs
[[nodiscard]] Error cloud_error(std::string_view code, std::string_view attribute, std::string_view what);

}  // namespace codec
EVENTSDK_END_NAMESPACE
