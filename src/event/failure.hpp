#pragma once

#include "json/text.hpp"

#include <eventsdk/core/error.hpp>

#include <string>
#include <string_view>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// What went wrong while a payload was walked. The place is put together on the way out, so that success pays nothing.
class Failure {
public:
    /// @return false, so that a walker can `return failure.at_here(...)`.
    bool here(std::string_view code, std::string message) {
        error_ = Error{.kind = ErrorKind::permanent, .code = std::string{code}, .message = std::move(message)};
        pointer_.clear();
        return false;
    }
    bool below(std::string_view name) {
        std::string outer;
        json::append_pointer(outer, name);
        pointer_.insert(0, outer);
        return false;
    }
    bool below(std::size_t index) { return below(std::to_string(index)); }
    void hint(std::string text) { error_.hint = std::move(text); }

    [[nodiscard]] Error error() && {
        error_.message = "\"" + pointer_ + "\" " + error_.message;
        error_.pointer = std::move(pointer_);
        return std::move(error_);
    }

private:
    Error error_{};
    std::string pointer_{};
};

}  // namespace codec
EVENTSDK_END_NAMESPACE
