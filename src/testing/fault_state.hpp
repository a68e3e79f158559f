#pragma once

#include <eventsdk/broker/error_codes.hpp>
#include <eventsdk/testing/fault_plan.hpp>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

[[nodiscard]] inline Error fault(ErrorKind kind, std::string_view code, std::string message) {
    return {.kind = kind, .code = std::string{code}, .message = std::move(message)};
}

[[nodiscard]] inline Error late() {
    return fault(ErrorKind::retriable, codes::timeout, "the fault plan delays the answer");
}
[[nodiscard]] inline Error nobody() {
    return fault(ErrorKind::unavailable, codes::unavailable, "the fault plan has taken the broker down");
}

/// What becomes of one call.
struct Verdict {
    std::optional<Error> error{};        ///< fails, nothing is done
    std::optional<MonotonicTime> due{};  ///< happens when the runtime's clock is there
    bool unacknowledged = false;         ///< happens, and the caller is told that nobody answered
    bool down = false;                   ///< no broker answers
};

/// A writer that holds records back.
class Held {
public:
    virtual ~Held() = default;
    /// Lets go what is due; with `all` whatever is held.
    virtual void settle(bool all) = 0;
};

/// Partitions that a reader is to lose.
struct Loss {
    std::uint64_t number = 0;
    bool noticed = true;                       ///< revoked(), else lost()
    std::vector<TopicPartition> partitions{};  ///< empty: all
};

/// What a plan and everything made through it share.
class FaultState {
public:
    explicit FaultState(std::shared_ptr<BrokerPort> port) : port_{std::move(port)} {}

    [[nodiscard]] BrokerPort& port() const { return *port_; }
    [[nodiscard]] MonotonicTime now() const { return port_->runtime().clock->monotonic(); }

    /// Counts the call and decides.
    [[nodiscard]] Verdict judge(Operation operation, const Record* record = nullptr,
                                std::span<const PartitionOffset> positions = {});
    [[nodiscard]] bool down() const;
    /// Waits in real time, up to `deadline`, until the runtime's clock has reached `due` (and no outage is on).
    bool wait_until_due(std::optional<MonotonicTime> due, std::chrono::steady_clock::time_point deadline);
    /// Losses with a number above `after`.
    [[nodiscard]] std::vector<Loss> losses(std::uint64_t after) const;
    [[nodiscard]] std::uint64_t last_loss() const;

    void add_rule(Operation operation, int count, const Verdict& verdict, Duration delay);
    void add_predicate(FaultPlan::Predicate predicate, Error error);
    void add_loss(bool noticed, std::vector<TopicPartition> partitions);
    void set_down(bool down);
    void heal();
    void settle(bool all);
    [[nodiscard]] std::uint64_t calls(Operation operation) const;
    void enlist(Held& held);
    void dismiss(Held& held);

private:
    static constexpr std::size_t operation_count = 10;
    struct Rule {
        int left = 0;
        Verdict verdict{};
        Duration delay{};
    };
    struct Condition {
        FaultPlan::Predicate predicate;
        Error error;
    };

    const std::shared_ptr<BrokerPort> port_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::array<std::deque<Rule>, operation_count> rules_;
    std::array<std::uint64_t, operation_count> calls_{};
    std::vector<Condition> conditions_;
    std::vector<Loss> losses_;
    std::uint64_t last_loss_ = 0;
    bool down_ = false;
    std::mutex held_mutex_;  ///< never taken inside mutex_
    std::vector<Held*> held_;
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
