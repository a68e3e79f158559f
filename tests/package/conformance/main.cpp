// [main]
#include <eventsdk/conformance/run.hpp>

#include "somebodys_broker.hpp"
#include "somebodys_inbox.hpp"

int main(int argc, char** argv) {
    SomebodysBroker broker;
    SomebodysInbox inbox;
    return eventsdk::conformance::run({.broker = &broker, .effects = &inbox}, argc, argv);
}
// [main]
