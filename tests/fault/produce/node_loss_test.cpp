#include "integration/produce/kafka_fixture.hpp"

#include <atomic>
#include <set>
#include <thread>
#include <utility>

using namespace eventsdk;
using support::AssignmentGraded;
using support::KafkaAssignments;

namespace {

/// Brings the cluster back whatever happens.
class Outage {
public:
    explicit Outage(int node) : node_{node} {}
    ~Outage() {
        if (stopped_) (void)test::signal_kafka_node(node_, "CONT");
        if (killed_) (void)test::restart_kafka_node(node_);
    }
    Outage(const Outage&) = delete;
    Outage& operator=(const Outage&) = delete;

    void stop() { stopped_ = test::signal_kafka_node(node_, "STOP"); }
    void go_on() {
        REQUIRE(test::signal_kafka_node(node_, "CONT"));
        stopped_ = false;
    }
    void kill() { killed_ = test::signal_kafka_node(node_, "KILL"); }
    void restart() {
        REQUIRE(test::restart_kafka_node(node_));
        killed_ = false;
    }
    [[nodiscard]] bool under_way() const { return stopped_ || killed_; }

private:
    const int node_;
    bool stopped_ = false;
    bool killed_ = false;
};

/// Publishes events of 97 keys, numbered in each key, and remembers how each ended.
class Stream {
public:
    enum class End : std::uint8_t { none, delivered, retriable, indeterminate, other };

    Stream(const KafkaAssignments& kafka, const ProducerOptions& options, int records)
        : producer_{Producer::create(kafka.broker, kafka.catalogue, options).value()},
          ends_(static_cast<std::size_t>(records)),
          calls_(static_cast<std::size_t>(records)) {}

    /// At most `count`, as far as they go within the time. @return how many
    int publish_within(std::chrono::seconds time, int count, std::chrono::microseconds pause) {
        const auto end = std::chrono::steady_clock::now() + time;
        const int before = published_;
        while (published_ - before < count && std::chrono::steady_clock::now() < end) publish(1, pause);
        std::this_thread::sleep_until(end);
        return published_ - before;
    }
    void publish(int count, std::chrono::microseconds pause) {
        for (; count > 0; --count, ++published_) {
            const std::size_t i = static_cast<std::size_t>(published_);
            const auto sent =
                producer_.publish_async(std::to_string(published_ % keys), AssignmentGraded{"ada", published_ / keys},
                                        [this, i](const Result<Receipt>& outcome) { note(i, outcome); });
            if (!sent) note(i, sent.error());
            if (pause.count() > 0) std::this_thread::sleep_for(pause);
        }
    }
    void finish() { REQUIRE(producer_.flush(Duration{180'000})); }

    [[nodiscard]] std::size_t count(End end) const {
        return static_cast<std::size_t>(std::count(ends_.begin(), ends_.end(), end));
    }
    /// Every completion was called once, and the log holds what the outcomes say: delivered events, and no refused ones;
    /// each once and in order of its key, also where events ended by their time.
    void compare(const KafkaAssignments& kafka) const {
        for (const auto& calls : calls_) REQUIRE(calls == 1);
        std::vector<int> stored(ends_.size());
        std::map<std::string, std::int64_t> newest;
        OpenScratch scratch;
        Opened opened;
        for (const auto& [partition, list] : kafka.read(kafka.grades))
            for (const Record& record : list) {
                const ReceivedRecord received = make_received(record, partition, 0);
                REQUIRE(kafka.catalogue.open(received, scratch, opened));
                const std::int64_t number = opened.as<AssignmentGraded>()->points;
                const auto event = static_cast<std::size_t>(number * keys + std::stoi(*record.key));
                ++stored.at(event);
                const auto [last, first] = newest.try_emplace(*record.key, number);
                if (!first) REQUIRE(number > std::exchange(last->second, number));
            }
        for (std::size_t i = 0; i < stored.size(); ++i) {
            CAPTURE(i);
            if (ends_[i] == End::delivered) REQUIRE(stored[i] >= 1);
            if (ends_[i] == End::retriable) REQUIRE(stored[i] == 0);
            REQUIRE(stored[i] <= 1);
        }
    }

private:
    static constexpr int keys = 97;

    void note(std::size_t i, const Result<Receipt>& outcome) {
        ++calls_[i];
        if (outcome) ends_[i] = End::delivered;
        else if (outcome.error().kind == ErrorKind::retriable) ends_[i] = End::retriable;
        else if (outcome.error().kind == ErrorKind::indeterminate) ends_[i] = End::indeterminate;
        else ends_[i] = End::other;
    }

    Producer producer_;
    std::vector<End> ends_;
    std::vector<std::atomic<std::uint8_t>> calls_;
    int published_ = 0;
};

}  // namespace

TEST_CASE("one of three brokers that is paused, and one that is killed, cost time and no event", "[produce][fault]") {
    const int third = test::experiment_size(20'000, 200'000);
    const KafkaAssignments kafka{6};
    ProducerOptions options;
    options.publish_timeout = Duration{120'000};
    Stream stream{kafka, options, 3 * third};
    stream.publish(third, {});
    {
        Outage paused{2};
        paused.stop();
        REQUIRE(paused.under_way());
        stream.publish(third, {});
        paused.go_on();
    }
    Outage killed{3};
    killed.kill();
    REQUIRE(killed.under_way());
    stream.publish(third, {});
    stream.finish();
    killed.restart();
    CHECK(stream.count(Stream::End::delivered) == static_cast<std::size_t>(3 * third));
    stream.compare(kafka);
}

TEST_CASE("events whose time is over while a broker stands still end as what the log says", "[produce][fault]") {
    const int records = test::experiment_size(2'000, 20'000);
    const KafkaAssignments kafka{6};
    ProducerOptions options;
    options.writer.delivery_timeout = Duration{4'000};
    options.publish_timeout = Duration{60'000};
    Stream stream{kafka, options, 3 * records};
    stream.publish(records, {});
    int done = 0;
    {
        Outage paused{2};
        paused.stop();
        REQUIRE(paused.under_way());
        // Longer than a delivery time, so that events end; and than two of them, for which later events wait, only where
        // another broker leads by then.
        const std::chrono::seconds pause{test::experiment_size(6, 30)};
        done = stream.publish_within(pause, records, std::chrono::microseconds{1'500});
        paused.go_on();
    }
    stream.publish(2 * records - done, {});
    stream.finish();
    CHECK(stream.count(Stream::End::none) == 0);
    CHECK(stream.count(Stream::End::other) == 0);
    CHECK(stream.count(Stream::End::retriable) + stream.count(Stream::End::indeterminate) > 0);
    stream.compare(kafka);
}
