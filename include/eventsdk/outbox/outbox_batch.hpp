#pragma once

#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/outbox/append_options.hpp>

#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// A finished row of the outbox.
struct PreparedRow {
    Record record{};
    std::string aggregate_type{};  ///< "context.aggregate"; the topic when the struct names no aggregate
    std::string aggregate_id{};
    std::string type{};
    std::int32_t schema_version = 1;
    Timestamp occurred_at{};
    std::string traceparent{};
    std::optional<std::int64_t> expected_revision{};
    std::optional<std::int64_t> revision{};
};

/// Makes a row: prepare() with the next revision when one is expected.
/// @return as Catalogue::prepare
[[nodiscard]] EVENTSDK_API Result<PreparedRow> prepare_row(const Catalogue& catalogue, const Runtime& runtime,
                                                           std::string_view aggregate_id,
                                                           const EventDescriptor& descriptor, const void* event,
                                                           const AppendOptions& options);

/// Events to be appended together. A plain collection: add, then give it to an Outbox.
class EVENTSDK_API OutboxBatch {
public:
    OutboxBatch(Catalogue catalogue, Runtime runtime = {})
        : catalogue_{std::move(catalogue)}, runtime_{std::move(runtime)} {}

    /// Checks and encodes now; a failure leaves the batch as it was.
    template <Event T>
    Result<void> add(std::string_view aggregate_id, const T& event, const AppendOptions& options = {}) {
        auto row = prepare_row(catalogue_, runtime_, aggregate_id, describe_event<T>(), &event, options);
        if (!row) return std::move(row).error();
        rows_.push_back(std::move(*row));
        return {};
    }
    [[nodiscard]] const std::vector<PreparedRow>& rows() const noexcept { return rows_; }
    void clear() noexcept { rows_.clear(); }

private:
    Catalogue catalogue_;
    Runtime runtime_;
    std::vector<PreparedRow> rows_;
};

EVENTSDK_END_NAMESPACE
