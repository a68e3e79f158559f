#pragma once

#include <eventsdk/core/error.hpp>

#include <cstddef>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace produce {

[[nodiscard]] inline Error closed_error() {
    return {ErrorKind::closed, "producer.closed", "the producer is closed", "make a new one"};
}

[[nodiscard]] inline Error queue_full_error(std::size_t records, std::size_t bytes) {
    return {ErrorKind::retriable, "producer.queue_full",
            "no room among " + std::to_string(records) + " records (" + std::to_string(bytes) +
                " bytes) that wait for their acknowledgement",
            "publish more slowly, or raise queue_records, queue_bytes or publish_timeout"};
}

[[nodiscard]] inline Error in_completion_error(const char* call) {
    return {ErrorKind::invalid_argument, "producer.in_completion",
            std::string{call} + " would wait inside a completion, on the thread that it waits for",
            "use publish_async() there"};
}

[[nodiscard]] inline Error late_error() {
    return {ErrorKind::indeterminate, "producer.publish_timeout",
            "no acknowledgement within publish_timeout; the record may still be stored",
            "publish the same Record again; readers drop the double by its event id"};
}

}  // namespace produce
EVENTSDK_END_NAMESPACE
