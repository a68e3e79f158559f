#include <eventsdk/outbox/outbox_batch.hpp>
#include <eventsdk/outbox/outbox_store.hpp>

#include <eventsdk/broker/partitioner.hpp>

#include "core/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

EVENTSDK_BEGIN_NAMESPACE
namespace {

bool is_table_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > 63 || ascii::is_digit(name[0])) return false;
    return std::all_of(name.begin(), name.end(), [](char c) { return ascii::is_alphanumeric(c) || c == '_'; });
}

}  // namespace

Result<OutboxTables> OutboxTables::validated() const {
    const std::array<std::pair<std::string_view, std::string_view>, 4> names{
        {{"outbox", outbox}, {"revisions", revisions}, {"leases", leases}, {"archive", archive}}};
    for (const auto& [member, name] : names) {
        // The longest name derived from one appends 11 bytes.
        if (is_table_name(name) && name.size() <= 52) continue;
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "outbox.table_name",
                     .message = fmt::format("OutboxTables::{} is no table name: \"{}\"", member, name.substr(0, 80)),
                     .hint = "use letters, digits and _, at most 52 bytes, not a digit first"};
    }
    if (!schema.empty() && !is_table_name(schema)) {
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "outbox.table_name",
                     .message = fmt::format("OutboxTables::schema is no schema name: \"{}\"", schema.substr(0, 80)),
                     .hint = "use letters, digits and _, not a digit first"};
    }
    return *this;
}

int outbox_shard(std::string_view aggregate_id) noexcept {
    return static_cast<int>(murmur2(aggregate_id) % static_cast<std::uint32_t>(outbox_shards));
}

Result<PreparedRow> prepare_row(const Catalogue& catalogue, const Runtime& runtime, std::string_view aggregate_id,
                                const EventDescriptor& descriptor, const void* event, const AppendOptions& options) {
    PreparedRow row;
    PublishOptions publish = options.publish;
    if (options.expected_revision) {
        if (*options.expected_revision < 0) {
            return Error{.kind = ErrorKind::invalid_argument,
                         .code = "outbox.expected_revision",
                         .message = fmt::format("expected_revision is {}", *options.expected_revision),
                         .hint = "0 for a new aggregate, else the revision that was loaded"};
        }
        publish.revision = *options.expected_revision + 1;
    }
    if (!publish.occurred_at) publish.occurred_at = runtime.clock->now();
    if (auto made = catalogue.prepare_into(row.record, runtime, aggregate_id, descriptor, event, publish); !made) {
        return std::move(made).error();
    }
    const std::size_t which = descriptor.type_of != nullptr ? descriptor.type_of(event) : 0;
    const EventType& type = descriptor.types[which];
    row.type = std::string{type.name};
    row.schema_version = type.version;
    row.aggregate_type = descriptor.aggregate.context.empty()
                             ? row.record.topic
                             : fmt::format("{}.{}", descriptor.aggregate.context, descriptor.aggregate.aggregate);
    row.aggregate_id = std::string{aggregate_id};
    row.occurred_at = *publish.occurred_at;
    if (const auto traceparent = row.record.header("traceparent")) row.traceparent = std::string{*traceparent};
    row.expected_revision = options.expected_revision;
    row.revision = publish.revision;
    return row;
}

EVENTSDK_END_NAMESPACE
