#include "consume/dead_letter_writer.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

Result<std::shared_ptr<Writer>> DeadLetterWriter::writer() {
    const std::lock_guard lock{mutex_};
    if (closed_)
        return Error{.kind = ErrorKind::closed, .code = "projector.closed", .message = "the projector stopped"};
    if (!writer_) {
        WriterOptions options;
        options.linger = Duration{100};  // hurry() ends it: a key and all behind it wait for its dead letter
        options.delivery_timeout = Duration{30'000};
        auto made = broker_.port().writer(options, *this);
        if (!made) return std::move(made).error();
        writer_ = std::move(*made);
    }
    return writer_;
}

void DeadLetterWriter::give_up(const std::shared_ptr<Writer>& broken) {
    const std::lock_guard lock{mutex_};
    if (writer_ == broken) writer_.reset();
}

Result<void> DeadLetterWriter::write(const Record& record, std::uint64_t tag) {
    auto current = writer();
    if (!current) return std::move(current).error();
    auto written = (*current)->write(record, tag);
    if (!written && (written.error().kind == ErrorKind::fatal || written.error().kind == ErrorKind::closed))
        give_up(*current);
    return written;
}

void DeadLetterWriter::hurry() {
    std::shared_ptr<Writer> current;
    {
        const std::lock_guard lock{mutex_};
        current = writer_;
    }
    if (current) current->hurry();
}

void DeadLetterWriter::close(Duration timeout) noexcept {
    std::shared_ptr<Writer> last;
    {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        last = std::move(writer_);
    }
    if (last) last->close(timeout);
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
