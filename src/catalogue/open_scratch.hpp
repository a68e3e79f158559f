#pragma once

#include "catalogue/registry.hpp"
#include "event/codec.hpp"

#include <eventsdk/broker/record.hpp>
#include <eventsdk/catalogue/opened.hpp>

#include <memory>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

class OpenScratch::Impl {
public:
    codec::Scratch decoding{};
    codec::Decoded decoded{};
    std::vector<HeaderView> header_views{};
    std::vector<codec::HeaderText> headers{};
    json::Document upcast_document{};
    std::string upcast_text{};
    bool upcast = false;
    // Where the last record belonged, which most next ones do too; of a catalogue that this keeps.
    std::shared_ptr<const void> catalogue{};
    const catalogue::Topic* topic = nullptr;
    const catalogue::Type* type = nullptr;
    std::optional<json::Value> payload{};  ///< after upcasting
};

EVENTSDK_END_NAMESPACE
