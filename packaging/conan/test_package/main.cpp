#include <eventsdk/eventsdk.hpp>
#include <eventsdk/memory/broker.hpp>

int main() {
    const eventsdk::memory::Broker broker;
    return broker.port().probe(eventsdk::Duration{1'000}) ? 0 : 1;
}
