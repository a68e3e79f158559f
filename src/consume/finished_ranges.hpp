#pragma once

#include <eventsdk/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Offsets from `from` to before `to`, all finished (or not in the log at all).
struct OffsetRange {
    std::int64_t from = 0;
    std::int64_t to = 0;

    friend bool operator==(const OffsetRange&, const OffsetRange&) = default;
};

/// Kafka's bound of the text that travels with a commit (`offset.metadata.max.bytes`).
inline constexpr std::size_t max_metadata_bytes = 4'096;

struct EncodedRanges {
    std::string text{};    ///< empty when there is nothing to say
    bool complete = true;  ///< false: not all ranges fitted; the first ones are there
};

/// What is finished beyond a committed offset, as text for the commit's metadata: "ev1." and base64url of pairs of
/// varints (offsets left out, offsets finished).
/// @param ranges ascending, not overlapping, none before `committed`
[[nodiscard]] EncodedRanges encode_finished(std::int64_t committed, std::span<const OffsetRange> ranges,
                                            std::size_t max_bytes = max_metadata_bytes);

/// An unfinished record that failed before, and how often.
struct Tries {
    std::int64_t offset = 0;
    int attempts = 0;

    friend bool operator==(const Tries&, const Tries&) = default;
};

/// The tries of unfinished records, to stand behind encode_finished() in the same metadata: "." and base64url of pairs of
/// varints (offsets left out, attempts); those that fit, the first ones first.
/// @param finished what encode_finished() gave
/// @param tries ascending, none before `committed`
[[nodiscard]] std::string with_tries(std::string finished, std::int64_t committed, std::span<const Tries> tries,
                                     std::size_t max_bytes = max_metadata_bytes);
[[nodiscard]] std::vector<Tries> decode_tries(std::int64_t committed, std::string_view metadata);

/// The reverse; anything that encode_finished() did not write (other tools' metadata) gives no ranges.
[[nodiscard]] std::vector<OffsetRange> decode_finished(std::int64_t committed, std::string_view metadata);

}  // namespace consume
EVENTSDK_END_NAMESPACE
