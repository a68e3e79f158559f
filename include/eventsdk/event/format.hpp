#pragma once

#include <eventsdk/core/result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// How the members of an existing topic's JSON carry an envelope. Member names are JSON names; empty: not there.
///
/// What the layout has no member for travels in headers: `schema-version`, `id`, `revision`, `correlation-id`,
/// `causation-id`. Members that the layout does not name are kept as Envelope::extensions and written back.
struct EnvelopeLayout {
    std::string name{};              ///< for messages and the command line
    std::string id_member{};         ///< empty: header `id`, else a UUID v5 of topic/partition/offset
    std::string type_member{};       ///< required
    std::string version_member{};    ///< empty: header `schema-version`, else 1
    std::string key_member{};        ///< the aggregate id; empty: the record key
    std::string time_member{};       ///< RFC 3339 text; empty: the record's timestamp
    std::string payload_member{};    ///< an object; empty: the payload is the rest of the object
    bool upper_snake_types = false;  ///< types must be in UPPER_SNAKE
    /// In which order members are written, extensions included; what is not named follows as id, key, type, version,
    /// time, further extensions, payload.
    std::vector<std::string> order{};

    /// The layout, or `invalid_argument` "layout.member" naming what is missing or double.
    [[nodiscard]] EVENTSDK_API Result<EnvelopeLayout> validated() const;
};

/// How an envelope and its payload become a record's key, headers and value, and back. A cheap immutable handle.
class EVENTSDK_API EnvelopeFormat {
public:
    /// The native JSON envelope; see docs/wire-format.md.
    [[nodiscard]] static EnvelopeFormat native();
    /// **Source**: CloudEvents 1.0 JSON format and Kafka protocol binding.
    [[nodiscard]] static EnvelopeFormat cloudevents_structured();
    [[nodiscard]] static EnvelopeFormat cloudevents_binary();
    /// An existing topic's own members.
    /// @return `invalid_argument` "layout.member" for a layout that cannot work
    [[nodiscard]] static Result<EnvelopeFormat> mapped(const EnvelopeLayout& layout);
    /// The format of a name: "native", "cloudevents" or "cloudevents-structured", "cloudevents-binary", or a ready-made
    /// layout: "user_events", "learning-events", "code-submitted", "struggle-detected", "qa-package-events".
    /// @return `invalid_argument` "format.unknown" listing the names
    [[nodiscard]] static Result<EnvelopeFormat> named(std::string_view name);
    EnvelopeFormat() : EnvelopeFormat{native()} {}

    /// "native", "cloudevents-structured", "cloudevents-binary" or the layout's name.
    [[nodiscard]] std::string_view name() const noexcept;

    class Codec;  ///< private: src/event/codec.hpp
    explicit EnvelopeFormat(std::shared_ptr<const Codec> codec) : codec_{std::move(codec)} {}
    [[nodiscard]] const Codec& codec() const noexcept { return *codec_; }

private:
    std::shared_ptr<const Codec> codec_;
};

/// Ready-made layouts of the topics that the SDK was made to join.
namespace layouts {
/// `{event_id, user_id, event_type, problem_id, payload, timestamp}`, key user_id; `problem_id` is an attribute.
[[nodiscard]] EVENTSDK_API EnvelopeFormat user_events();
/// `{eventId, userId, eventType, timestamp, data}`, key userId; so are the next two.
[[nodiscard]] EVENTSDK_API EnvelopeFormat learning_events();
[[nodiscard]] EVENTSDK_API EnvelopeFormat code_submitted();
[[nodiscard]] EVENTSDK_API EnvelopeFormat struggle_detected();
/// Flat `{planId, type, timestamp, …fields}`, key planId, types in UPPER_SNAKE, no event id.
[[nodiscard]] EVENTSDK_API EnvelopeFormat qa_package_events();
}  // namespace layouts

EVENTSDK_END_NAMESPACE
