#pragma once

#include "kafka/rdkafka.hpp"

#include <eventsdk/core/result.hpp>

#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// What one code of librdkafka or of a broker means to the SDK's caller.
struct ErrorRow {
    rd_kafka_resp_err_t native;
    ErrorKind kind;  ///< where nothing was written; a possibly stored record is `indeterminate` whatever the code
    std::string_view code;
    std::string_view hint;
};

/// The table's row; a code that it does not know gives a `retriable` "kafka.failed".
[[nodiscard]] const ErrorRow& error_row(rd_kafka_resp_err_t native) noexcept;

/// @param subject what was tried, "topic 'orders'": "<subject>: <text of the code>[ (<detail>)]"
[[nodiscard]] Error make_error(rd_kafka_resp_err_t native, std::string_view subject, std::string_view detail = {});
/// From an error object of librdkafka; fatal ones are `fatal` or `fenced` whatever the row says.
[[nodiscard]] Error make_error(const rd_kafka_error_t* native, std::string_view subject);

[[nodiscard]] Error make_error(ErrorKind kind, std::string_view code, std::string message, std::string hint = {});

/// The end of a record that was not acknowledged, from its persistence status and code.
[[nodiscard]] Error outcome_error(const rd_kafka_message_t& message);

}  // namespace kafka
EVENTSDK_END_NAMESPACE
