#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integration/snapshot/kafka_bank.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <random>
#include <thread>

using namespace eventsdk;
using support::deposited;
using support::KafkaBank;

namespace {

constexpr int accounts = 8;

std::string name(int account) { return "account-" + std::to_string(account); }

/// A snapshot_publisher that runs until it is killed.
class Publisher {
public:
    explicit Publisher(const KafkaBank& bank) {
        const std::string bootstrap = test::kafka_bootstrap();
        const std::string number = std::to_string(accounts);
        process_ = ::fork();
        if (process_ == 0) {
            ::execl(SNAPSHOT_PUBLISHER, "snapshot_publisher", bootstrap.c_str(), bank.environment.c_str(),
                    number.c_str(), nullptr);
            ::_exit(127);
        }
    }
    ~Publisher() { end(); }
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    void signal(int number) const { ::kill(process_, number); }
    void end() {
        if (process_ <= 0) return;
        signal(SIGCONT);
        signal(SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }

private:
    pid_t process_ = -1;
};

/// Changes the accounts one after the other, so that each has had `done` events or one more.
class Changes {
public:
    explicit Changes(KafkaBank& bank) : bank_{bank}, thread_{[this] { run(); }} {}
    ~Changes() {
        stop_ = true;
        thread_.join();
    }
    [[nodiscard]] std::int64_t written() const { return written_.load(); }

private:
    void run() {
        for (std::int64_t revision = 1; !stop_; ++revision) {
            for (int account = 0; account < accounts; ++account) bank_.deposit(name(account), revision, revision);
            written_ = revision;
        }
    }

    KafkaBank& bank_;
    std::atomic<bool> stop_{false};
    std::atomic<std::int64_t> written_{0};
    std::thread thread_;
};

/// States of 1 to `revision`, each once.
void check(Snapshots<support::Account>& snapshots, int account, std::int64_t least) {
    const auto restored = snapshots.restore(name(account)).value();
    REQUIRE(restored.revision >= least);
    REQUIRE(restored.state == deposited(restored.revision));
}

}  // namespace

TEST_CASE("a publisher of snapshots that is killed or paused at random moments leaves no wrong state",
          "[snapshot][fault]") {
    const int kills = test::experiment_size(10, 100);
    KafkaBank bank{4};
    std::mt19937 random{std::random_device{}()};
    const auto moment = [&] { return std::chrono::milliseconds{std::uniform_int_distribution<int>{50, 900}(random)}; };
    auto reading = bank.snapshots();
    std::int64_t with_snapshot = 0;
    std::int64_t written = 0;
    {
        Changes writer{bank};
        for (int killed = 0; killed < kills; ++killed) {
            Publisher zombie{bank};
            std::this_thread::sleep_for(moment());
            zombie.signal(SIGSTOP);
            Publisher next{bank};
            std::this_thread::sleep_for(moment());
            zombie.signal(SIGCONT);  // goes on where it stopped, perhaps with a snapshot that is old by now
            const std::int64_t least = writer.written();
            for (int account = 0; account < accounts; ++account) check(reading, account, least);
            next.end();
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
            zombie.end();
            auto fresh = bank.snapshots({.history = true});
            const auto restored = fresh.restore(name(killed % accounts)).value();
            REQUIRE(restored.state == deposited(restored.revision));
            with_snapshot += restored.report.snapshot_revision ? 1 : 0;
            const auto half = fresh.restore_at(name(killed % accounts), restored.revision / 2).value();
            REQUIRE(half.state == deposited(restored.revision / 2));
        }
        written = writer.written();
    }
    for (int account = 0; account < accounts; ++account) check(reading, account, written);
    REQUIRE(with_snapshot > 0);
    WARN(kills << " kills and pauses, " << written << " events of each of " << accounts << " aggregates, "
               << with_snapshot << " restores began with a snapshot");
}
