#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

/// Makes SIGINT and SIGTERM end waiting (Interrupted), a second one end the program, and SIGPIPE an error of writing.
void install_signal_handlers();
[[nodiscard]] bool is_interrupted() noexcept;
/// Throws Interrupted after a signal.
void check_interrupted();
/// Waits until `fd` can be read; throws Interrupted.
void wait_readable(int fd);

/// Results, on standard output.
class Output {
public:
    /// One line; may stay in the buffer until flush().
    void line(std::string_view text);
    /// Throws BrokenPipe, or Failure when the output cannot be written.
    void flush();

private:
    std::string buffer_;
};

/// The program's own text, on standard error: one line, control characters escaped.
void diagnose(std::string_view text);
/// Text of others as it may be shown on a terminal: control characters and invalid UTF-8 escaped.
[[nodiscard]] std::string visible(std::string_view text);

/// A counter on standard error while a long command works; silent unless stderr is a terminal and stdout is not.
class Progress {
public:
    explicit Progress(std::string_view noun);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void add(std::size_t count = 1);

private:
    void show();

    std::string noun_;
    bool shown_;
    std::size_t count_ = 0;
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace cli
