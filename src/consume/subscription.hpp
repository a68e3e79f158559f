#pragma once

#include <eventsdk/consume/projector.hpp>

#include <span>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// A name is among the wanted ones, or fits a pattern of them (one that begins with '^').
[[nodiscard]] bool subscribes(std::span<const std::string> wanted, const std::string& topic);

/// A pattern takes in the dead-letter or parking topic of a topic that it takes in, too. Nobody means that: what is dead
/// would be handled beside its redrive, and what fails again be dead-lettered in a topic that there is none of.
[[nodiscard]] bool is_own_letter_topic(const ProjectorOptions& options, const std::string& topic);

}  // namespace consume
EVENTSDK_END_NAMESPACE
