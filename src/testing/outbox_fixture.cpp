#include <eventsdk/testing/outbox_fixture.hpp>

#include <algorithm>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// The relay's way to the store that the fixture keeps for its questions.
class OutboxFixture::SharedStore final : public OutboxStore {
public:
    explicit SharedStore(std::shared_ptr<OutboxStore> store) : store_{std::move(store)} {}
    Result<std::vector<ShardLease>> lease(const std::string& relay, Duration duration) override {
        return store_->lease(relay, duration);
    }
    [[nodiscard]] int lease_group(int shard) const noexcept override { return store_->lease_group(shard); }
    Result<void> release(const std::string& relay) override { return store_->release(relay); }
    Result<std::vector<OutboxRow>> pending(std::span<const ShardLease> leases, std::size_t most) override {
        return store_->pending(leases, most);
    }
    void rewind() noexcept override { store_->rewind(); }
    Result<void> mark_published(std::span<const ShardLease> leases, std::span<const OutboxRow* const> rows) override {
        return store_->mark_published(leases, rows);
    }
    Result<void> mark_failed(std::span<const ShardLease> leases, std::span<const RowFailure> failures) override {
        return store_->mark_failed(leases, failures);
    }
    Result<OutboxStatus> status(std::size_t most_blocked) override { return store_->status(most_blocked); }
    Result<void> resolve(std::int64_t seq, Resolution resolution) override { return store_->resolve(seq, resolution); }
    Result<std::int64_t> purge_archive(Duration age) override { return store_->purge_archive(age); }

private:
    std::shared_ptr<OutboxStore> store_;
};

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
    relay_ = std::make_unique<OutboxRelay>(
        OutboxRelay::create(std::make_unique<SharedStore>(store_), decorated, std::move(options)).value());
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
