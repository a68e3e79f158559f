#pragma once

#include <eventsdk/core/error.hpp>

#include <string>
#include <string_view>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {

[[nodiscard]] inline Error refuse(std::string_view code, std::string message, std::string hint = {}) {
    return {ErrorKind::invalid_argument, std::string{code}, std::move(message), std::move(hint)};
}

[[nodiscard]] inline Error permanent(std::string_view code, std::string message, std::string hint = {}) {
    return {ErrorKind::permanent, std::string{code}, std::move(message), std::move(hint)};
}

/// "'name' version 2", as types are called in messages.
[[nodiscard]] inline std::string type_text(std::string_view name, std::int32_t version) {
    return "'" + std::string{name} + "' version " + std::to_string(version);
}

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
