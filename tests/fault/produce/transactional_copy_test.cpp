#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integration/produce/kafka_fixture.hpp"

#include <random>
#include <thread>

using namespace eventsdk;
using support::AssignmentGraded;
using support::KafkaAssignments;

namespace {

/// A copy_worker that runs until it is killed.
class Worker {
public:
    Worker(const KafkaAssignments& kafka, const std::string& group) {
        const std::string bootstrap = test::kafka_bootstrap();
        process_ = ::fork();
        if (process_ == 0) {
            ::execl(COPY_WORKER, "copy_worker", bootstrap.c_str(), kafka.submissions.c_str(), kafka.grades.c_str(),
                    group.c_str(), nullptr);
            ::_exit(127);
        }
    }
    ~Worker() { kill(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void kill() {
        if (process_ <= 0) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }

private:
    pid_t process_ = -1;
};

void submit(const KafkaAssignments& kafka, std::int64_t records) {
    Producer producer = Producer::create(kafka.broker, kafka.catalogue).value();
    for (std::int64_t i = 0; i < records; ++i) {
        auto event = support::submitted("student-" + std::to_string(i % 101));
        event.comment = std::to_string(i / 101);
        producer.publish_async(event.student_id, event, [](const Result<Receipt>& outcome) { (void)outcome.value(); })
            .value();
    }
    producer.flush(Duration{60'000}).value();
}

std::int64_t copied(const KafkaAssignments& kafka, const std::string& group) {
    auto admin = kafka.broker.port().admin().value();
    const auto offsets = admin->group_offsets(group, Duration{10'000});
    std::int64_t sum = 0;
    if (offsets)
        for (const PartitionOffset& offset : *offsets) sum += std::max<std::int64_t>(offset.offset, 0);
    return sum;
}

/// Waits until the group's committed offsets reach `target`, within a bound.
bool reach(const KafkaAssignments& kafka, const std::string& group, std::int64_t target) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{180};
    while (copied(kafka, group) < target) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return true;
}

}  // namespace

TEST_CASE("a transactional copy that is killed at random moments has each record exactly once, in order per key",
          "[process][fault]") {
    const std::int64_t records = test::experiment_size<std::int64_t>(20'000, 200'000);
    const int kills = test::experiment_size(4, 20);
    KafkaAssignments kafka;
    const std::string group = test::unique_name("copier");
    submit(kafka, records);
    std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<int> moment_ms{0, 200};
    for (int killed = 0; killed < kills; ++killed) {
        Worker worker{kafka, group};
        // Somewhere in the next share of the work, whatever the machine's speed.
        REQUIRE(reach(kafka, group, (killed + 1) * records / (kills + 2)));
        std::this_thread::sleep_for(std::chrono::milliseconds{moment_ms(random)});
        worker.kill();
    }
    Worker last{kafka, group};
    REQUIRE(reach(kafka, group, records));
    last.kill();

    std::map<std::string, std::int64_t> next;
    std::int64_t seen = 0;
    OpenScratch scratch;
    Opened opened;
    for (const auto& [partition, list] : kafka.read(kafka.grades))
        for (const Record& record : list) {
            const ReceivedRecord received = make_received(record, partition, 0);
            REQUIRE(kafka.catalogue.open(received, scratch, opened));
            REQUIRE(opened.as<AssignmentGraded>()->points == next[*record.key]++);
            ++seen;
        }
    CHECK(seen == records);
}
