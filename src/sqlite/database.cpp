#include <eventsdk/sqlite/database.hpp>

#include "consume/effect_errors.hpp"
#include "sqlite/effect_tables.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {
namespace {

using consume::effect_error;
using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)>;

constexpr Duration background_wait{100};  // of the polling thread, which has other things to do
constexpr std::int64_t purged_at_once = 10'000;

void bind(Statement& statement, const SqlValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) statement.bind(*integer);
    else if (const auto* real = std::get_if<double>(&value)) statement.bind(*real);
    else if (const auto* text = std::get_if<std::string_view>(&value)) statement.bind(*text);
    else statement.bind_null();
}

}  // namespace

class Database::Impl final : public EffectStore, public std::enable_shared_from_this<Impl> {
public:
    Impl(std::filesystem::path file, DatabaseOptions options) : file_{std::move(file)}, options_{std::move(options)} {
        const auto text = [&](std::string_view sql) {
            return fmt::format(fmt::runtime(sql), fmt::arg("c", options_.checkpoints), fmt::arg("i", options_.inbox));
        };
        position_ = text(R"(SELECT position FROM "{c}" WHERE projection = ? AND topic = ? AND partition = ?)");
        note_ = text(R"(INSERT INTO "{i}" (projection, source, eventid, topic, partition, recordoffset, notedat) )"
                     "VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
        advance_ = text(R"(INSERT INTO "{c}" (projection, topic, partition, position, eventoffset, eventid) )"
                        "VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET position = excluded.position, eventoffset = "
                        "iif(excluded.eventoffset < 0, eventoffset, excluded.eventoffset), "
                        "eventid = iif(excluded.eventoffset < 0, eventid, excluded.eventid) "
                        "WHERE excluded.position > position");
    }

    Result<void> connect();
    Result<std::unique_ptr<EffectTransaction>> begin() override;
    Result<std::vector<Checkpoint>> load(const std::string& projection) override;
    Result<void> save(const std::string& projection, std::span<const PartitionOffset> positions) override;
    Result<std::int64_t> purge(const std::string& projection) override;
    Result<void> forget(const std::string& projection);
    Result<void> adopt(const std::string& shadow, const std::string& live,
                       const std::function<Result<void>(Transaction&)>& swap);
    Result<void> ensure_tables();
    Result<void> transact(const std::function<Result<void>(Transaction&)>& work);
    [[nodiscard]] const DatabaseOptions& options() const noexcept { return options_; }

private:
    class Work;

    /// The turn of one user of the connection.
    class Turn {
    public:
        explicit Turn(std::shared_ptr<Impl> owner) : owner_{std::move(owner)} {}
        Turn(Turn&&) noexcept = default;
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (!owner_) return;
            {
                const std::lock_guard lock{owner_->mutex_};
                owner_->taken_ = false;
            }
            owner_->free_.notify_one();
        }
        [[nodiscard]] Impl& owner() const noexcept { return *owner_; }

    private:
        std::shared_ptr<Impl> owner_;
    };
    Result<Turn> take_turn(Duration patience);
    Result<std::unique_ptr<Work>> begin_within(Duration patience);
    [[nodiscard]] std::int64_t milliseconds_now() const {
        return std::chrono::duration_cast<Duration>(options_.clock->now().time_since_epoch()).count();
    }

    std::filesystem::path file_;
    DatabaseOptions options_;
    std::string position_;
    std::string note_;
    std::string advance_;
    std::mutex mutex_;
    std::condition_variable free_;
    bool taken_ = false;
    Connection connection_{nullptr, &sqlite3_close_v2};  // of whose turn it is
};

