#pragma once

#include <eventsdk/core/error.hpp>

#include <string>
#include <string_view>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

[[nodiscard]] inline Error failure(ErrorKind kind, std::string_view code, std::string message, std::string hint = {}) {
    return {kind, std::string{code}, std::move(message), std::move(hint)};
}

[[nodiscard]] inline std::string place_text(std::string_view topic, std::int32_t partition, std::int64_t offset) {
    return "topic '" + std::string{topic} + "' partition " + std::to_string(partition) + " offset " +
           std::to_string(offset);
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
