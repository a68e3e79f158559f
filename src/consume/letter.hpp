#pragma once

#include "event/codec.hpp"

#include <eventsdk/consume/redrive.hpp>

#include <map>
#include <unordered_set>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Where a dead letter comes from, by its headers.
struct Letter {
    std::string topic{};
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    std::string group{};
    std::int64_t redrives = 0;
    bool by_reference = false;
};

/// A decimal number of at least 0, or nothing.
[[nodiscard]] std::optional<std::int64_t> number(std::optional<std::string_view> text);

/// Nothing for a record that is no dead letter of this SDK.
[[nodiscard]] std::optional<Letter> read_letter(const ReceivedRecord& record);

/// A record that settles a dead letter of its partition.
struct Marker {
    std::int64_t offset = -1;
    DeadLetterState state = DeadLetterState::open;
    std::int64_t sent_offset = -1;  ///< of the record that went back, when known
};
[[nodiscard]] std::optional<Marker> read_marker(const ReceivedRecord& record);
[[nodiscard]] Record make_marker(const ReceivedRecord& letter, DeadLetterState state);
void note_sent(Record& marker, std::int64_t offset);

/// Whether a dead letter is wanted.
class LetterFilter {
public:
    explicit LetterFilter(const DeadLetterFilter& filter) : filter_{filter} {}
    [[nodiscard]] bool wants(const ReceivedRecord& letter);

private:
    [[nodiscard]] bool in_range(const ReceivedRecord& letter) const;
    [[nodiscard]] bool in_time(const ReceivedRecord& letter) const;
    [[nodiscard]] bool is_type(const ReceivedRecord& letter);

    const DeadLetterFilter& filter_;
    codec::Scratch scratch_;
    codec::Decoded decoded_;
};

/// What became of each dead letter of a topic, from one reading of it.
class LetterStates {
public:
    struct Entry {
        std::int64_t offset = -1;
        DeadLetterState state = DeadLetterState::open;
        bool marked = false;  ///< a record of the topic says so
    };

    /// Records of a partition come in the order of their offsets.
    void note(const ReceivedRecord& record);
    /// Null for a marker.
    [[nodiscard]] Entry* find(std::int32_t partition, std::int64_t offset);
    /// The first offset of the partition that is not settled, or `end`.
    [[nodiscard]] std::int64_t first_open(std::int32_t partition, std::int64_t end) const;

private:
    struct Identity {
        std::size_t a;
        std::size_t b;
        friend bool operator==(const Identity&, const Identity&) = default;
    };
    struct Hash {
        std::size_t operator()(const Identity& identity) const noexcept { return identity.a; }
    };
    static Identity identity_of(const Letter& letter, std::string_view timestamp);

    std::map<std::int32_t, std::vector<Entry>> entries_;
    std::unordered_set<Identity, Hash> seen_;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