class Database::Impl::Work final : public Transaction {
public:
    explicit Work(Turn turn) : turn_{std::move(turn)}, connection_{turn_.owner().connection_.get()} {}
    ~Work() override {
        if (sqlite3_get_autocommit(connection_) == 0) sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

    [[nodiscard]] sqlite3* connection() const noexcept override { return connection_; }

    Result<std::int64_t> execute(std::string_view sql, std::initializer_list<SqlValue> values) override {
        auto statement = Statement::prepare(connection_, std::string{sql});
        if (!statement) return effect_error(std::move(statement).error());
        for (const SqlValue& value : values) bind(*statement, value);
        auto changed = statement->run();
        if (!changed) return effect_error(std::move(changed).error());
        return changed;
    }

    Result<std::vector<std::vector<std::string>>> query(std::string_view sql,
                                                        std::initializer_list<SqlValue> values) override {
        auto statement = Statement::prepare(connection_, std::string{sql});
        if (!statement) return effect_error(std::move(statement).error());
        for (const SqlValue& value : values) bind(*statement, value);
        std::vector<std::vector<std::string>> rows;
        while (true) {
            auto more = statement->step();
            if (!more) return effect_error(std::move(more).error());
            if (!*more) return rows;
            std::vector<std::string>& row = rows.emplace_back();
            for (int column = 0; column < statement->columns(); ++column)
                row.push_back(statement->is_null(column) ? std::string{} : statement->text(column));
        }
    }

    Result<bool> claim(const Effect& effect) override {
        auto statement = Statement::prepare(connection_, turn_.owner().position_);
        if (!statement) return effect_error(std::move(statement).error());
        statement->bind(effect.projection).bind(effect.topic).bind(std::int64_t{effect.partition});
        auto found = statement->step();
        if (!found) return effect_error(std::move(found).error());
        if (*found && statement->integer(0) > effect.offset) return false;
        auto noted = execute(turn_.owner().note_,
                             {effect.projection, effect.source, effect.event_id, effect.topic,
                              std::int64_t{effect.partition}, effect.offset, turn_.owner().milliseconds_now()});
        if (!noted) return std::move(noted).error();
        return *noted == 1;
    }

    Result<void> advance(const Effect& effect) override {
        if (effect.finished < 0) return {};
        const bool next = effect.finished == effect.offset;
        auto moved = execute(turn_.owner().advance_,
                             {effect.projection, effect.topic, std::int64_t{effect.partition},
                              next ? effect.offset + 1 : effect.finished, next ? effect.offset : std::int64_t{-1},
                              next ? effect.event_id : std::string_view{}});
        if (!moved) return std::move(moved).error();
        return {};
    }

    Result<void> commit() override {
        if (sqlite3_get_autocommit(connection_) != 0) {
            return consume::transaction_ended();
        }
        if (auto done = run_script(connection_, "COMMIT"); !done) return effect_error(std::move(done).error());
        return {};
    }

private:
    Turn turn_;
    sqlite3* connection_;
};

Result<void> Database::Impl::connect() {
    if (connection_ != nullptr) return {};
    sqlite3* made = nullptr;
    const int code = sqlite3_open_v2(file_.c_str(), &made,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
    Connection connection{made, &sqlite3_close_v2};
    if (code != SQLITE_OK) {
        Error error = effect_error(error_of(made, code));
        error.message += " (" + file_.string() + ")";
        return error;
    }
    connection_ = std::move(connection);
    return {};
}

Result<Database::Impl::Turn> Database::Impl::take_turn(Duration patience) {
    std::unique_lock lock{mutex_};
    if (!free_.wait_for(lock, patience, [&] { return !taken_; })) {
        return Error{.kind = ErrorKind::unavailable,
                     .code = "sqlite.busy",
                     .message = "SQLite: other handlers hold the database",
                     .hint = "raise the busy time-out, or shorten the handlers"};
    }
    taken_ = true;
    return Turn{shared_from_this()};
}

Result<std::unique_ptr<Database::Impl::Work>> Database::Impl::begin_within(Duration patience) {
    auto turn = take_turn(patience);
    if (!turn) return std::move(turn).error();
    if (auto connected = connect(); !connected) return std::move(connected).error();
    sqlite3_busy_timeout(connection_.get(), static_cast<int>(patience.count()));
    if (auto begun = run_script(connection_.get(), "BEGIN IMMEDIATE"); !begun)
        return effect_error(std::move(begun).error());
    return std::make_unique<Work>(std::move(*turn));
}

Result<std::unique_ptr<EffectTransaction>> Database::Impl::begin() {
    auto work = begin_within(options_.busy_timeout);
    if (!work) return std::move(work).error();
    return std::move(*work);
}

Result<std::vector<Checkpoint>> Database::Impl::load(const std::string& projection) {
    auto work = begin_within(options_.busy_timeout);
    if (!work) return std::move(work).error();
    auto statement = Statement::prepare(
        (*work)->connection(),
        fmt::format("SELECT topic, partition, position, eventoffset, eventid FROM \"{}\" WHERE projection = ?",
                    options_.checkpoints));
    if (!statement) return effect_error(std::move(statement).error());
    statement->bind(projection);
    std::vector<Checkpoint> found;
    while (true) {
        auto more = statement->step();
        if (!more) return effect_error(std::move(more).error());
        if (!*more) return found;
        found.push_back({.topic = statement->text(0),
                         .partition = static_cast<std::int32_t>(statement->integer(1)),
                         .position = statement->integer(2),
                         .event_offset = statement->integer(3),
                         .event_id = statement->text(4)});
    }
}

Result<void> Database::Impl::save(const std::string& projection, std::span<const PartitionOffset> positions) {
    auto work = begin_within(std::min(background_wait, options_.busy_timeout));
    if (!work) return std::move(work).error();
    for (const PartitionOffset& position : positions) {
        auto moved = (*work)->execute(advance_, {projection, position.topic, std::int64_t{position.partition},
                                                 position.offset, std::int64_t{-1}, std::string_view{}});
        if (!moved) return std::move(moved).error();
    }
    return (*work)->commit();
}

Result<std::int64_t> Database::Impl::purge(const std::string& projection) {
    auto work = begin_within(std::min(background_wait, options_.busy_timeout));
    if (!work) return std::move(work).error();
    const std::int64_t oldest = milliseconds_now() - options_.window.count();
    auto purged = (*work)->execute(
        fmt::format("DELETE FROM \"{1}\" WHERE (projection, source, eventid) IN (SELECT projection, source, eventid "
                    "FROM \"{1}\" i WHERE projection = ? AND notedat <= ? AND NOT EXISTS (SELECT 1 FROM \"{0}\" c "
                    "WHERE c.projection = i.projection AND c.topic = i.topic AND c.partition = i.partition AND "
                    "c.position <= i.recordoffset) LIMIT ?)",
                    options_.checkpoints, options_.inbox),
        {projection, oldest, purged_at_once});
    if (!purged) return purged;
    if (auto done = (*work)->commit(); !done) return std::move(done).error();
    return purged;
}

Result<void> Database::Impl::forget(const std::string& projection) {
    auto work = begin_within(options_.busy_timeout);
    if (!work) return std::move(work).error();
    for (const std::string& table : {options_.checkpoints, options_.inbox}) {
        auto gone = (*work)->execute(fmt::format("DELETE FROM \"{}\" WHERE projection = ?", table), {projection});
        if (!gone) return std::move(gone).error();
    }
    return (*work)->commit();
}

Result<void> Database::Impl::adopt(const std::string& shadow, const std::string& live,
                                   const std::function<Result<void>(Transaction&)>& swap) {
    auto work = begin_within(options_.busy_timeout);
    if (!work) return std::move(work).error();
    if (auto swapped = swap(**work); !swapped) return swapped;
    auto behind = Statement::prepare(
        (*work)->connection(),
        fmt::format("SELECT (SELECT count(*) FROM \"{0}\" l LEFT JOIN \"{0}\" s ON s.projection = ?1 AND s.topic = "
                    "l.topic AND s.partition = l.partition WHERE l.projection = ?2 AND coalesce(s.position, 0) < "
                    "l.position) + (SELECT count(*) FROM \"{1}\" l LEFT JOIN \"{0}\" s ON s.projection = ?1 AND "
                    "s.topic = l.topic AND s.partition = l.partition WHERE l.projection = ?2 AND "
                    "coalesce(s.position, 0) <= l.recordoffset)",
                    options_.checkpoints, options_.inbox));
    if (!behind) return effect_error(std::move(behind).error());
    if (auto row = behind->bind(shadow).bind(live).step(); !row) return effect_error(std::move(row).error());
    if (behind->integer(0) > 0) return consume::shadow_behind(shadow, live);
    behind->reset();
    for (const std::string& table : {options_.checkpoints, options_.inbox}) {
        auto gone = (*work)->execute(fmt::format("DELETE FROM \"{}\" WHERE projection = ?", table), {live});
        if (!gone) return std::move(gone).error();
        auto renamed = (*work)->execute(fmt::format("UPDATE \"{}\" SET projection = ? WHERE projection = ?", table),
                                        {live, shadow});
        if (!renamed) return std::move(renamed).error();
    }
    return (*work)->commit();
}

Result<void> Database::Impl::ensure_tables() {
    auto turn = take_turn(options_.busy_timeout);
    if (!turn) return std::move(turn).error();
    if (auto connected = connect(); !connected) return connected;
    return ensure_effect_tables(connection_.get(), options_);
}

Result<void> Database::Impl::transact(const std::function<Result<void>(Transaction&)>& work) {
    auto transaction = begin_within(options_.busy_timeout);
    if (!transaction) return std::move(transaction).error();
    if (auto done = work(**transaction); !done) return done;
    return (*transaction)->commit();
}

Database::Database(std::shared_ptr<Impl> impl) : impl_{std::move(impl)}, store_{impl_} {}

Result<Database> Database::open(const std::filesystem::path& file, DatabaseOptions options) {
    if (auto checked = check(options); !checked) return std::move(checked).error();
    auto impl = std::make_shared<Impl>(file, std::move(options));
    if (auto connected = impl->connect(); !connected) return std::move(connected).error();
    return Database{std::move(impl)};
}

Result<void> Database::ensure_tables() { return impl_->ensure_tables(); }
Result<void> Database::transact(const std::function<Result<void>(Transaction&)>& work) { return impl_->transact(work); }
std::string Database::create_script() const { return effect_script(impl_->options()); }
Result<std::vector<Checkpoint>> Database::checkpoints(const std::string& projection) { return impl_->load(projection); }
Result<void> Database::forget(const std::string& projection) { return impl_->forget(projection); }
Result<void> Database::adopt(const std::string& shadow, const std::string& live,
                             const std::function<Result<void>(Transaction&)>& swap) {
    return impl_->adopt(shadow, live, swap);
}

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
