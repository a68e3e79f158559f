#pragma once

#include "postgres/effect_tables.hpp"

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

/// What the transactions of one Database share: idle connections and the statements.
class EffectPool {
public:
    EffectPool(std::string url, DatabaseOptions options);

    /// An idle connection that works, or a new one.
    [[nodiscard]] Result<Connection> take();
    void give_back(Connection connection);

    [[nodiscard]] const DatabaseOptions& options() const noexcept { return options_; }
    [[nodiscard]] std::string now_text() const;
    /// The first time that this partition is asked for.
    [[nodiscard]] bool is_new(const Effect& effect);

    std::string checkpoints;
    std::string inbox;
    std::string claim;
    std::string advance;  ///< leaves a row that another handler holds alone
    std::string create;   ///< advances, making the row when it is missing

private:
    [[nodiscard]] Result<Connection> connect() const;

    std::string url_;
    DatabaseOptions options_;
    std::mutex mutex_;
    std::vector<Connection> idle_;
    std::set<std::string> known_;
};

/// A transaction on a connection of the pool.
class EffectWork final : public Transaction {
public:
    [[nodiscard]] static Result<std::unique_ptr<EffectWork>> begin(std::shared_ptr<EffectPool> pool);
    EffectWork(std::shared_ptr<EffectPool> pool, Connection connection)
        : pool_{std::move(pool)}, connection_{std::move(connection)} {}
    ~EffectWork() override;
    EffectWork(const EffectWork&) = delete;
    EffectWork& operator=(const EffectWork&) = delete;

    [[nodiscard]] PGconn* connection() const noexcept override { return connection_.get(); }
    Result<std::int64_t> execute(std::string_view sql, std::initializer_list<SqlValue> values) override;
    Result<std::vector<std::vector<std::string>>> query(std::string_view sql,
                                                        std::initializer_list<SqlValue> values) override;
    Result<bool> claim(const Effect& effect) override;
    Result<void> advance(const Effect& effect) override;
    Result<void> commit() override;

    [[nodiscard]] Result<Rows> rows_of(const std::string& sql, const Parameters& parameters);

private:
    std::shared_ptr<EffectPool> pool_;
    Connection connection_;
};

}  // namespace postgres
EVENTSDK_END_NAMESPACE
