#pragma once

#include "kafka/rdkafka.hpp"

#include <eventsdk/broker/record.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// A record that waits to be written by the client that replaces a failed one.
struct Salvaged {
    Record record{};
    std::uint64_t tag = 0;
    std::uint64_t order = 0;
};

/// The record as it was written, to the partition that it was meant for.
[[nodiscard]] Record record_of(const rd_kafka_message_t& message);

/// Records that are not to be written before earlier ones of their key are answered for: those may be stored or not,
/// and only their publisher can say so, by publishing the same bytes again.
class HeldKeys {
public:
    using Key = std::pair<std::string, std::string>;  // topic, key
    using Deadline = std::chrono::steady_clock::time_point;

    /// A record that may be stored. One without a key has no order to keep.
    void await(const Record& record, std::uint64_t order, Deadline until);
    /// True when `record` is one of those awaited: it may be written.
    [[nodiscard]] bool answers(const Record& record) const;
    /// It was written; the last of its key frees the key.
    void answered(const Record& record);
    [[nodiscard]] bool holds(const Record& record, std::uint64_t order) const;
    void add(Salvaged salvaged);
    /// Takes the records of keys that are free: answered for, or past their time.
    [[nodiscard]] std::vector<Salvaged> take_answered();
    [[nodiscard]] std::vector<Salvaged> take_expired(Deadline now);
    [[nodiscard]] std::vector<Salvaged> take_all();

    [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }
    [[nodiscard]] std::size_t records() const noexcept { return records_; }
    /// When the next key is past its time; keys are not empty.
    [[nodiscard]] Deadline next_expiry() const;

private:
    struct Held {
        std::vector<std::string> awaited{};
        std::uint64_t first_order = 0;
        Deadline until{};
        std::vector<Salvaged> behind{};
    };
    template <class Free>
    std::vector<Salvaged> take_if(Free&& free);

    std::map<Key, Held> keys_;
    std::size_t records_ = 0;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
