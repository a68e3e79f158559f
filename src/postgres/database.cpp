#include <eventsdk/postgres/database.hpp>

#include "consume/effect_errors.hpp"
#include "postgres/effect_session.hpp"

#include <fmt/format.h>

EVENTSDK_BEGIN_NAMESPACE
namespace postgres {
namespace {

constexpr std::int64_t purged_at_once = 10'000;

}  // namespace

class Database::Impl final : public EffectStore {
public:
    explicit Impl(std::shared_ptr<EffectPool> pool) : pool_{std::move(pool)} {}

    Result<std::unique_ptr<EffectTransaction>> begin() override {
        auto work = EffectWork::begin(pool_);
        if (!work) return std::move(work).error();
        return std::move(*work);
    }
    Result<std::vector<Checkpoint>> load(const std::string& projection) override;
    Result<void> save(const std::string& projection, std::span<const PartitionOffset> positions) override;
    Result<std::int64_t> purge(const std::string& projection) override;
    Result<void> forget(const std::string& projection);
    Result<void> adopt(const std::string& shadow, const std::string& live,
                       const std::function<Result<void>(Transaction&)>& swap);
    Result<void> ensure_tables();
    Result<void> transact(const std::function<Result<void>(Transaction&)>& work);
    [[nodiscard]] const EffectPool& pool() const noexcept { return *pool_; }

private:
    std::shared_ptr<EffectPool> pool_;
};

Result<std::vector<Checkpoint>> Database::Impl::load(const std::string& projection) {
    auto work = EffectWork::begin(pool_);
    if (!work) return std::move(work).error();
    auto rows = (*work)->rows_of(
        fmt::format("SELECT topic, partition, position, eventoffset, eventid FROM {} WHERE projection = $1",
                    pool_->checkpoints),
        Parameters{}.add(projection));
    if (!rows) return std::move(rows).error();
    std::vector<Checkpoint> found;
    for (int row = 0; row < rows->size(); ++row) {
        found.push_back({.topic = std::string{rows->text(row, 0)},
                         .partition = static_cast<std::int32_t>(rows->integer(row, 1)),
                         .position = rows->integer(row, 2),
                         .event_offset = rows->integer(row, 3),
                         .event_id = std::string{rows->text(row, 4)}});
    }
    return found;
}

Result<void> Database::Impl::save(const std::string& projection, std::span<const PartitionOffset> positions) {
    auto work = EffectWork::begin(pool_);
    if (!work) return std::move(work).error();
    for (const PartitionOffset& position : positions) {
        auto moved = (*work)->execute(pool_->create, {projection, position.topic, std::int64_t{position.partition},
                                                      position.offset, std::int64_t{-1}, std::string_view{}});
        if (!moved) return std::move(moved).error();
    }
    return (*work)->commit();
}

Result<std::int64_t> Database::Impl::purge(const std::string& projection) {
    auto work = EffectWork::begin(pool_);
    if (!work) return std::move(work).error();
    auto purged = (*work)->execute(
        fmt::format("DELETE FROM {1} WHERE ctid = ANY (ARRAY(SELECT i.ctid FROM {1} i WHERE projection = $1 AND "
                    "notedat <= $2::timestamptz - $3::bigint * interval '1 ms' AND NOT EXISTS (SELECT 1 FROM {0} c "
                    "WHERE c.projection = i.projection AND c.topic = i.topic AND c.partition = i.partition AND "
                    "c.position <= i.recordoffset) LIMIT {2}))",
                    pool_->checkpoints, pool_->inbox, purged_at_once),
        {projection, pool_->now_text(), pool_->options().window.count()});
    if (!purged) return purged;
    if (auto done = (*work)->commit(); !done) return std::move(done).error();
    return purged;
}

Result<void> Database::Impl::forget(const std::string& projection) {
    auto work = EffectWork::begin(pool_);
    if (!work) return std::move(work).error();
    for (const std::string& table : {pool_->checkpoints, pool_->inbox}) {
        auto gone = (*work)->execute(fmt::format("DELETE FROM {} WHERE projection = $1", table), {projection});
        if (!gone) return std::move(gone).error();
    }
    return (*work)->commit();
}

Result<void> Database::Impl::adopt(const std::string& shadow, const std::string& live,
                                   const std::function<Result<void>(Transaction&)>& swap) {
    auto work = EffectWork::begin(pool_);
    if (!work) return std::move(work).error();
    // No handler's transaction may be between its claim and its commit while positions are compared.
    auto alone =
        (*work)->execute(fmt::format("LOCK TABLE {}, {} IN EXCLUSIVE MODE", pool_->checkpoints, pool_->inbox), {});
    if (!alone) return std::move(alone).error();
    if (auto swapped = swap(**work); !swapped) return swapped;
    auto behind = (*work)->rows_of(
        fmt::format("SELECT (SELECT count(*) FROM {0} l LEFT JOIN {0} s ON s.projection = $1 AND s.topic = l.topic AND "
                    "s.partition = l.partition WHERE l.projection = $2 AND coalesce(s.position, 0) < l.position) + "
                    "(SELECT count(*) FROM {1} l LEFT JOIN {0} s ON s.projection = $1 AND s.topic = l.topic AND "
                    "s.partition = l.partition WHERE l.projection = $2 AND coalesce(s.position, 0) <= l.recordoffset)",
                    pool_->checkpoints, pool_->inbox),
        Parameters{}.add(shadow).add(live));
    if (!behind) return std::move(behind).error();
    if (behind->integer(0, 0) > 0) return consume::shadow_behind(shadow, live);
    for (const std::string& table : {pool_->checkpoints, pool_->inbox}) {
        auto gone = (*work)->execute(fmt::format("DELETE FROM {} WHERE projection = $1", table), {live});
        if (!gone) return std::move(gone).error();
        auto renamed =
            (*work)->execute(fmt::format("UPDATE {} SET projection = $1 WHERE projection = $2", table), {live, shadow});
        if (!renamed) return std::move(renamed).error();
    }
    return (*work)->commit();
}

Result<void> Database::Impl::ensure_tables() {
    auto work = EffectWork::begin(pool_);
    if (!work) return std::move(work).error();
    if (auto made = ensure_effect_tables((*work)->connection(), pool_->options()); !made) return made;
    return (*work)->commit();
}

Result<void> Database::Impl::transact(const std::function<Result<void>(Transaction&)>& work) {
    auto transaction = EffectWork::begin(pool_);
    if (!transaction) return std::move(transaction).error();
    if (auto done = work(**transaction); !done) return done;
    return (*transaction)->commit();
}

Database::Database(std::shared_ptr<Impl> impl) : impl_{std::move(impl)}, store_{impl_} {}

Result<Database> Database::open(const std::string& url, DatabaseOptions options) {
    if (auto checked = check(options); !checked) return std::move(checked).error();
    auto pool = std::make_shared<EffectPool>(url, std::move(options));
    auto reached = EffectWork::begin(pool);
    if (!reached) return std::move(reached).error();
    return Database{std::make_shared<Impl>(std::move(pool))};
}

Result<void> Database::transact(const std::function<Result<void>(Transaction&)>& work) { return impl_->transact(work); }
Result<void> Database::ensure_tables() { return impl_->ensure_tables(); }
std::string Database::create_script() const { return effect_script(impl_->pool().options()); }
Result<std::vector<Checkpoint>> Database::checkpoints(const std::string& projection) { return impl_->load(projection); }
Result<void> Database::forget(const std::string& projection) { return impl_->forget(projection); }
Result<void> Database::adopt(const std::string& shadow, const std::string& live,
                             const std::function<Result<void>(Transaction&)>& swap) {
    return impl_->adopt(shadow, live, swap);
}

}  // namespace postgres
EVENTSDK_END_NAMESPACE
