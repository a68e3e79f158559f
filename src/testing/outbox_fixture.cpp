#include <eventsdk/testing/outbox_fixture.hpp>

#include "outbox/forwarding_store.hpp"

#include <algorithm>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

namespace {

constexpr std::size_t most_blocked = 1'000;

/// Rows that no relaying brings out: rejected ones, and those behind them.
std::int64_t held_back(const OutboxStatus& status) {
    std::int64_t rows = 0;
    std::map<std::string, bool> counted;
    for (const BlockedRow& row : status.blocked) {
        if (counted.emplace(row.aggregate_id, true).second) rows += 1 + row.waiting_behind;
    }
    return rows;
}

}  // namespace

OutboxFixture::OutboxFixture(std::unique_ptr<OutboxStore> store, Catalogue catalogue, RelayOptions options)
    : catalogue_{std::move(catalogue)}, broker_{{}, Runtime{.logger = silent_logger()}}, store_{std::move(store)} {
    for (const std::string& topic : catalogue_.topics()) broker_.create_topic({.name = topic}).value();
    Broker decorated = broker_;
    faults_ = std::make_unique<FaultPlan>(decorated);
    auto shared = std::make_unique<outbox::ForwardingStore>(store_);  // the fixture keeps the store for its questions
    relay_ =
        std::make_unique<OutboxRelay>(OutboxRelay::create(std::move(shared), decorated, std::move(options)).value());
}

OutboxFixture::~OutboxFixture() = default;

RelayOptions OutboxFixture::brisk() {
    RelayOptions options;
    options.retry.first_delay = Duration{1};
    options.retry.max_delay = Duration{1};
    return options;
}

bool OutboxFixture::run(Duration patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        const auto published = relay_->run_once();
        if (!published && published.error().kind == ErrorKind::fatal) return false;
        const OutboxStatus now = status();
        if (now.pending <= held_back(now)) return true;
        if (published.value_or(0) == 0) std::this_thread::yield();
    }
    return false;
}

OutboxStatus OutboxFixture::status() { return store_->status(most_blocked).value(); }

void OutboxFixture::resolve(std::int64_t seq, Resolution resolution) {
    for (const BlockedRow& row : status().blocked) {
        if (row.seq != seq || resolution != Resolution::dead_letter) continue;
        (void)broker_.create_topic({.name = row.topic + ".dlq"});
    }
    store_->resolve(seq, resolution).value();
    store_->rewind();
}

std::string OutboxFixture::compare(const std::vector<Record>& expected) {
    const bool all = run();
    std::string text = all ? "" : "rows are left in the outbox";
    for (const std::string& topic : catalogue_.topics()) {
        std::vector<Record> wanted;
        std::copy_if(expected.begin(), expected.end(), std::back_inserter(wanted),
                     [&](const Record& record) { return record.topic == topic; });
        const std::vector<Record> records = published(topic);
        const std::vector<Record> fresh{records.begin() + static_cast<std::ptrdiff_t>(compared_[topic]), records.end()};
        compared_[topic] = records.size();
        const std::string found = event_difference(catalogue_, wanted, fresh);
        if (!found.empty()) text += (text.empty() ? "" : "\n") + ("topic " + topic + ":\n") + found;
    }
    return text;
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
