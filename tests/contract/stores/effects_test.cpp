#include "contract/cases.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>
#include <tuple>

using namespace eventsdk;

CONTRACT_CASES(effects_test)

namespace {

constexpr std::string_view topic = "orders";
constexpr std::string_view points = "points-v1";

std::shared_ptr<EffectStore> empty_store() {
    contract::subjects().effects->clear();
    return contract::subjects().effects->open();
}

/// What the projector says of the event at `offset` when everything before `finished` is done.
Effect effect(std::int64_t offset, std::string_view id, std::int64_t finished = -1,
              std::string_view projection = points) {
    return {.projection = projection,
            .topic = topic,
            .partition = 0,
            .offset = offset,
            .source = "shop",
            .event_id = id,
            .finished = finished};
}

/// One handler that succeeds; a database may ask for another try. @return false when the event was handled before
bool apply(EffectStore& store, const Effect& one) {
    const auto end = std::chrono::steady_clock::now() + contract::subjects().effects->patience();
    while (std::chrono::steady_clock::now() < end) {
        auto work = store.begin();
        if (!work) continue;
        const auto mine = (*work)->claim(one);
        if (!mine) continue;
        if (!*mine) return false;
        if (!(*work)->advance(one)) continue;
        if ((*work)->commit()) return true;
    }
    throw std::runtime_error{"the store did not take an event in time"};
}

std::int64_t position(EffectStore& store, std::string_view projection = points) {
    const auto stored = store.load(std::string{projection}).value();
    return stored.empty() ? -1 : stored[0].position;
}

}  // namespace

CONTRACT_CASE("an event is claimed once", "[effects]") {
    const auto store = empty_store();
    CHECK(apply(*store, effect(0, "e-1")));
    CHECK_FALSE(apply(*store, effect(0, "e-1")));
    CHECK_FALSE(apply(*store, effect(9, "e-1")));  // a double at another place of the log
    CHECK(apply(*store, effect(1, "e-2")));
}

CONTRACT_CASE("projections and sources have their own events", "[effects]") {
    const auto store = empty_store();
    CHECK(apply(*store, effect(0, "e-1")));
    CHECK(apply(*store, effect(0, "e-1", -1, "badges-v1")));
    Effect other = effect(1, "e-1");
    other.source = "school";
    CHECK(apply(*store, other));
}

CONTRACT_CASE("a transaction that is not committed leaves nothing", "[effects]") {
    const auto store = empty_store();
    {
        auto work = store->begin().value();
        REQUIRE(work->claim(effect(0, "e-1", 0)).value());
        work->advance(effect(0, "e-1", 0)).value();
    }
    CHECK(store->load(std::string{points}).value().empty());
    CHECK(apply(*store, effect(0, "e-1", 0)));
}

CONTRACT_CASE("the position follows the finished events and names the last of them", "[effects]") {
    const auto store = empty_store();
    CHECK(apply(*store, effect(0, "e-0", 0)));
    auto stored = store->load(std::string{points}).value();
    REQUIRE(stored.size() == 1);
    CHECK(stored[0] == Checkpoint{std::string{topic}, 0, 1, 0, "e-0"});
    CHECK(apply(*store, effect(3, "e-3", 1)));  // the events 1 and 2 are not finished
    CHECK(position(*store) == 1);
    CHECK(apply(*store, effect(5, "e-5", 4)));
    stored = store->load(std::string{points}).value();
    CHECK(stored[0] == Checkpoint{std::string{topic}, 0, 4, 0, "e-0"});
}

CONTRACT_CASE("an effect of which nothing is known to be finished moves no position", "[effects]") {
    const auto store = empty_store();
    CHECK(apply(*store, effect(7, "e-7")));
    CHECK(store->load(std::string{points}).value().empty());
}

CONTRACT_CASE("a position never goes back", "[effects]") {
    const auto store = empty_store();
    const std::vector<PartitionOffset> far{{std::string{topic}, 0, 10}};
    const std::vector<PartitionOffset> near{{std::string{topic}, 0, 4}};
    store->save(std::string{points}, far).value();
    store->save(std::string{points}, near).value();
    CHECK(position(*store) == 10);
    CHECK(apply(*store, effect(11, "e-11", 8)));
    CHECK(position(*store) == 10);
}

CONTRACT_CASE("what lies below the stored position was handled, whatever its id", "[effects]") {
    const auto store = empty_store();
    const std::vector<PartitionOffset> far{{std::string{topic}, 0, 10}};
    store->save(std::string{points}, far).value();
    CHECK_FALSE(apply(*store, effect(9, "never seen")));
    CHECK(apply(*store, effect(10, "e-10")));
    CHECK(apply(*store, effect(9, "never seen", -1, "badges-v1")));
}

CONTRACT_CASE("each partition of a projection has its position", "[effects]") {
    const auto store = empty_store();
    const std::vector<PartitionOffset> both{{std::string{topic}, 0, 3}, {std::string{topic}, 1, 5}, {"returns", 0, 7}};
    store->save(std::string{points}, both).value();
    auto stored = store->load(std::string{points}).value();
    std::sort(stored.begin(), stored.end(), [](const Checkpoint& left, const Checkpoint& right) {
        return std::tie(left.topic, left.partition) < std::tie(right.topic, right.partition);
    });
    REQUIRE(stored.size() == 3);
    CHECK(stored[0].position == 3);
    CHECK(stored[1] == Checkpoint{std::string{topic}, 1, 5, -1, ""});
    CHECK(stored[2].topic == "returns");
    CHECK(store->load("badges-v1").value().empty());
}

CONTRACT_CASE("what one store commits, another one of the database sees", "[effects]") {
    const auto first = empty_store();
    const auto second = contract::subjects().effects->open();
    CHECK(apply(*first, effect(0, "e-0", 0)));
    CHECK_FALSE(apply(*second, effect(0, "e-0", 0)));
    CHECK(position(*second) == 1);
}

CONTRACT_CASE("of two owners that handle one event at the same time one is the first", "[effects]") {
    const auto store = empty_store();
    constexpr int events = 20;
    std::atomic<int> mine{0};
    const auto own = [&] {
        for (int event = 0; event < events; ++event) {
            const std::string id = "e-" + std::to_string(event);
            if (apply(*store, effect(event, id))) ++mine;
        }
    };
    auto other = std::async(std::launch::async, own);
    own();
    other.get();
    CHECK(mine == events);
}

CONTRACT_CASE("inbox rows go after the window, and only behind the stored position", "[effects]") {
    using namespace std::chrono_literals;
    const auto store = empty_store();
    CHECK(apply(*store, effect(0, "e-0", 0)));
    CHECK(apply(*store, effect(5, "e-5", 1)));
    contract::subjects().effects->pass(59min);
    CHECK(store->purge(std::string{points}).value() == 0);
    contract::subjects().effects->pass(2min);
    CHECK(store->purge(std::string{points}).value() == 1);
    CHECK_FALSE(apply(*store, effect(9, "e-5", 1)));
    const std::vector<PartitionOffset> far{{std::string{topic}, 0, 6}};
    store->save(std::string{points}, far).value();
    CHECK(store->purge(std::string{points}).value() == 1);
    CHECK(store->purge(std::string{points}).value() == 0);
}
