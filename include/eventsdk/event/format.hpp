#pragma once

#include <eventsdk/core/result.hpp>

#include <memory>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// How the members of an existing topic's JSON carry an envelope. Member names are JSON names; empty: not there.
struct EnvelopeLayout {
    std::string name{};       ///< for messages and the command line
    std::string id_member{};  ///< empty: readers make a UUID v5 of topic/partition/offset
    std::string type_member{};
    std::string version_member{};  ///< empty: header `schema-version`, else 1
    std::string key_member{};
    std::string time_member{};
    std::string payload_member{};    ///< empty: the payload is the rest of the object
    bool upper_snake_types = false;  ///< types must be in UPPER_SNAKE

    /// The layout, or `invalid_argument` naming the member.
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
    [[nodiscard]] static EnvelopeFormat mapped(EnvelopeLayout layout);
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
[[nodiscard]] EVENTSDK_API EnvelopeFormat
user_events();  ///< {event_id, user_id, event_type, problem_id, payload, timestamp}
[[nodiscard]] EVENTSDK_API EnvelopeFormat learning_events();    ///< {eventId, userId, eventType, timestamp, data}
[[nodiscard]] EVENTSDK_API EnvelopeFormat qa_package_events();  ///< flat {planId, type, timestamp, …fields}
}  // namespace layouts

EVENTSDK_END_NAMESPACE
