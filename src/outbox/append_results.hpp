#pragma once

#include <eventsdk/outbox/append_options.hpp>
#include <eventsdk/outbox/outbox_batch.hpp>

#include <fmt/format.h>

#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {

/// What the stores' append functions have in common; inline, because the stores are libraries of their own.

[[nodiscard]] inline Appended appended(const PreparedRow& row) {
    return {row.record.event_id, row.expected_revision ? *row.revision : -1};
}

[[nodiscard]] inline Error revision_conflict(const PreparedRow& row, std::int64_t current) {
    return {.kind = ErrorKind::conflict,
            .code = "outbox.revision",
            .message = fmt::format("aggregate {} is at revision {}, not {}", row.aggregate_id, current,
                                   *row.expected_revision),
            .hint = "load the aggregate again and decide again",
            .revision = current};
}

/// Prepares one event and stores it with `insert(rows)`.
template <class Insert>
Result<Appended> append_one(const Catalogue& catalogue, const Runtime& runtime, std::string_view aggregate_id,
                            const EventDescriptor& descriptor, const void* event, const AppendOptions& options,
                            Insert insert) {
    const auto row = prepare_row(catalogue, runtime, aggregate_id, descriptor, event, options);
    if (!row) return row.error();
    if (auto stored = insert(std::span<const PreparedRow>{&*row, 1}); !stored) return std::move(stored).error();
    return appended(*row);
}

template <class Insert>
Result<std::vector<Appended>> append_batch(const OutboxBatch& batch, Insert insert) {
    if (auto stored = insert(std::span<const PreparedRow>{batch.rows()}); !stored) return std::move(stored).error();
    std::vector<Appended> all;
    all.reserve(batch.rows().size());
    for (const PreparedRow& row : batch.rows()) all.push_back(appended(row));
    return all;
}

[[nodiscard]] inline Error not_blocked(std::int64_t seq) {
    return {.kind = ErrorKind::invalid_argument,
            .code = "outbox.not_blocked",
            .message = fmt::format("no blocked row has the sequence number {}", seq),
            .hint = "`eventsdk outbox status` lists the blocked rows"};
}

}  // namespace outbox
EVENTSDK_END_NAMESPACE
