#pragma once

#include <eventsdk/core/result.hpp>

#include "core/ascii.hpp"

#include <algorithm>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// What the stores of effects answer alike, whatever their database. In a header, for they are libraries of their own.
inline Error shadow_behind(const std::string& shadow, const std::string& live) {
    return {.kind = ErrorKind::retriable,
            .code = "effects.shadow_behind",
            .message = "\"" + live + "\" has handled events that \"" + shadow + "\" has not; nothing was changed",
            .hint = "let the rebuild catch up, or stop the live projector, and call again"};
}

inline Error effect_option(std::string_view member, std::string hint) {
    Error error{.kind = ErrorKind::invalid_argument, .code = "effects.options"};
    error.message.append("DatabaseOptions::").append(member).append(" is out of range");
    error.hint = std::move(hint);
    return error;
}

inline Error transaction_ended() {
    return {.kind = ErrorKind::fatal,
            .code = "effects.transaction_ended",
            .message = "the handler ended the transaction that it was given",
            .hint = "leave COMMIT and ROLLBACK to the projector"};
}

/// The errors of a database in the words of effects instead of the outbox's.
inline Error effect_error(Error error) {
    if (error.code == "outbox.schema") error.code = "effects.schema";
    if (error.code == "outbox.transaction") error.code = "effects.transaction";
    if (error.code == "outbox.duplicate_id") {
        error.code = "effects.constraint";
        error.hint = "the event breaks a constraint of the tables: correct the handler or the event";
    }
    return error;
}

inline Error missing_column(std::string_view table, std::string_view column, std::string_view found) {
    Error error{.kind = ErrorKind::fatal, .code = "effects.schema"};
    error.message.append("column ").append(column).append(" of table ").append(table).append(" ").append(found);
    error.hint = "compare with create_script(), or give the tables other names";
    return error;
}

/// Names that may stand quoted in SQL.
inline bool is_table_name(std::string_view name) {
    const auto fits = [](char c) { return ascii::is_alphanumeric(c) || c == '_'; };
    return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
