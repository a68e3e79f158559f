#include "exit_status.hpp"

#include <eventsdk/broker/error_codes.hpp>

namespace cli {

Failure failure_of(const eventsdk::Error& error) {
    using eventsdk::ErrorKind;
    Failure failure{unreachable, error.code + ": " + error.message, error.hint};
    if (error.code == eventsdk::codes::topic_unknown || error.code == eventsdk::codes::reader_topic_unknown ||
        error.code == "outbox.not_blocked") {
        failure.status = no;
    } else if (error.kind == ErrorKind::invalid_argument || error.code == "outbox.schema") {
        failure.status = usage;
    }
    return failure;
}

}  // namespace cli
