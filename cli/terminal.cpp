#include "terminal.hpp"

#include "core/utf8.hpp"
#include "exit_status.hpp"

#include <poll.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace cli {
namespace {

constexpr std::size_t flush_at_bytes = 64 * 1024;

volatile std::sig_atomic_t signalled = 0;
int wake_pipe[2] = {-1, -1};

extern "C" void on_signal(int) {
    const int kept = errno;
    if (signalled != 0) ::_exit(interrupted);
    signalled = 1;
    [[maybe_unused]] const auto written = ::write(wake_pipe[1], "x", 1);
    errno = kept;
}

void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            throw BrokenPipe{};
        } else if (errno != EINTR && errno != EAGAIN) {
            throw Failure{usage, std::string{"cannot write the output: "} + std::strerror(errno), {}};
        }
    }
}

void append_escaped_byte(std::string& out, char c) {
    char text[5];
    std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += text;
}

}  // namespace

void install_signal_handlers() {
    if (::pipe(wake_pipe) != 0) wake_pipe[0] = wake_pipe[1] = -1;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

bool is_interrupted() noexcept { return signalled != 0; }

void check_interrupted() {
    if (is_interrupted()) throw Interrupted{};
}

void wait_readable(int fd) {
    check_interrupted();
    pollfd waited[2] = {{fd, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
    while (::poll(waited, wake_pipe[0] < 0 ? 1 : 2, -1) < 0 && errno == EINTR) check_interrupted();
    check_interrupted();
}

void Output::line(std::string_view text) {
    buffer_.append(text).push_back('\n');
    if (buffer_.size() >= flush_at_bytes) flush();
}

void Output::flush() {
    if (buffer_.empty()) return;
    const std::string text = std::move(buffer_);
    buffer_.clear();
    write_all(STDOUT_FILENO, text);
}

std::string visible(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = eventsdk::utf8::sequence_length(text.substr(at));
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool c1_control = length == 2 && byte == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0;
        if (length == 0 || byte < 0x20 || byte == 0x7f) {
            append_escaped_byte(out, text[at++]);
        } else if (c1_control) {
            append_escaped_byte(out, text[at++]);
            append_escaped_byte(out, text[at++]);
        } else {
            out += text.substr(at, length);
            at += length;
        }
    }
    return out;
}

void diagnose(std::string_view text) {
    try {
        write_all(STDERR_FILENO, "eventsdk: " + visible(text) + "\n");
    } catch (...) {  // nobody listens; the exit status still tells
    }
}

Progress::Progress(std::string_view noun)
    : noun_{noun}, shown_{::isatty(STDERR_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 0} {}

Progress::~Progress() {
    if (shown_ && count_ > 0) std::fprintf(stderr, "\r%zu %s\n", count_, noun_.c_str());
}

void Progress::add(std::size_t count) {
    count_ += count;
    if (shown_ && std::chrono::steady_clock::now() >= next_) show();
}

void Progress::show() {
    std::fprintf(stderr, "\r%zu %s ", count_, noun_.c_str());
    next_ = std::chrono::steady_clock::now() + std::chrono::milliseconds{200};
}

}  // namespace cli
