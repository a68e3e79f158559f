#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/consume/projection.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// The stores of a projection's handlers.
struct Stores {
    std::shared_ptr<EffectStore> positions{};  ///< null: the group's offsets count
    std::vector<std::shared_ptr<EffectStore>> all{};
};

/// @return `invalid_argument` "projection.two_stores": one position cannot be kept in two databases
[[nodiscard]] Result<Stores> stores_of(const Projection& projection);

/// Begins partitions where the projection's store says instead of at the group's offset, once their logs are found to
/// be the ones that the store knows; moves stored positions along with commits; purges inboxes. Belongs to the polling
/// thread.
class StoredPositions {
public:
    StoredPositions(Broker broker, Catalogue catalogue, std::string projection, Stores stores)
        : broker_{std::move(broker)},
          catalogue_{std::move(catalogue)},
          projection_{std::move(projection)},
          stores_{std::move(stores)} {}

    [[nodiscard]] bool active() const { return stores_.positions != nullptr; }
    void wait(const AssignedPartition& partition, MonotonicTime at);
    void forget(const TopicPartition& partition);
    /// The waiting partitions, with the offsets to begin at. None while the store or the broker is not to be reached:
    /// asked again a second later.
    /// @return `permanent` "effects.other_log", or what else makes going on wrong
    [[nodiscard]] Result<std::vector<AssignedPartition>> place(MonotonicTime at);
    /// Whether the logs are those that the positions were stored for. @return as place()
    [[nodiscard]] Result<void> check_logs(std::span<const Checkpoint> stored);
    /// Brings positions into the store; those that it cannot take now, later.
    void save(std::span<const PartitionOffset> positions, MonotonicTime at);
    void purge(MonotonicTime at);

private:
    [[nodiscard]] Result<void> find_stored(std::vector<Checkpoint>& found);
    [[nodiscard]] Result<void> check_event(const ReceivedRecord& record, const Checkpoint& stored);
    void report(const Error* error, const char* what);

    Broker broker_;
    Catalogue catalogue_;
    std::string projection_;
    Stores stores_;
    std::vector<AssignedPartition> waiting_;
    MonotonicTime next_try_{};
    std::vector<PartitionOffset> unsaved_;
    MonotonicTime next_save_{};
    std::optional<MonotonicTime> next_purge_{};
    std::string trouble_;  // code of the store's last trouble
    OpenScratch scratch_;
    Opened opened_;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
