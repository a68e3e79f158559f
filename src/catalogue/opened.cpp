#include <eventsdk/catalogue/opened.hpp>

#include "catalogue/errors.hpp"
#include "catalogue/open_scratch.hpp"
#include "event/attributes.hpp"
#include "event/payload.hpp"

EVENTSDK_BEGIN_NAMESPACE

OpenScratch::OpenScratch() : impl_{std::make_unique<Impl>()} {}
OpenScratch::~OpenScratch() = default;
OpenScratch::OpenScratch(OpenScratch&&) noexcept = default;
OpenScratch& OpenScratch::operator=(OpenScratch&&) noexcept = default;

Result<void> Opened::fill(const EventDescriptor& descriptor, void* event) const {
    if (scratch == nullptr || !scratch->impl().payload)
        return catalogue::permanent("event.no_payload", "the record has no JSON payload");
    const codec::Decoded& decoded = scratch->impl().decoded;
    if (auto filled = codec::fill_payload(*descriptor.payload, event, *scratch->impl().payload); !filled) {
        Error error = std::move(filled).error();
        if (!decoded.payload_member.empty()) error.pointer.insert(0, "/" + std::string{decoded.payload_member});
        return error;
    }
    if (descriptor.set_type != nullptr) descriptor.set_type(event, envelope.type);
    return codec::fill_attributes(descriptor, event, decoded.extensions);
}

std::string_view Opened::payload_text() const {
    if (scratch == nullptr) return {};
    return scratch->impl().upcast ? std::string_view{scratch->impl().upcast_text}
                                  : scratch->impl().decoded.payload_text();
}

Envelope Opened::owned_envelope() const {
    return scratch == nullptr ? envelope.to_owned() : scratch->impl().decoded.owned_envelope();
}

std::string_view open_stage(const Error& error) noexcept {
    const std::string_view word = std::string_view{error.code}.substr(0, error.code.find('.'));
    if (word == "schema" || word == "event") return "schema";
    if (word == "upcast") return "upcast";
    return "parse";
}

EVENTSDK_END_NAMESPACE
