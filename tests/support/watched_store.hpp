#pragma once

#include <eventsdk/consume/effects.hpp>

#include <functional>
#include <mutex>

namespace eventsdk::test {

/// The steps of an exactly-once effect.
enum class Step { begin, claim, advance, commit, committed, load, save, purge };

/// A store that asks before each step, and fails where it is told an error. `committed` comes after a commit that
/// took place: an error then is a lost answer.
class WatchedStore final : public EffectStore {
public:
    using Watch = std::function<Result<void>(Step)>;

    WatchedStore(std::shared_ptr<EffectStore> store, Watch watch)
        : store_{std::move(store)}, watch_{std::move(watch)} {}

    Result<std::unique_ptr<EffectTransaction>> begin() override {
        if (auto allowed = watch_(Step::begin); !allowed) return allowed.error();
        auto begun = store_->begin();
        if (!begun) return begun;
        return std::make_unique<Work>(std::move(*begun), watch_);
    }
    Result<std::vector<Checkpoint>> load(const std::string& projection) override {
        if (auto allowed = watch_(Step::load); !allowed) return allowed.error();
        return store_->load(projection);
    }
    Result<void> save(const std::string& projection, std::span<const PartitionOffset> positions) override {
        if (auto allowed = watch_(Step::save); !allowed) return allowed;
        return store_->save(projection, positions);
    }
    Result<std::int64_t> purge(const std::string& projection) override {
        if (auto allowed = watch_(Step::purge); !allowed) return allowed.error();
        return store_->purge(projection);
    }

private:
    class Work final : public EffectTransaction {
    public:
        Work(std::unique_ptr<EffectTransaction> work, const Watch& watch) : work_{std::move(work)}, watch_{watch} {}
        Result<bool> claim(const Effect& effect) override {
            if (auto allowed = watch_(Step::claim); !allowed) return allowed.error();
            return work_->claim(effect);
        }
        Result<void> advance(const Effect& effect) override {
            if (auto allowed = watch_(Step::advance); !allowed) return allowed;
            return work_->advance(effect);
        }
        Result<void> commit() override {
            if (auto allowed = watch_(Step::commit); !allowed) return allowed;
            if (auto done = work_->commit(); !done) return done;
            return watch_(Step::committed);
        }
        EffectTransaction& underlying() noexcept override { return work_->underlying(); }

    private:
        std::unique_ptr<EffectTransaction> work_;
        const Watch& watch_;
    };

    std::shared_ptr<EffectStore> store_;
    Watch watch_;
};

}  // namespace eventsdk::test
