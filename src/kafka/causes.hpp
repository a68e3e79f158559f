#pragma once

#include "kafka/rdkafka.hpp"

#include <eventsdk/core/result.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// Why the way to the brokers fails, as librdkafka's error events tell it: what a time-out is explained with.
///
/// **Thread safety**: all members may be called from any thread.
class Causes {
public:
    /// Takes a client's error event; the clearer cause wins over "all brokers down".
    void note(rd_kafka_resp_err_t native, std::string_view text);
    /// A new wait begins: only what is noted from now on can end it early.
    void begin_wait() noexcept;
    /// A broker answered: what was noted before is over.
    void clear() noexcept;
    [[nodiscard]] std::optional<Error> last() const;
    /// The cause when it cannot pass by waiting: wrong credentials, a certificate that is refused.
    [[nodiscard]] std::optional<Error> final_cause() const;
    /// The time-out of `subject` after `timeout`: `unavailable` with the cause when there is one, else `retriable`.
    [[nodiscard]] Error explain_timeout(std::string_view subject, std::chrono::milliseconds timeout) const;

private:
    mutable std::mutex mutex_;
    rd_kafka_resp_err_t native_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string text_;
    bool fresh_ = false;  // noted since the wait began
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
