#include <eventsdk/sqlite/outbox.hpp>

#include "fault/outbox/killed_relays.hpp"
#include "fault/outbox/published.hpp"
#include "support/catch.hpp"
#include "support/shop_events.hpp"
#include "support/sqlite_file.hpp"

using namespace eventsdk;
using test::Process;
using test::SqliteFile;

namespace {

constexpr int first_events = 8;
constexpr int all_events = 12;
constexpr auto bound = std::chrono::seconds{60};

/// An outbox with a topic of its own.
struct Shop {
    std::string bootstrap = test::kafka_bootstrap();
    std::string topic = test::unique_name("orders");
    SqliteFile file;
    sqlite::Outbox outbox{test::shop_catalogue(topic)};

    Shop() {
        test::make_topic(bootstrap, topic);
        outbox.ensure_tables(file.connection()).value();
    }
    void append(int first, int last) {
        for (int i = first; i < last; ++i)
            outbox.append(file.connection(), "order-" + std::to_string(i % 3), OrderPlaced{"book", i}).value();
    }
    [[nodiscard]] Process relay(int step = -1, int signal = SIGKILL) const {
        return Process{
            {OUTBOX_STEPPED_RELAY, file.path(), bootstrap, topic, std::to_string(step), std::to_string(signal)}};
    }
    [[nodiscard]] bool is_drained() const { return file.number("SELECT count(*) FROM outbox") == 0; }
    void check() const {
        std::map<std::string, std::vector<std::int64_t>> appended;
        for (int i = 0; i < all_events; ++i) appended["order-" + std::to_string(i % 3)].push_back(i);
        const auto verdict = test::compare(appended, test::BareReader{bootstrap, "read_committed"}.read(topic, 3));
        CHECK(verdict.missing == 0);
        CHECK(verdict.unwanted == 0);
        CHECK(verdict.reordered == 0);
        CHECK(verdict.doubled == 0);
    }
};

/// Runs one relay up to its step, a second one past it, and lets the first go on when it was only paused.
/// @return false when there was no such step any more
bool run(int step, int signal) {
    CAPTURE(step);
    Shop shop;
    shop.append(0, first_events);
    Process first = shop.relay(step, signal);
    bool reached = false;
    REQUIRE(test::becomes_true(
        [&] {
            reached = first.state() != Process::State::running;
            return reached || shop.is_drained();
        },
        bound));
    shop.append(first_events, all_events);
    Process second = shop.relay();
    REQUIRE(test::becomes_true([&shop] { return shop.is_drained(); }, bound));
    if (reached && signal == SIGSTOP) {
        first.go_on();
        std::this_thread::sleep_for(std::chrono::milliseconds{700});
    }
    shop.check();
    return reached;
}

}  // namespace

TEST_CASE("a transactional relay that is killed between any two steps doubles nothing on a real Kafka",
          "[sqlite][outbox][fault]") {
    const int stride = test::experiment_size(6, 1);
    int step = 0;
    while (run(step, SIGKILL)) step += stride;
    std::printf("transactional relay on SQLite and Kafka: %s at %d steps, nothing lost or doubled\n", "killed",
                step / stride);
    CHECK(step > 20);
}

TEST_CASE("a transactional relay that is stopped past its lease between any two steps doubles nothing on a real Kafka",
          "[sqlite][outbox][fault]") {
    const int stride = test::experiment_size(6, 1);
    int step = 0;
    while (run(step, SIGSTOP)) step += stride;
    std::printf("transactional relay on SQLite and Kafka: %s at %d steps, nothing lost or doubled\n", "stopped",
                step / stride);
    CHECK(step > 20);
}
