// Takes snapshots of accounts over and over until it is killed: the process that killed_publisher_test kills.
// usage: snapshot_publisher BOOTSTRAP ENVIRONMENT ACCOUNTS

#include "integration/snapshot/kafka_bank.hpp"

#include <cstdio>

using namespace eventsdk;

int main(int count, char** arguments) {
    if (count != 4) return 2;
    const Broker broker = support::connect_to(arguments[1]);
    const Catalogue catalogue = support::account_catalogue(arguments[2]);
    auto snapshots = Snapshots<support::Account>::create(broker, catalogue, {.history = true}).value();
    const int accounts = std::stoi(arguments[3]);
    while (true) {
        for (int i = 0; i < accounts; ++i) {
            const auto published = snapshots.publish("account-" + std::to_string(i));
            if (!published) std::fprintf(stderr, "%s\n", published.error().to_string().c_str());
        }
    }
}
