#include <eventsdk/testing/collecting_logger.hpp>

#include <fmt/format.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

bool holds(const std::string& whole, std::string_view part) { return whole.find(part) != std::string::npos; }

bool holds(const LoggedLine& line, std::string_view text) {
    return holds(line.message, text) || std::any_of(line.fields.begin(), line.fields.end(), [&](const auto& field) {
               return holds(field.first, text) || holds(field.second, text);
           });
}

}  // namespace

void CollectingLogger::write(LogLevel level, std::string_view message, std::span<const LogField> fields) noexcept {
    LoggedLine line{.level = level, .message = std::string{message}};
    for (const LogField& field : fields) {
        line.fields[std::string{field.name}] =
            std::visit([](const auto& value) { return fmt::format("{}", value); }, field.value);
    }
    const std::lock_guard lock{mutex_};
    lines_.push_back(std::move(line));
}

std::vector<LoggedLine> CollectingLogger::lines() const {
    const std::lock_guard lock{mutex_};
    return lines_;
}

std::size_t CollectingLogger::count(LogLevel least) const {
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(), [&](const LoggedLine& line) { return line.level >= least; }));
}

bool CollectingLogger::contains(std::string_view text) const {
    const std::lock_guard lock{mutex_};
    return std::any_of(lines_.begin(), lines_.end(), [&](const LoggedLine& line) { return holds(line, text); });
}

void CollectingLogger::clear() {
    const std::lock_guard lock{mutex_};
    lines_.clear();
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
