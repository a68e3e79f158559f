#include "integration/produce/kafka_fixture.hpp"

#include <sys/resource.h>

#include <atomic>
#include <set>
#include <thread>

using namespace eventsdk;
using support::AssignmentGraded;
using support::KafkaAssignments;

namespace {

/// Pauses the only broker for a while, and lets it go on whatever happens.
class Pause {
public:
    Pause(std::chrono::milliseconds after, std::chrono::milliseconds length)
        : thread_{[after, length] {
              std::this_thread::sleep_for(after);
              if (!test::signal_kafka_node(1, "STOP")) return;
              std::this_thread::sleep_for(length);
              (void)test::signal_kafka_node(1, "CONT");
          }} {}

private:
    std::jthread thread_;
};

/// The most memory that this process ever had.
long peak_kib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("a broker that stands still in mid-stream loses nothing, doubles nothing and keeps each key's order",
          "[produce][fault]") {
    const int records = test::experiment_size(100'000, 1'000'000);
    const std::chrono::seconds length{test::experiment_size(5, 30)};
    KafkaAssignments kafka;
    ProducerOptions options;
    options.publish_timeout = Duration{120'000};
    Producer producer = Producer::create(kafka.broker, kafka.catalogue, options).value();
    std::vector<std::atomic<std::uint8_t>> called(static_cast<std::size_t>(records));
    std::atomic<int> failed{0};
    const long before = peak_kib();
    {
        const Pause pause{std::chrono::milliseconds{500}, length};
        for (int i = 0; i < records; ++i) {
            auto& mine = called[static_cast<std::size_t>(i)];
            const auto sent = producer.publish_async(std::to_string(i % 97), AssignmentGraded{"ada", i / 97},
                                                     [&](const Result<Receipt>& outcome) {
                                                         ++mine;
                                                         if (!outcome) ++failed;
                                                     });
            REQUIRE(sent);
        }
        REQUIRE(producer.flush(Duration{180'000}));
    }
    CHECK(peak_kib() - before <= 64 * 1'024);  // 10,000 records at most are on their way
    CHECK(failed == 0);
    for (const auto& times : called) REQUIRE(times == 1);
    std::map<std::string, std::int64_t> next;
    std::set<std::string> ids;
    OpenScratch scratch;
    Opened opened;
    for (const auto& [partition, list] : kafka.read(kafka.grades))
        for (const Record& record : list) {
            const ReceivedRecord received = make_received(record, partition, 0);
            REQUIRE(kafka.catalogue.open(received, scratch, opened));
            REQUIRE(opened.as<AssignmentGraded>()->points == next[*record.key]++);
            REQUIRE(ids.insert(std::string{opened.envelope.event_id}).second);
        }
    CHECK(ids.size() == static_cast<std::size_t>(records));
}
