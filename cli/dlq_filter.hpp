#pragma once

#include "connection.hpp"

#include <eventsdk/consume/redrive.hpp>

#include <memory>
#include <string>

namespace cli {

/// What the dlq commands have in common: which topic, and which of its dead letters.
struct DlqChoice {
    Connection connection{};
    std::string topic{};
    std::string key{};
    std::string from{};
    std::string until{};
    std::string offsets{};
    std::int32_t partition = -1;
    eventsdk::DeadLetterFilter filter{};

    /// Puts the texts into the filter; ends the command when one cannot be understood.
    void finish();
    /// Narrows nothing.
    [[nodiscard]] bool everything() const;
};

/// Adds TOPIC, the filters and the connection's options.
void add_dlq_options(CLI::App& command, DlqChoice& choice);

}  // namespace cli
