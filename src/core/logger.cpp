#include <eventsdk/core/logger.hpp>

#include <eventsdk/core/time.hpp>

#include "core/utf8.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using Buffer = fmt::memory_buffer;

void append(Buffer& line, std::string_view text) { line.append(text.data(), text.data() + text.size()); }

void append_escaped(Buffer& line, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8::sequence_length(text.substr(at));
        const auto byte = static_cast<unsigned char>(text[at]);
        if (length == 0 || (length == 1 && (byte < 0x20 || byte == 0x7f))) {
            if (byte == '\n') append(line, "\\n");
            else if (byte == '\t') append(line, "\\t");
            else fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
            ++at;
        } else if (length == 2 && byte == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0) {
            fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(text[at + 1]));  // C1
            at += 2;
        } else {
            append(line, text.substr(at, length));
            at += length;
        }
    }
}

void append_value(Buffer& line, std::string_view text) {
    if (!text.empty() && text.find_first_of(" \"=\\\t\n\r") == std::string_view::npos) {
        append_escaped(line, text);
        return;
    }
    line.push_back('"');
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t special = std::min(text.find_first_of("\"\\", at), text.size());
        append_escaped(line, text.substr(at, special - at));
        if (special < text.size()) {
            line.push_back('\\');
            line.push_back(text[special]);
        }
        at = special + 1;
    }
    line.push_back('"');
}

void append_value(Buffer& line, std::int64_t value) { fmt::format_to(std::back_inserter(line), "{}", value); }
void append_value(Buffer& line, double value) { fmt::format_to(std::back_inserter(line), "{}", value); }
void append_value(Buffer& line, bool value) { append(line, value ? "true" : "false"); }

std::string_view name_of(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
        case LogLevel::error: return "error";
        case LogLevel::off: break;
    }
    return "off";
}

class StderrLogger final : public Logger {
public:
    explicit StderrLogger(LogLevel least) noexcept : least_{least} {}

    bool enabled(LogLevel level) const noexcept override { return level >= least_ && level != LogLevel::off; }

    void write(LogLevel level, std::string_view message, std::span<const LogField> fields) noexcept override try {
        Buffer line;
        append(line, format_timestamp(system_clock()->now()));
        line.push_back(' ');
        append(line, name_of(level));
        line.push_back(' ');
        append_escaped(line, message);
        for (const LogField& field : fields) {
            line.push_back(' ');
            append_escaped(line, field.name);
            line.push_back('=');
            std::visit([&line](auto value) { append_value(line, value); }, field.value);
        }
        line.push_back('\n');
        emit(line);
    } catch (...) {  // out of memory: a log line is given up, the service goes on
    }

private:
    static void emit(const Buffer& line) noexcept {
        ssize_t written = 0;
        do written = ::write(STDERR_FILENO, line.data(), line.size());
        while (written < 0 && errno == EINTR);
    }

    LogLevel least_;
};

class SilentLogger final : public Logger {
public:
    bool enabled(LogLevel) const noexcept override { return false; }
    void write(LogLevel, std::string_view, std::span<const LogField>) noexcept override {}
};

}  // namespace

std::shared_ptr<Logger> stderr_logger(LogLevel least) { return std::make_shared<StderrLogger>(least); }

std::shared_ptr<Logger> silent_logger() {
    static const std::shared_ptr<Logger> logger = std::make_shared<SilentLogger>();
    return logger;
}

EVENTSDK_END_NAMESPACE
