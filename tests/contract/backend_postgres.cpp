#include <eventsdk/conformance/run.hpp>
#include <eventsdk/postgres/database.hpp>
#include <eventsdk/postgres/outbox.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include "support/postgres_database.hpp"
#include "support/shop_events.hpp"

using namespace eventsdk;

namespace {

class Effects final : public conformance::EffectStoreSubject {
public:
    std::string_view name() const override { return "postgres"; }
    void clear() override { schema_ = std::make_unique<test::PostgresSchema>(); }
    std::shared_ptr<EffectStore> open() override {
        auto database =
            postgres::Database::open(test::PostgresConnection::url(),
                                     {.schema = schema_->name(), .window = std::chrono::hours{1}, .clock = clock_})
                .value();
        database.ensure_tables().value();
        return database.store();
    }
    void pass(Duration time) override { clock_->advance(time); }

private:
    std::unique_ptr<test::PostgresSchema> schema_;
    std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
};

class Outbox final : public conformance::OutboxStoreSubject {
public:
    std::string_view name() const override { return "postgres"; }
    void clear() override {
        schema_ = std::make_unique<test::PostgresSchema>();
        outbox().ensure_tables(schema_->connection).value();
    }
    std::unique_ptr<OutboxStore> open() override {
        return postgres::open_outbox(test::PostgresConnection::url(), {.tables = {.schema = schema_->name()}}).value();
    }
    void append(const OutboxBatch& batch) override {
        schema_->connection.run("BEGIN");
        outbox().append_all(schema_->connection, batch).value();
        schema_->connection.run("COMMIT");
    }

private:
    postgres::Outbox outbox() const {
        return postgres::Outbox{test::shop_catalogue(), {.tables = {.schema = schema_->name()}}};
    }
    std::unique_ptr<test::PostgresSchema> schema_;
};

}  // namespace

int main(int argc, char** argv) {
    Effects effects;
    Outbox outbox;
    return conformance::run({.effects = &effects, .outbox = &outbox}, argc, argv);
}
