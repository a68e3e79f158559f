#pragma once

#include <eventsdk/broker/broker.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

class FaultState;

/// The calls of the broker ports that a FaultPlan can spoil.
enum class Operation : std::uint8_t {
    write,               ///< Writer::write(), TransactionalWriter::write()
    poll,                ///< Reader::poll()
    commit,              ///< Reader::commit(), commit_async()
    committed,           ///< Reader::committed()
    begin,               ///< TransactionalWriter::begin()
    add_offsets,         ///< TransactionalWriter::add_offsets()
    commit_transaction,  ///< TransactionalWriter::commit()
    abort_transaction,   ///< TransactionalWriter::abort()
    initialise,          ///< BrokerPort::transactional_writer()
    admin,               ///< every call of Admin
};

/// One call, as a predicate sees it. The views live for the call only.
struct Call {
    Operation operation = Operation::write;
    const Record* record = nullptr;                ///< of a write
    std::span<const PartitionOffset> positions{};  ///< of commit and add_offsets
    std::uint64_t number = 1;                      ///< counts the calls of this operation, from 1
};

/// Makes a broker fail as a test wants it: a decorator of the ports, the same for every backend.
///
///     memory::Broker broker;
///     testing::FaultPlan faults{broker};
///     faults.fail_next(testing::Operation::write, 3, ErrorKind::retriable);
///
/// What is made from the broker handle after the plan passes through it, also by copies of the handle taken
/// afterwards; what was made before does not. A failed write ends as a failed outcome and is not stored; in a
/// transaction it spoils the transaction. Other failed calls return the error and do nothing.
/// The plan's destructor ends all its faults; what was made through it goes on undisturbed.
///
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API FaultPlan {
public:
    using Predicate = std::function<bool(const Call& call)>;

    explicit FaultPlan(Broker& broker);
    ~FaultPlan();
    FaultPlan(const FaultPlan&) = delete;
    FaultPlan& operator=(const FaultPlan&) = delete;

    /// The next `count` calls fail with an error of that kind, code "testing.fault".
    void fail_next(Operation operation, int count, ErrorKind kind);
    /// The next `count` calls fail with that error.
    void fail_next(Operation operation, int count, Error error);
    /// Every call for which `predicate` is true fails, until heal().
    /// @param predicate called from any thread, one call at a time; must not throw or use the SDK
    void fail_when(Predicate predicate, Error error);
    /// The next `count` calls take until the runtime's clock has moved on by `time`. A delayed write is stored then,
    /// and later writes of its writer wait behind it; other delayed calls wait up to their own timeout: a poll brings
    /// nothing, the rest is `retriable` "kafka.timeout".
    void delay_next(Operation operation, int count, Duration time);
    /// The next `count` calls do their work, but the caller does not hear of it: writes and transaction commits end
    /// `indeterminate`, the others `retriable`.
    void lose_acknowledgements(Operation operation, int count);

    /// Whoever reads these partitions as a member of a group (all of its partitions when none are named) has them
    /// revoked in its next poll() and gets them back in the poll after it, where the group's commit is.
    void revoke(std::vector<TopicPartition> partitions = {});
    /// The same without notice: lost() instead of revoked(), and commits of them are `fenced` "reader.not_owner"
    /// from now on until they are back.
    void lose(std::vector<TopicPartition> partitions = {});

    /// No broker answers until broker_up(): writes wait in their writers' queues and end `retriable` after their
    /// delivery timeout, writes in transactions at once; a commit of a transaction ends `indeterminate` and did not
    /// happen; reader's commits are `retriable`; everything else is `unavailable`.
    void broker_down();
    void broker_up();

    /// Stores the writes whose delay has passed. Any call of their writer does so too.
    void settle();
    /// Ends all faults, delays and outages.
    void heal();
    /// Calls of that operation so far, failed ones included.
    [[nodiscard]] std::uint64_t calls(Operation operation) const;

private:
    std::shared_ptr<FaultState> state_;
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
