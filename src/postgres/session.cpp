#include "postgres/session.hpp"

#include <charconv>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {
namespace {

std::int64_t to_integer(std::string_view text) noexcept {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view field(const PGresult* result, int which) noexcept {
    const char* text = result != nullptr ? PQresultErrorField(result, which) : nullptr;
    return text != nullptr ? std::string_view{text} : std::string_view{};
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    return text;
}

struct Class {
    ErrorKind kind;
    std::string_view code;
    std::string_view hint;
};

Class classify(std::string_view state) noexcept {
    if (state.empty() || state.starts_with("08") || state.starts_with("57P") || state.starts_with("53") ||
        state.starts_with("58")) {
        return {ErrorKind::unavailable, "postgres.unavailable", "check that the database runs and has room"};
    }
    if (state == "40001" || state == "40P01") {
        return {ErrorKind::conflict, "postgres.serialization", "roll the transaction back, load again, decide again"};
    }
    if (state == "57014" || state == "55P03") return {ErrorKind::retriable, "postgres.timeout", "try again"};
    if (state == "42P01" || state == "42703" || state == "3F000" || state == "42883") {
        return {ErrorKind::fatal, "outbox.schema", "run ensure_tables() or the shown SQL file"};
    }
    if (state == "25P02") {
        return {ErrorKind::invalid_argument, "outbox.transaction", "roll back: this transaction has failed already"};
    }
    if (state == "23505") return {ErrorKind::invalid_argument, "outbox.duplicate_id", "an event id is used once"};
    if (state.starts_with("28"))
        return {ErrorKind::invalid_argument, "postgres.unauthorized", "check user and password"};
    if (state == "42501") return {ErrorKind::invalid_argument, "postgres.unauthorized", "grant the privilege"};
    return {ErrorKind::invalid_argument, "postgres.error", ""};
}

void append_quoted_element(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
}

}  // namespace

std::int64_t Rows::integer(int row, int column) const noexcept { return to_integer(text(row, column)); }

std::int64_t Rows::affected() const noexcept { return to_integer(PQcmdTuples(result_.get())); }

Parameters& Parameters::add(std::string_view text) {
    texts_.emplace_back(std::string{text});
    return *this;
}

Parameters& Parameters::add(std::int64_t value) {
    texts_.emplace_back(std::to_string(value));
    return *this;
}

Parameters& Parameters::add_null() {
    texts_.emplace_back(std::nullopt);
    return *this;
}

Parameters& Parameters::add_optional(std::optional<std::int64_t> value) { return value ? add(*value) : add_null(); }

Parameters& Parameters::add_array(std::span<const std::int64_t> values) {
    std::string text = "{";
    for (const std::int64_t value : values) text.append(text.size() > 1 ? "," : "").append(std::to_string(value));
    texts_.emplace_back(text + "}");
    return *this;
}

Parameters& Parameters::add_array(std::span<const std::string_view> values) {
    std::string text = "{";
    for (const std::string_view value : values) {
        if (text.size() > 1) text.push_back(',');
        append_quoted_element(text, value);
    }
    texts_.emplace_back(text + "}");
    return *this;
}

std::vector<const char*> Parameters::pointers() const {
    std::vector<const char*> made;
    made.reserve(texts_.size());
    for (const auto& text : texts_) made.push_back(text ? text->c_str() : nullptr);
    return made;
}

Error error_of(PGconn* connection, const PGresult* result) {
    const std::string_view state =
        PQstatus(connection) == CONNECTION_BAD ? std::string_view{} : field(result, PG_DIAG_SQLSTATE);
    const Class found = classify(state);
    std::string_view text = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (text.empty()) text = trimmed(PQerrorMessage(connection));
    Error error{.kind = found.kind, .code = std::string{found.code}, .hint = std::string{found.hint}};
    error.message.append("PostgreSQL: ").append(text.empty() ? "the connection was lost" : text);
    if (!state.empty()) error.message.append(" (SQLSTATE ").append(state).append(")");
    return error;
}

Result<Rows> run(PGconn* connection, const std::string& sql, const Parameters& parameters) {
    if (parameters.size() > 65'535) {
        return Error{.kind = ErrorKind::invalid_argument,
                     .code = "postgres.too_many_parameters",
                     .message = "one statement takes at most 65,535 values",
                     .hint = "append smaller batches"};
    }
    const std::vector<const char*> values = parameters.pointers();
    PGresult* result = PQexecParams(connection, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                                    nullptr, nullptr, 0);
    Rows rows{result};
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return error_of(connection, result);
    return rows;
}

Result<void> run_script(PGconn* connection, const std::string& sql) {
    PGresult* result = PQexec(connection, sql.c_str());
    const Rows rows{result};
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return error_of(connection, result);
    return {};
}

std::string quoted(std::string_view schema, std::string_view name) {
    std::string text;
    if (!schema.empty()) text.append("\"").append(schema).append("\".");
    return text.append("\"").append(name).append("\"");
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
