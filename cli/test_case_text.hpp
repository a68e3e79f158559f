#pragma once

#include <eventsdk/broker/record.hpp>

#include <string>

namespace cli {

/// A dead letter as a test in C++ that gives the original record to the user's projection. Ends the command when the
/// value is not here (dead letters by reference).
[[nodiscard]] std::string test_case_text(const eventsdk::ReceivedRecord& letter);

}  // namespace cli
