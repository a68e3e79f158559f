#include "world.hpp"

#include "support/passing_port.hpp"

#include <map>
#include <mutex>
#include <thread>

using namespace world;

namespace {

/// How often each thread did what.
class Threads {
public:
    void note() {
        const std::lock_guard lock{mutex_};
        ++counts_[std::this_thread::get_id()];
    }
    [[nodiscard]] int of_this_one() const {
        const std::lock_guard lock{mutex_};
        const auto found = counts_.find(std::this_thread::get_id());
        return found == counts_.end() ? 0 : found->second;
    }
    [[nodiscard]] int of_all() const {
        const std::lock_guard lock{mutex_};
        int all = 0;
        for (const auto& [thread, count] : counts_) all += count;
        return all;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::thread::id, int> counts_;
};

struct Watched {
    Threads freed{};
    Threads forgotten{};
};

/// A record whose memory is watched.
struct WatchedRecord {
    ReceivedRecord record{};
    Watched* watched = nullptr;

    static const WatchedRecord& of(const void* handle) { return *static_cast<const WatchedRecord*>(handle); }
    static std::size_t header_count(const void* handle) noexcept { return of(handle).record.header_count(); }
    static HeaderView header_at(const void* handle, std::size_t index) noexcept {
        return of(handle).record.header_at(index);
    }
    static void release(void* handle) noexcept {
        const std::unique_ptr<WatchedRecord> own{static_cast<WatchedRecord*>(handle)};
        own->watched->freed.note();
    }
    static void forget_headers(void* handle) noexcept { of(handle).watched->forgotten.note(); }
};

constexpr RecordStorage storage{
    WatchedRecord::header_count,  WatchedRecord::header_at, WatchedRecord::release, nullptr, nullptr,
    WatchedRecord::forget_headers};

ReceivedRecord watch(ReceivedRecord&& inner, Watched& watched) {
    auto held = std::make_unique<WatchedRecord>();
    held->record = std::move(inner);
    held->watched = &watched;
    const ReceivedRecord& record = held->record;
    ReceivedRecord made{storage, held.get()};
    made.topic = record.topic;
    made.partition = record.partition;
    made.offset = record.offset;
    made.timestamp = record.timestamp;
    made.key = record.key;
    made.value = record.value;
    made.assignment = record.assignment;
    static_cast<void>(held.release());
    return made;
}

class WatchedReader final : public test::PassingReader {
public:
    WatchedReader(std::unique_ptr<Reader> reader, Watched& watched)
        : PassingReader{std::move(reader)}, watched_{watched} {}

    Result<std::size_t> poll(std::vector<ReceivedRecord>& out, std::size_t max_records, Duration timeout) override {
        const std::size_t before = out.size();
        auto polled = PassingReader::poll(out, max_records, timeout);
        for (std::size_t at = before; at < out.size(); ++at) out[at] = watch(std::move(out[at]), watched_);
        return polled;
    }

private:
    Watched& watched_;
};

class WatchedPort final : public test::PassingPort {
public:
    WatchedPort(std::shared_ptr<BrokerPort> port, Watched& watched) : PassingPort{std::move(port)}, watched_{watched} {}

    Result<std::unique_ptr<Reader>> reader(const ReaderOptions& options, RebalanceListener* listener) override {
        auto made = PassingPort::reader(options, listener);
        if (!made) return made;
        return std::unique_ptr<Reader>{std::make_unique<WatchedReader>(std::move(*made), watched_)};
    }

private:
    Watched& watched_;
};

}  // namespace

TEST_CASE("the polling thread frees handled records, the workers give back their headers", "[consume][unit]") {
    constexpr int events = 3'000;
    World world{2};
    for (int points = 0; points < events; ++points) (void)world.publish("s" + std::to_string(points % 50), points);
    Watched watched;
    world.broker.decorate(std::make_shared<WatchedPort>(world.broker.shared_port(), watched));
    Projection counting{"counting"};
    counting.on<Scored>([](const Scored&) {});
    Projector projector = world.projector(std::move(counting), {.workers = 2});
    REQUIRE(projector.run_until_caught_up().value() == StopReason::caught_up);  // polls on this thread
    REQUIRE(watched.freed.of_all() == events);
    REQUIRE(watched.freed.of_this_one() == events);
    REQUIRE(watched.forgotten.of_all() == events);
    REQUIRE(watched.forgotten.of_this_one() == 0);
}
