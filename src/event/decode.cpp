#include "event/layout.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

using Codec = EnvelopeFormat::Codec;

const Codec& native_codec() {
    static const EnvelopeFormat format = EnvelopeFormat::native();
    return format.codec();
}
const Codec& structured_codec() {
    static const EnvelopeFormat format = EnvelopeFormat::cloudevents_structured();
    return format.codec();
}
const Codec& binary_codec() {
    static const EnvelopeFormat format = EnvelopeFormat::cloudevents_binary();
    return format.codec();
}

bool is_cloudevents(const Codec* codec) { return codec == &structured_codec() || codec == &binary_codec(); }

bool has_header(const RecordParts& record, std::string_view prefix) noexcept {
    return std::any_of(record.headers.begin(), record.headers.end(),
                       [prefix](const HeaderText& each) { return each.name.starts_with(prefix); });
}

/// One record on its way through detection. `expected` is null when nothing is known of its topic.
class Decoding {
public:
    Decoding(const Codec* expected, const RecordParts& record, const DecodeOptions& options, Scratch& scratch,
             Decoded& out)
        : expected_{expected}, record_{record}, options_{options}, scratch_{scratch}, out_{out} {}

    Result<void> run() {
        out_.reset();
        scratch_.texts_used = 0;
        const bool looks_at_headers = options_.detect || expected_ == nullptr || is_cloudevents(expected_);
        const std::string_view content = looks_at_headers ? record_.header("content-type").value_or("") : "";
        if (is_batch_content(content))
            return cloud_error("batch", "", "is a batch of CloudEvents, which Kafka's binding does not have");
        if (looks_at_headers && !is_structured_content(content) && record_.header("ce_specversion"))
            return cloud_event(binary_codec(), nullptr);
        if (!record_.value) return tombstone();

        auto body = scratch_.document.parse(*record_.value, options_.limits);
        if (!body) return std::move(body).error();
        out_.body = *record_.value;
        if (is_structured_content(content)) return cloud_event(structured_codec(), &*body);
        return by_body(*body);
    }

private:
    Result<void> tombstone() {
        if (is_cloudevents(expected_) && has_header(record_, "ce-"))
            return cloud_error("not_a_cloudevent", "", "has ce-* headers; Kafka's prefix is ce_");
        out_.tombstone = true;
        out_.envelope.aggregate_id = record_.key.value_or("");
        return {};
    }

    Result<void> by_body(const json::Value& body) {
        const Codec& found = codec_of(body);
        if (&found == &structured_codec() || &found == &binary_codec()) return cloud_event(structured_codec(), &body);
        return found.decode(record_, &body, options_, scratch_, out_);
    }

    const Codec& codec_of(const json::Value& body) {
        if (expected_ != nullptr && (!options_.detect || expected_->recognises(body))) return *expected_;
        if (structured_codec().recognises(body)) return structured_codec();
        if (native_codec().recognises(body)) return native_codec();
        if (expected_ != nullptr) return *expected_;
        return layout_of(body);
    }

    /// The ready-made layout of a body; the one that is named like the topic comes first. Native when there is none.
    const Codec& layout_of(const json::Value& body) {
        const Codec* found = nullptr;
        for (const EnvelopeFormat& each : ready_made_layouts()) {
            if (!each.codec().recognises(body)) continue;
            if (found == nullptr || each.name() == record_.topic) found = &each.codec();
        }
        return found == nullptr ? native_codec() : *found;
    }

    Result<void> cloud_event(const Codec& mode, const json::Value* body) {
        const bool named =
            &mode == &binary_codec() || is_structured_content(record_.header("content-type").value_or(""));
        if (!named && body->at_key("specversion").error() != simdjson::SUCCESS)
            return cloud_error("not_a_cloudevent", "", "has no CloudEvents header, and its value no specversion");
        if (auto read = mode.decode(record_, body, options_, scratch_, out_); !read) return read;
        return unwrap();
    }

    /// A gateway (Dapr) may put a CloudEvent around an event of the topic's own format; that one is meant.
    Result<void> unwrap() {
        if (is_cloudevents(expected_) || !options_.detect || !out_.payload || !out_.payload->is_object()) return {};
        const json::Value inner = *out_.payload;
        const Codec* found = expected_;
        if (found == nullptr) found = native_codec().recognises(inner) ? &native_codec() : &layout_of(inner);
        if (!found->recognises(inner)) return {};

        const std::string_view text = out_.payload_text();
        const std::string_view traceparent = out_.envelope.traceparent;
        const std::string_view tracestate = out_.envelope.tracestate;
        out_.reset();
        out_.body = text;
        RecordParts record = record_;
        record.headers = {};
        if (auto read = found->decode(record, &inner, options_, scratch_, out_); !read) return read;
        out_.envelope.traceparent = traceparent;
        out_.envelope.tracestate = tracestate;
        return {};
    }

    const Codec* expected_;
    const RecordParts& record_;
    const DecodeOptions& options_;
    Scratch& scratch_;
    Decoded& out_;
};

}  // namespace

Result<void> decode_record(const EnvelopeFormat& format, const RecordParts& record, const DecodeOptions& options,
                           Scratch& scratch, Decoded& out) {
    return Decoding{&format.codec(), record, options, scratch, out}.run();
}

Result<void> decode_any_record(const RecordParts& record, const DecodeOptions& options, Scratch& scratch,
                               Decoded& out) {
    return Decoding{nullptr, record, options, scratch, out}.run();
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
