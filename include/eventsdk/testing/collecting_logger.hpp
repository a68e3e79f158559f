#pragma once

#include <eventsdk/core/logger.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {

/// One line of the log, its values as text ("true", "42", "0.5").
struct LoggedLine {
    LogLevel level = LogLevel::info;
    std::string message{};
    std::map<std::string, std::string> fields{};
};

/// A Logger port that keeps every line, for a test to look at afterwards.
///
/// **Thread safety**: all members may be called from any thread.
class EVENTSDK_API CollectingLogger final : public Logger {
public:
    [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return level != LogLevel::off; }
    void write(LogLevel level, std::string_view message, std::span<const LogField> fields) noexcept override;

    [[nodiscard]] std::vector<LoggedLine> lines() const;
    /// Lines of that level or worse.
    [[nodiscard]] std::size_t count(LogLevel least) const;
    /// True when the message, a field's name or a field's value of some line holds the text.
    [[nodiscard]] bool contains(std::string_view text) const;
    void clear();

private:
    mutable std::mutex mutex_;
    std::vector<LoggedLine> lines_;
};

}  // namespace testing
EVENTSDK_END_NAMESPACE
