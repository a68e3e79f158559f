#include "ordered_writer.hpp"

#include "exit_status.hpp"

namespace cli {
namespace {

constexpr std::size_t most_under_way = 5'000;

}  // namespace

OrderedWriter::OrderedWriter(const eventsdk::Broker& broker, eventsdk::Duration timeout, Take take)
    : timeout_{timeout}, take_{std::move(take)} {
    eventsdk::WriterOptions options;
    options.delivery_timeout = timeout;
    writer_ = value_or_stop(broker.port().writer(options, *this));
}

OrderedWriter::~OrderedWriter() { writer_->close(timeout_); }

void OrderedWriter::write(std::size_t line, const eventsdk::Record& record) {
    std::uint64_t tag = 0;
    std::size_t under_way = 0;
    {
        const std::lock_guard lock{mutex_};
        tag = first_ + answers_.size();
        answers_.push_back({line, record.event_id, false, {record.topic, -1, -1}, {}});
        under_way = answers_.size();
    }
    if (auto taken = writer_->write(record, tag); !taken) {
        const std::lock_guard lock{mutex_};
        Answer& answer = answers_.at(tag - first_);
        answer.error = taken.error();
        answer.done = true;
    }
    under_way >= most_under_way ? settle() : give_out();
}

void OrderedWriter::refuse(std::size_t line, eventsdk::Error error) {
    const std::lock_guard lock{mutex_};
    answers_.push_back({line, {}, true, {}, std::move(error)});
}

void OrderedWriter::settle() {
    writer_->hurry();
    // Every record has its outcome after the delivery time-out; the slack is for the handing over.
    succeed_or_stop(writer_->flush(timeout_ + std::chrono::seconds{5}));
    give_out();
}

void OrderedWriter::written(std::span<const eventsdk::WriteOutcome> outcomes) noexcept {
    const std::lock_guard lock{mutex_};
    for (const eventsdk::WriteOutcome& each : outcomes) {
        Answer& answer = answers_[each.tag - first_];
        answer.receipt.partition = each.partition;
        answer.receipt.offset = each.offset;
        if (each.error != nullptr) answer.error = *each.error;
        answer.done = true;
    }
}

void OrderedWriter::give_out() {
    for (;;) {
        Answer answer;
        {
            const std::lock_guard lock{mutex_};
            if (answers_.empty() || !answers_.front().done) return;
            answer = std::move(answers_.front());
            answers_.pop_front();
            ++first_;
        }
        take_(answer);
    }
}

}  // namespace cli
