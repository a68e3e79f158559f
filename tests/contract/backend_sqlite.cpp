#include <eventsdk/conformance/run.hpp>
#include <eventsdk/sqlite/database.hpp>
#include <eventsdk/sqlite/event_index.hpp>
#include <eventsdk/sqlite/outbox.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include "support/shop_events.hpp"
#include "support/sqlite_file.hpp"

using namespace eventsdk;

namespace {

class Effects final : public conformance::EffectStoreSubject {
public:
    std::string_view name() const override { return "sqlite"; }
    void clear() override { file_ = std::make_unique<test::SqliteFile>(); }
    std::shared_ptr<EffectStore> open() override {
        auto database =
            sqlite::Database::open(file_->path(), {.window = std::chrono::hours{1}, .clock = clock_}).value();
        database.ensure_tables().value();
        return database.store();
    }
    void pass(Duration time) override { clock_->advance(time); }

private:
    std::unique_ptr<test::SqliteFile> file_;
    std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
};

class Outbox final : public conformance::OutboxStoreSubject {
public:
    std::string_view name() const override { return "sqlite"; }
    void clear() override {
        file_ = std::make_unique<test::SqliteFile>();
        outbox_.ensure_tables(file_->connection()).value();
    }
    std::unique_ptr<OutboxStore> open() override { return sqlite::open_outbox(file_->path()).value(); }
    void append(const OutboxBatch& batch) override { outbox_.append_all(file_->connection(), batch).value(); }

private:
    std::unique_ptr<test::SqliteFile> file_;
    sqlite::Outbox outbox_{test::shop_catalogue()};
};

class Index final : public conformance::EventIndexSubject {
public:
    explicit Index(bool keep_bytes) : keep_bytes_{keep_bytes} {}
    std::string_view name() const override { return "sqlite"; }
    void clear() override { file_ = std::make_unique<test::SqliteFile>(); }
    std::shared_ptr<EventIndex> open() override {
        return sqlite::open_event_index(file_->path(), {.keep_bytes = keep_bytes_}).value();
    }

private:
    bool keep_bytes_;
    std::unique_ptr<test::SqliteFile> file_;
};

}  // namespace

int main(int argc, char** argv) {
    Effects effects;
    Outbox outbox;
    Index index{true};
    return conformance::run({.effects = &effects, .outbox = &outbox, .index = &index}, argc, argv);
}
