#include "kafka/causes.hpp"

#include "kafka/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

// How much a cause says; a weaker one never replaces a stronger one.
int weight(rd_kafka_resp_err_t native) {
    switch (native) {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return 0;
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: return 1;
        case RD_KAFKA_RESP_ERR__TIMED_OUT: return 2;
        case RD_KAFKA_RESP_ERR__TRANSPORT:
        case RD_KAFKA_RESP_ERR__RESOLVE: return 3;
        default: return error_row(native).kind == ErrorKind::unavailable ? 4 : 0;
    }
}

// A refused certificate comes as a TLS failure at first and as any other disconnect when it is tried again.
rd_kafka_resp_err_t clearer(rd_kafka_resp_err_t native, std::string_view text) {
    const bool certificate = text.find("certificate verify failed") != std::string_view::npos;
    return native == RD_KAFKA_RESP_ERR__TRANSPORT && certificate ? RD_KAFKA_RESP_ERR__SSL : native;
}

}  // namespace

void Causes::note(rd_kafka_resp_err_t reported, std::string_view text) {
    const rd_kafka_resp_err_t native = clearer(reported, text);
    const std::lock_guard lock{mutex_};
    if (weight(native) == 0 || weight(native) < weight(native_)) return;
    native_ = native;
    text_ = text;
    fresh_ = true;
}

void Causes::begin_wait() noexcept {
    const std::lock_guard lock{mutex_};
    fresh_ = false;
}

void Causes::clear() noexcept {
    const std::lock_guard lock{mutex_};
    native_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    text_.clear();
}

std::optional<Error> Causes::last() const {
    const std::lock_guard lock{mutex_};
    if (native_ == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
    Error error = make_error(native_, "the brokers cannot be reached", text_);
    error.kind = ErrorKind::unavailable;
    // A listener without TLS just hangs up, which librdkafka reports as any other disconnect.
    if (text_.find("SSL handshake") != std::string::npos || text_.find("SSL_HANDSHAKE") != std::string::npos) {
        error.code = error_row(RD_KAFKA_RESP_ERR__SSL).code;
        error.hint = error_row(RD_KAFKA_RESP_ERR__SSL).hint;
    }
    return error;
}

std::optional<Error> Causes::final_cause() const {
    auto error = last();
    const std::lock_guard lock{mutex_};
    return fresh_ && error && weight(static_cast<rd_kafka_resp_err_t>(error->native_code)) == 4 ? error : std::nullopt;
}

Error Causes::explain_timeout(std::string_view subject, std::chrono::milliseconds timeout) const {
    if (auto cause = last()) {
        cause->message = fmt::format("{}: no answer within {} ms: {}", subject, timeout.count(), cause->message);
        return *cause;
    }
    return make_error(ErrorKind::retriable, codes::timeout,
                      fmt::format("{}: no answer within {} ms", subject, timeout.count()));
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
