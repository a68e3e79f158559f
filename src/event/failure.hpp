#pragma once

#include "json/text.hpp"

#include <eventsdk/core/error.hpp>

#include <memory>
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
        error_ = std::make_unique<Error>(
            Error{.kind = ErrorKind::permanent, .code = std::string{code}, .message = std::move(message)});
        return false;
    }
    bool below(std::string_view name) {
        std::string outer;
        json::append_pointer(outer, name);
        error_->pointer.insert(0, outer);
        return false;
    }
    bool below(std::size_t index) { return below(std::to_string(index)); }
    void hint(std::string text) { error_->hint = std::move(text); }

    [[nodiscard]] Error error() && {
        error_->message = "\"" + error_->pointer + "\" " + error_->message;
        return std::move(*error_);
    }

private:
    std::unique_ptr<Error> error_{};
};

}  // namespace codec
EVENTSDK_END_NAMESPACE
