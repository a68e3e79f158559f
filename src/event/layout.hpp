#pragma once

#include "event/codec.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// The codec of a mapped layout.
class MappedFormat final : public EnvelopeFormat::Codec {
public:
    explicit MappedFormat(EnvelopeLayout layout);

    std::string_view name() const noexcept override { return layout_.name; }
    /// Every member that the layout names is there.
    bool recognises(const json::Value& body) const noexcept override;
    Result<void> encode(const EncodeInput& event, RecordSink& out) const override;
    Result<void> decode(const RecordParts& record, const json::Value* body, const DecodeOptions& options,
                        Scratch& scratch, Decoded& out) const override;

private:
    class Reading;
    class Writing;
    EnvelopeLayout layout_;
    std::vector<std::string> order_;  ///< of all members but the payload of a flat layout
};

/// The ready-made layouts, for detection and by name.
[[nodiscard]] std::span<const EnvelopeFormat> ready_made_layouts();

}  // namespace codec
EVENTSDK_END_NAMESPACE
