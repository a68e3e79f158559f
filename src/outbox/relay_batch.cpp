#include "outbox/relay_batch.hpp"

#include <fmt/format.h>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {
namespace {

bool is_rejection(const Error& error) noexcept {
    return error.kind == ErrorKind::permanent || error.kind == ErrorKind::invalid_argument;
}

}  // namespace

void RelayBatch::written(std::span<const WriteOutcome> outcomes) noexcept {
    const std::scoped_lock lock{mutex_};
    for (const WriteOutcome& outcome : outcomes) {
        const std::uint64_t index = outcome.tag - first_tag_;
        if (index >= states_.size() || states_[index].done) continue;  // of a batch that was given up
        states_[index].done = true;
        if (outcome.error != nullptr) states_[index].error = *outcome.error;
        --open_;
    }
    changed_.notify_all();
}

void RelayBatch::wait(std::size_t most_open, MonotonicTime deadline) {
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, deadline, [&] { return open_ <= most_open; });
}

std::optional<Error> RelayBatch::write(Writer& writer, const OutboxRow& row, std::size_t index,
                                       const RecordLimits& limits, MonotonicTime deadline) {
    if (row.unreadable) return row.unreadable;
    const auto limit = limits.find(row.record.topic);
    if (limit != limits.end() && row.record.size_bytes() > limit->second) {
        return Error{.kind = ErrorKind::permanent,
                     .code = "record.too_large",
                     .message = fmt::format("the record has {} bytes, topic {} takes {}", row.record.size_bytes(),
                                            row.record.topic, limit->second),
                     .hint = "raise the topic's max.message.bytes, or skip the row"};
    }
    while (true) {
        std::size_t open = 0;
        {
            const std::scoped_lock lock{mutex_};
            open = ++open_;
        }
        auto taken = writer.write(row.record, first_tag_ + index);
        if (taken) return std::nullopt;
        {
            const std::scoped_lock lock{mutex_};
            --open_;
        }
        const bool full = taken.error().code == "writer.queue_full" && open > 1;
        if (!full || std::chrono::steady_clock::now() >= deadline) return std::move(taken).error();
        writer.hurry();
        wait(open / 2, deadline);
    }
}

RelayBatch::Ended RelayBatch::send(Writer& writer, std::span<const OutboxRow* const> rows, const RecordLimits& limits,
                                   MonotonicTime deadline) {
    {
        const std::scoped_lock lock{mutex_};
        first_tag_ += states_.size();
        states_.assign(rows.size(), {});
        open_ = 0;
    }
    Ended ended;
    std::set<std::string_view> stopped;  // aggregates whose row was not accepted
    std::vector<bool> sent(rows.size(), false);
    for (std::size_t i = 0; i < rows.size() && !ended.failed; ++i) {
        const std::string_view aggregate = *rows[i]->record.key;
        if (stopped.contains(aggregate)) continue;
        auto error = write(writer, *rows[i], i, limits, deadline);
        sent[i] = !error.has_value();
        if (!error) continue;
        stopped.insert(aggregate);
        if (is_rejection(*error)) ended.rejected.emplace_back(rows[i], std::move(*error));
        else ended.failed = std::move(error);
    }
    writer.hurry();
    wait(0, deadline);
    const std::scoped_lock lock{mutex_};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!sent[i]) continue;
        if (!states_[i].done) {
            if (!ended.failed) {
                ended.failed = Error{.kind = ErrorKind::indeterminate,
                                     .code = "outbox.send_timeout",
                                     .message = "the broker did not acknowledge the batch in time",
                                     .hint = ""};
            }
        } else if (!states_[i].error) {
            ended.published.push_back(rows[i]);
        } else if (is_rejection(*states_[i].error)) {
            ended.rejected.emplace_back(rows[i], *states_[i].error);
        } else if (!ended.failed) {
            ended.failed = states_[i].error;
        }
    }
    return ended;
}

}  // namespace outbox
EVENTSDK_END_NAMESPACE
