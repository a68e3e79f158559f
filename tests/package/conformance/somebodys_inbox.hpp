#pragma once

#include <eventsdk/conformance/stores.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>

/// An inbox and checkpoint store of somebody's own, in memory; one transaction at a time.
class InboxInMemory final : public eventsdk::EffectStore {
public:
    explicit InboxInMemory(std::shared_ptr<eventsdk::Clock> clock) : clock_{std::move(clock)} {}

    eventsdk::Result<std::unique_ptr<eventsdk::EffectTransaction>> begin() override {
        return std::make_unique<Work>(*this);
    }
    eventsdk::Result<std::vector<eventsdk::Checkpoint>> load(const std::string& projection) override {
        const std::lock_guard lock{mutex_};
        std::vector<eventsdk::Checkpoint> found;
        for (const auto& [place, checkpoint] : tables_.checkpoints)
            if (std::get<0>(place) == projection) found.push_back(checkpoint);
        return found;
    }
    eventsdk::Result<void> save(const std::string& projection,
                                std::span<const eventsdk::PartitionOffset> positions) override {
        const std::lock_guard lock{mutex_};
        for (const auto& position : positions)
            move(tables_, {projection, position.topic, position.partition}, position.offset, -1, "");
        return {};
    }
    eventsdk::Result<std::int64_t> purge(const std::string& projection) override {
        const std::lock_guard lock{mutex_};
        return static_cast<std::int64_t>(std::erase_if(tables_.inbox, [&](const auto& row) {
            const auto& [place, offset, noted] = row.second;
            if (std::get<0>(place) != projection || clock_->now() - noted < std::chrono::hours{1}) return false;
            const auto stored = tables_.checkpoints.find(place);
            return stored == tables_.checkpoints.end() || stored->second.position > offset;
        }));
    }

private:
    using Place = std::tuple<std::string, std::string, std::int32_t>;    // projection, topic, partition
    using Event = std::tuple<std::string, std::string, std::string>;     // projection, source, event id
    using Noted = std::tuple<Place, std::int64_t, eventsdk::Timestamp>;  // where, offset, when
    struct Tables {
        std::map<Event, Noted> inbox{};
        std::map<Place, eventsdk::Checkpoint> checkpoints{};
    };

    static Place place(const eventsdk::Effect& effect) {
        return {std::string{effect.projection}, std::string{effect.topic}, effect.partition};
    }
    static void move(Tables& tables, const Place& place, std::int64_t position, std::int64_t offset, std::string id) {
        auto& stored = tables.checkpoints[place];
        if (stored.position >= position) return;
        std::tie(std::ignore, stored.topic, stored.partition) = place;
        stored.position = position;
        if (offset < 0) return;
        stored.event_offset = offset;
        stored.event_id = std::move(id);
    }

    class Work final : public eventsdk::EffectTransaction {
    public:
        explicit Work(InboxInMemory& inbox) : inbox_{inbox}, lock_{inbox.mutex_}, tables_{inbox.tables_} {}
        eventsdk::Result<bool> claim(const eventsdk::Effect& effect) override {
            const auto stored = tables_.checkpoints.find(place(effect));
            if (stored != tables_.checkpoints.end() && stored->second.position > effect.offset) return false;
            const Event event{effect.projection, effect.source, effect.event_id};
            return tables_.inbox.try_emplace(event, place(effect), effect.offset, inbox_.clock_->now()).second;
        }
        eventsdk::Result<void> advance(const eventsdk::Effect& effect) override {
            if (effect.finished < 0) return {};
            if (effect.finished == effect.offset)
                move(tables_, place(effect), effect.offset + 1, effect.offset, std::string{effect.event_id});
            else move(tables_, place(effect), effect.finished, -1, "");
            return {};
        }
        eventsdk::Result<void> commit() override {
            inbox_.tables_ = std::move(tables_);
            return {};
        }

    private:
        InboxInMemory& inbox_;
        std::unique_lock<std::mutex> lock_;
        Tables tables_;
    };

    std::shared_ptr<eventsdk::Clock> clock_;
    std::mutex mutex_;
    Tables tables_;
};

class SomebodysInbox final : public eventsdk::conformance::EffectStoreSubject {
public:
    std::string_view name() const override { return "somebody's inbox"; }
    void clear() override { inbox_ = std::make_shared<InboxInMemory>(clock_); }
    std::shared_ptr<eventsdk::EffectStore> open() override { return inbox_; }
    void pass(eventsdk::Duration time) override { clock_->advance(time); }

private:
    std::shared_ptr<eventsdk::testing::ManualClock> clock_ = std::make_shared<eventsdk::testing::ManualClock>();
    std::shared_ptr<InboxInMemory> inbox_;
};
