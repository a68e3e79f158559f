#pragma once

#include "event/cloud_event.hpp"
#include "json/document.hpp"

#include <eventsdk/event.hpp>

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

struct HeaderText {
    std::string_view name;
    std::optional<std::string_view> value;
};

/// A record as its format sees it. The event module knows no broker: the catalogue fills it from a ReceivedRecord.
struct RecordParts {
    std::string_view topic{};
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    Timestamp timestamp{};
    std::optional<std::string_view> key{};
    std::optional<std::string_view> value{};
    std::span<const HeaderText> headers{};

    /// The value of the last header of that name (Kafka's rule), or nothing.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
};

/// Where a format writes a record; the catalogue implements it over a reused Record.
class RecordSink {
public:
    virtual void key(std::string_view text) = 0;
    virtual void header(std::string_view name, std::string_view value) = 0;
    /// Makes the value present and gives its buffer, empty; without this call the value is null.
    [[nodiscard]] virtual std::string& value() = 0;

protected:
    ~RecordSink() = default;
};

/// What a format writes.
struct EncodeInput {
    EnvelopeView envelope{};
    std::span<const Extension> extensions{};
    std::optional<std::string_view> payload{};  ///< JSON text; absent: an event without data (CloudEvents only)
};

/// Memory of decoding, reused from record to record. One per thread.
struct Scratch {
    json::Document document{};
    CloudEvent event{};
    std::vector<std::string_view> names{};  ///< of members; for searching
    std::deque<std::string> texts{};        ///< what views need and the record does not hold
    std::size_t texts_used = 0;

    /// Keeps a text until the next record and gives its place.
    std::string_view keep(std::string_view text) { return room().assign(text); }
    /// Keeps what a JSON string, with or without its quotes, stands for.
    std::string_view keep_unescaped(std::string_view raw);
    /// An empty text that lives until the next record.
    [[nodiscard]] std::string& room();
};

/// What a format read. Views point into the record and the scratch.
struct Decoded {
    EnvelopeView envelope{};
    std::string_view format{};  ///< name of the format found
    /// Null value: only envelope.aggregate_id (the key) is set, and with binary CloudEvents the rest of the envelope.
    bool tombstone = false;
    std::optional<json::Value> payload{};  ///< absent: no data, or data that is not JSON
    std::vector<Extension> extensions{};
    /// Where payload_text() finds the payload: all of `body`, or its member.
    std::string_view body{};
    std::string_view payload_member{};

    /// The payload's bytes as they came; empty when there is none. Linear in the body.
    [[nodiscard]] std::string_view payload_text() const;
    /// A copy of envelope and extensions.
    [[nodiscard]] Envelope owned_envelope() const;
    void reset();
};

/// Bounds and rules of decoding.
struct DecodeOptions {
    json::Limits limits{};
    /// Recognise native envelopes and CloudEvents in a topic of another format, also without a content-type header.
    bool detect = true;
};

/// Reads a record that is expected in `format`. A CloudEvent around an event of a mapped layout is unwrapped.
/// @return `permanent`; "json.*", "envelope.*", "cloudevents.*" (stage parse) or "schema.header" (a header that
///   contradicts the body); Error::pointer points into the value.
[[nodiscard]] Result<void> decode_record(const EnvelopeFormat& format, const RecordParts& record,
                                         const DecodeOptions& options, Scratch& scratch, Decoded& out);

/// As decode_record() when nothing is known of the topic: native, CloudEvents or one of the ready-made layouts.
[[nodiscard]] Result<void> decode_any_record(const RecordParts& record, const DecodeOptions& options, Scratch& scratch,
                                             Decoded& out);

}  // namespace codec

/// One envelope format; immutable.
class EnvelopeFormat::Codec {
public:
    virtual ~Codec() = default;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// True when a JSON object has the members by which this format is known.
    [[nodiscard]] virtual bool recognises(const json::Value& body) const noexcept = 0;
    /// Writes key, headers and value.
    /// @return `invalid_argument` or `permanent` for what the format cannot carry: "envelope.*", "cloudevents.*".
    [[nodiscard]] virtual Result<void> encode(const codec::EncodeInput& event, codec::RecordSink& out) const = 0;
    /// Reads a record that is in this format; called by codec::decode_record, which finds that out.
    /// @param body the parsed value, or null when it is absent or need not be JSON (binary CloudEvents)
    [[nodiscard]] virtual Result<void> decode(const codec::RecordParts& record, const json::Value* body,
                                              const codec::DecodeOptions& options, codec::Scratch& scratch,
                                              codec::Decoded& out) const = 0;

protected:
    Codec() = default;
    Codec(const Codec&) = default;
    Codec& operator=(const Codec&) = default;
};

EVENTSDK_END_NAMESPACE
