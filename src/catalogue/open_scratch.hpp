#pragma once

#include "event/codec.hpp"

#include <eventsdk/catalogue/opened.hpp>

#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

class OpenScratch::Impl {
public:
    codec::Scratch decoding{};
    codec::Decoded decoded{};
    std::vector<codec::HeaderText> headers{};
    json::Document upcast_document{};
    std::string upcast_text{};
    bool upcast = false;
    std::optional<json::Value> payload{};  ///< after upcasting
};

EVENTSDK_END_NAMESPACE
