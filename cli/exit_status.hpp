#pragma once

#include <eventsdk/core/result.hpp>

#include <string>

namespace cli {

/// The stable exit statuses of the program; docs/cli.md.
enum ExitStatus : int {
    yes = 0,            ///< done, or the answer is yes
    no = 1,             ///< the answer is no: invalid, incompatible, differs, nothing found
    usage = 2,          ///< wrong options, an unreadable file, a bad configuration or schema
    unreachable = 3,    ///< a broker could not be reached, or refused
    interrupted = 130,  ///< by SIGINT or SIGTERM
};

/// Ends the command: thrown by commands, shown on stderr by main().
struct Failure {
    ExitStatus status = usage;
    std::string message{};
    std::string hint{};
};
struct Interrupted {};
/// Whoever read our output has gone.
struct BrokenPipe {};

/// What an error of the library means for the program as a whole.
[[nodiscard]] Failure failure_of(const eventsdk::Error& error);

/// The value, or ends the command.
template <class T>
T value_or_stop(eventsdk::Result<T> result) {
    if (!result) throw failure_of(result.error());
    return std::move(*result);
}
inline void succeed_or_stop(const eventsdk::Result<void>& result) {
    if (!result) throw failure_of(result.error());
}

}  // namespace cli
