#pragma once

#include "support/kafka_env.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace eventsdk::test {

/// A connection to the PostgreSQL that ctest started.
class PostgresConnection {
public:
    PostgresConnection() : connection_{PQconnectdb(url().c_str())} {
        if (PQstatus(connection_) != CONNECTION_OK) throw std::runtime_error{PQerrorMessage(connection_)};
        run("SET client_min_messages = warning");
    }
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;
    ~PostgresConnection() { PQfinish(connection_); }

    static std::string url() { return server_setting("DATABASE_URL"); }
    operator PGconn*() const noexcept { return connection_; }  // NOLINT: stands for the connection

    bool run(const std::string& sql) const {
        PGresult* result = PQexec(connection_, sql.c_str());
        const auto status = PQresultStatus(result);
        PQclear(result);
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    }
    [[nodiscard]] std::string text(const std::string& sql) const {
        PGresult* result = PQexec(connection_, sql.c_str());
        std::string value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : PQresultErrorMessage(result);
        PQclear(result);
        return value;
    }
    [[nodiscard]] std::int64_t number(const std::string& sql) const { return std::stoll(text(sql)); }

private:
    PGconn* connection_;
};

/// A schema of its own in that database, dropped at the end.
class PostgresSchema {
public:
    PostgresSchema() : name_{unique_name("t")} {
        std::replace(name_.begin(), name_.end(), '-', '_');
        connection.run("CREATE SCHEMA " + name_);
        connection.run("SET search_path = " + name_);
    }
    ~PostgresSchema() { connection.run("DROP SCHEMA " + name_ + " CASCADE"); }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    PostgresConnection connection;

private:
    std::string name_;
};

}  // namespace eventsdk::test
