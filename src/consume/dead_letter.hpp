#pragma once

#include "consume/task.hpp"

#include <eventsdk/consume/dead_letter_options.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// The dead letter of a record that failed: same key, value and headers, and the headers that say why. A record that
/// was dead before keeps its first position.
/// @param by_reference leave the value and large original headers out; write the value's SHA-256
[[nodiscard]] Record make_dead_letter(const ReceivedRecord& record, const Failure& failure, const std::string& group,
                                      const DeadLetterOptions& options, bool by_reference);

/// A record that failed, for one of its retry topics: same key, value and headers, where it failed first, why it failed,
/// and when it is due. Only `group` handles it.
[[nodiscard]] Record make_retry(const ReceivedRecord& record, const Failure& failure, const std::string& group,
                                const DeadLetterOptions& options, std::string retry_topic);

/// What goes back to the topic of a dead letter, for the group that failed: the original's bytes, where it failed first,
/// and how often it was sent back.
/// @param letter one for which read_letter() has an answer
[[nodiscard]] Record make_redriven(Record original, const ReceivedRecord& letter);

/// Takes away what a dead letter or a redrive added to the original's headers.
void erase_dead_letter_headers(std::vector<Header>& headers);

/// Hexadecimal.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// `text` as valid UTF-8 of at most `max_bytes`.
[[nodiscard]] std::string printable_message(std::string_view text, std::size_t max_bytes);

}  // namespace consume
EVENTSDK_END_NAMESPACE
