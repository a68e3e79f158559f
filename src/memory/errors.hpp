#pragma once

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/core/error.hpp>

#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {

[[nodiscard]] inline Error make_error(ErrorKind kind, std::string_view code, std::string message,
                                      std::string hint = {}) {
    return {.kind = kind, .code = std::string{code}, .message = std::move(message), .hint = std::move(hint)};
}

[[nodiscard]] inline Error topic_unknown(const std::string& topic) {
    return make_error(ErrorKind::invalid_argument, codes::topic_unknown, "topic \"" + topic + "\" does not exist",
                      "create the topic first; topics are not created by writing to them");
}

[[nodiscard]] inline Error partition_unknown(const std::string& topic, std::int32_t partition) {
    return make_error(ErrorKind::invalid_argument, codes::partition_unknown,
                      "topic \"" + topic + "\" has no partition " + std::to_string(partition));
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
