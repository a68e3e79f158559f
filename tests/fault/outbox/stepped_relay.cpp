// A relay on SQLite and a real Kafka that sends itself a signal before its n-th step: what stepped_relay_test starts.
// usage: outbox_stepped_relay FILE BOOTSTRAP ID STEP SIGNAL   (STEP -1: no signal)

#include <eventsdk/kafka/connect.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#include <eventsdk/sqlite/outbox.hpp>

#include "support/stepped_relay.hpp"

#include <signal.h>

#include <atomic>
#include <cstdio>

using namespace eventsdk;

int main(int count, char** arguments) {
    if (count != 6) return 2;
    const int step = std::stoi(arguments[4]);
    const int number = std::stoi(arguments[5]);
    std::atomic<int> passed{0};
    const test::Step stop = [&](std::string_view) {
        if (passed++ == step) ::raise(number);
        return true;
    };
    kafka::Options options;
    options.bootstrap_servers = arguments[2];
    Broker broker = kafka::connect(options, {.logger = silent_logger()}).value();
    broker.decorate(std::make_shared<test::SteppedPort>(broker.shared_port(), stop));
    auto store = std::make_unique<test::SteppedStore>(sqlite::open_outbox(arguments[1]).value(), stop);
    RelayOptions relay;
    relay.batch = 5;
    relay.lease = Duration{1'000};
    relay.poll_interval = Duration{20};
    relay.transactional = TransactionalRelay{.id = arguments[3]};
    const auto ended = OutboxRelay::create(std::move(store), broker, relay).value().run({});
    std::fprintf(stderr, "%s\n", ended ? "ended" : ended.error().to_string().c_str());
    return 1;
}
