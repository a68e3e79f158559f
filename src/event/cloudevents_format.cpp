#include "core/base64.hpp"
#include "core/rfc3339.hpp"
#include "event/cloud_event_of_envelope.hpp"
#include "event/envelope_rules.hpp"
#include "event/schema_uri.hpp"
#include "json/raw_members.hpp"
#include "json/writer.hpp"

#include <eventsdk/core/trace_context.hpp>

#include <array>
#include <charconv>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {
namespace {

/// Gives a CloudEvent its meaning as an envelope.
class ToEnvelope {
public:
    ToEnvelope(const RecordParts& record, Scratch& scratch, Decoded& out)
        : record_{record}, event_{scratch.event}, scratch_{scratch}, out_{out} {}

    Result<void> run() {
        EnvelopeView& envelope = out_.envelope;
        envelope.event_id = event_.id;
        envelope.type = event_.type;
        envelope.source = event_.source;
        envelope.occurred_at = time();
        for (const CloudExtension& each : event_.extensions)
            if (auto read = extension(each); !read) return read;
        envelope.aggregate_id = aggregate_id();
        if (envelope.traceparent.empty()) read_trace_headers(record_, envelope);
        if (!has_version_) envelope.schema_version = version_of(event_.dataschema, event_.type);
        keep_core_attributes();
        take_data();
        return {};
    }

private:
    [[nodiscard]] Timestamp time() const noexcept {
        DateTime parsed;
        const bool given = !event_.time.empty() && rfc3339::read(event_.time, parsed) == nullptr;
        return given ? parsed.utc : record_.timestamp;
    }

    [[nodiscard]] std::string_view aggregate_id() const noexcept {
        if (record_.key && !record_.key->empty()) return *record_.key;
        return partition_key_.empty() ? event_.subject : partition_key_;
    }

    std::string_view plain(const CloudExtension& extension) {
        if (extension.is_plain || !extension.value.starts_with('"')) return extension.value;
        if (extension.value.find('\\') != std::string_view::npos) return scratch_.keep_unescaped(extension.value);
        return extension.value.substr(1, extension.value.size() - 2);
    }

    Result<void> extension(const CloudExtension& extension) {
        EnvelopeView& envelope = out_.envelope;
        if (extension.name == "schemaversion") return version(plain(extension));
        if (extension.name == "revision") return revision(plain(extension));
        if (extension.name == "correlationid") return set(envelope.correlation_id, plain(extension));
        if (extension.name == "causationid") return set(envelope.causation_id, plain(extension));
        if (extension.name == "partitionkey") return set(partition_key_, plain(extension));
        if (extension.name == "traceparent") return trace(plain(extension));
        if (extension.name == "tracestate") {
            const std::string_view state = plain(extension);
            return is_tracestate(state) ? set(envelope.tracestate, state) : Result<void>{};
        }
        keep(extension.name, extension.value, extension.is_plain);
        return {};
    }

    static Result<void> set(std::string_view& place, std::string_view text) {
        place = text;
        return {};
    }

    Result<void> trace(std::string_view text) {
        if (is_traceparent(text)) out_.envelope.traceparent = text;
        return {};
    }

    Result<void> version(std::string_view text) {
        std::int32_t& place = out_.envelope.schema_version;
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), place);
        if (wrong != std::errc{} || end != text.data() + text.size() || place < 1)
            return envelope_error("envelope.schema_version", "/schemaversion",
                                  "attribute \"schemaversion\" is not an integer from 1 to 2147483647");
        has_version_ = true;
        return {};
    }

    Result<void> revision(std::string_view text) {
        std::int64_t read = 0;
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), read);
        if (wrong != std::errc{} || end != text.data() + text.size() || read < 0)
            return envelope_error("envelope.revision", "/revision",
                                  "attribute \"revision\" is not an integer from 0 to 9223372036854775807");
        out_.envelope.revision = read;
        return {};
    }

    void keep(std::string_view name, std::string_view value, bool is_plain) {
        if (is_plain) {
            std::string& room = scratch_.room();
            json::Writer writer{room};
            static_cast<void>(writer.string(value));  // was checked to be UTF-8
            writer.finish();
            value = room;
        }
        out_.extensions.push_back({name, value});
    }

    /// What says more than the envelope does, so that it can be written back.
    void keep_core_attributes() {
        const EnvelopeView& envelope = out_.envelope;
        if (!partition_key_.empty() && partition_key_ != envelope.aggregate_id)
            keep("partitionkey", partition_key_, true);
        if (!event_.subject.empty() && event_.subject != envelope.aggregate_id) keep("subject", event_.subject, true);
        if (!event_.datacontenttype.empty() && event_.datacontenttype != json_content)
            keep("datacontenttype", event_.datacontenttype, true);
        if (event_.dataschema.empty()) return;
        std::string& own = scratch_.room();
        append_schema_uri(own, envelope.type, envelope.schema_version);
        if (event_.dataschema != own) keep("dataschema", event_.dataschema, true);
    }

    void take_data() {
        if (event_.data_kind == CloudData::none) return;
        if (event_.data_kind == CloudData::json) {
            out_.payload = event_.value;
        } else {
            keep("data_base64", base64::encode(event_.data), true);
        }
    }

    const RecordParts& record_;
    const CloudEvent& event_;
    Scratch& scratch_;
    Decoded& out_;
    std::string_view partition_key_{};
    bool has_version_ = false;
};

class CloudEventsFormat final : public EnvelopeFormat::Codec {
public:
    explicit CloudEventsFormat(bool binary) noexcept : binary_{binary} {}

    std::string_view name() const noexcept override {
        return binary_ ? "cloudevents-binary" : "cloudevents-structured";
    }

    bool recognises(const json::Value& body) const noexcept override {
        return body.at_key("specversion").is_string() && body.at_key("source").is_string();
    }

    Result<void> encode(const EncodeInput& input, RecordSink& out) const override {
        thread_local WrittenCloudEvent scratch;
        if (auto mapped = cloud_event_of(input, scratch); !mapped) return mapped;
        out.key(input.envelope.aggregate_id);
        return binary_ ? write_binary(scratch.event, out) : write_structured(scratch.event, out);
    }

    Result<void> decode(const RecordParts& record, const json::Value* body, const DecodeOptions& options,
                        Scratch& scratch, Decoded& out) const override {
        out.format = name();
        auto read = binary_ ? read_binary(record, options.limits, scratch, scratch.event)
                            : read_structured(*body, out.body, scratch, scratch.event);
        if (!read) return read;
        if (binary_) out.body = record.value.value_or("");
        if (!binary_) out.payload_member = "data";
        out.tombstone = binary_ && !record.value;
        return ToEnvelope{record, scratch, out}.run();
    }

private:
    bool binary_;
};

}  // namespace
}  // namespace codec

EnvelopeFormat EnvelopeFormat::cloudevents_structured() {
    static const auto codec = std::make_shared<const codec::CloudEventsFormat>(false);
    return EnvelopeFormat{codec};
}

EnvelopeFormat EnvelopeFormat::cloudevents_binary() {
    static const auto codec = std::make_shared<const codec::CloudEventsFormat>(true);
    return EnvelopeFormat{codec};
}

EVENTSDK_END_NAMESPACE
