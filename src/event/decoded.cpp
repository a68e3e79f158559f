#include "event/codec.hpp"
#include "event/envelope_rules.hpp"
#include "json/raw_members.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

std::optional<std::string_view> RecordParts::header(std::string_view name) const noexcept {
    for (auto each = headers.rbegin(); each != headers.rend(); ++each)
        if (each->name == name) return each->value;
    return {};
}

std::string& Scratch::room() {
    if (texts_used == texts.size()) texts.emplace_back();
    std::string& text = texts[texts_used++];
    text.clear();
    return text;
}

std::string_view Scratch::keep_unescaped(std::string_view raw) {
    std::string& text = room();
    json::append_unescaped(text, raw);
    return text;
}

std::string_view Decoded::payload_text() const {
    if (!payload) return {};
    return payload_member.empty() ? body : json::raw_member(body, payload_member);
}

Envelope Decoded::owned_envelope() const {
    Envelope owned = envelope.to_owned();
    for (const Extension& each : extensions) owned.extensions.emplace_back(each.name, each.json);
    return owned;
}

void Decoded::reset() {
    envelope = {};
    format = {};
    tombstone = false;
    payload.reset();
    extensions.clear();
    body = {};
    payload_member = {};
}

}  // namespace codec

Envelope EnvelopeView::to_owned() const {
    return {.event_id = std::string{event_id},
            .type = std::string{type},
            .schema_version = schema_version,
            .aggregate_id = std::string{aggregate_id},
            .revision = revision,
            .occurred_at = occurred_at,
            .correlation_id = std::string{correlation_id},
            .causation_id = std::string{causation_id},
            .traceparent = std::string{traceparent},
            .tracestate = std::string{tracestate},
            .source = std::string{source}};
}

std::string_view EnvelopeFormat::name() const noexcept { return codec_->name(); }

EVENTSDK_END_NAMESPACE
