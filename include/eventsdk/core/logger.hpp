#pragma once

#include <eventsdk/core/config.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

EVENTSDK_BEGIN_NAMESPACE

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

/// One named value of a log line; the views live for the call only.
struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Where the SDK's log lines go. Implement it to feed the service's own logger.
///
/// **Thread safety**: called from any thread, librdkafka's included; must not throw and must not call back into
/// the SDK. **Blocking**: a slow logger slows the caller down.
class EVENTSDK_API Logger {
public:
    virtual ~Logger() = default;
    [[nodiscard]] virtual bool enabled(LogLevel level) const noexcept = 0;
    virtual void write(LogLevel level, std::string_view message, std::span<const LogField> fields) noexcept = 0;

    void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) noexcept {
        if (enabled(level)) write(level, message, {fields.begin(), fields.size()});
    }

protected:
    Logger() = default;
    Logger(const Logger&) = default;
    Logger& operator=(const Logger&) = default;
};

/// Lines "2026-11-20T12:00:00.123Z warning message name=value …" on stderr, one write() each. Control characters
/// and invalid UTF-8 are escaped; values with spaces, quotes or `=` are quoted.
[[nodiscard]] EVENTSDK_API std::shared_ptr<Logger> stderr_logger(LogLevel least = LogLevel::info);
[[nodiscard]] EVENTSDK_API std::shared_ptr<Logger> silent_logger();

EVENTSDK_END_NAMESPACE
