#include <eventsdk/core/error.hpp>
#include <eventsdk/core/result.hpp>

#include <utility>

EVENTSDK_BEGIN_NAMESPACE

std::string_view to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::invalid_argument: return "invalid_argument";
        case ErrorKind::permanent: return "permanent";
        case ErrorKind::retriable: return "retriable";
        case ErrorKind::unavailable: return "unavailable";
        case ErrorKind::conflict: return "conflict";
        case ErrorKind::indeterminate: return "indeterminate";
        case ErrorKind::abortable: return "abortable";
        case ErrorKind::fenced: return "fenced";
        case ErrorKind::fatal: return "fatal";
        case ErrorKind::closed: return "closed";
    }
    return "unknown";
}

std::string Error::to_string() const {
    std::string line{eventsdk::to_string(kind)};
    if (!code.empty()) line.append(" ").append(code);
    if (!message.empty()) line.append(": ").append(message);
    if (!hint.empty()) line.append(" (").append(hint).append(")");
    return line;
}

BadResult::BadResult(Error error) : std::runtime_error{error.to_string()}, error_{std::move(error)} {}

void throw_bad_result(const Error& error) { throw BadResult{error}; }

EVENTSDK_END_NAMESPACE
