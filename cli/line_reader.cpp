#include "line_reader.hpp"

#include "exit_status.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace cli {
namespace {

constexpr std::size_t chunk_bytes = 64 * 1024;

Failure cannot_read(const std::string& name, int error) {
    return {usage, "cannot read " + name + ": " + std::strerror(error), {}};
}

int open_file(const std::string& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw cannot_read(file, errno);
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        ::close(fd);
        throw Failure{usage, file + " is a directory, not a file", {}};
    }
    return fd;
}

/// Appends what is there, at most one chunk; 0 at the end.
std::size_t read_some(int fd, const std::string& name, std::string& to) {
    const std::size_t before = to.size();
    to.resize(before + chunk_bytes);
    for (;;) {
        const ssize_t got = ::read(fd, to.data() + before, chunk_bytes);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            wait_readable(fd);
            continue;
        }
        const int error = errno;
        to.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got < 0) throw cannot_read(name, error);
        return static_cast<std::size_t>(got);
    }
}

}  // namespace

LineReader::LineReader(const std::string& file, std::size_t max_line_bytes, Output& output)
    : output_{output}, name_{file}, fd_{STDIN_FILENO}, max_line_bytes_{max_line_bytes} {
    if (file.empty() || file == "-") {
        name_ = "standard input";
    } else {
        fd_ = open_file(file);
    }
}

LineReader::~LineReader() {
    if (fd_ != STDIN_FILENO) ::close(fd_);
}

bool LineReader::next(Line& line) {
    for (;;) {
        const std::size_t end = buffer_.find('\n', start_ + scanned_);
        if (end != std::string::npos) return take(line, end - start_, true);
        scanned_ = buffer_.size() - start_;
        if (scanned_ > max_line_bytes_) return take(line, max_line_bytes_, false);
        if (!fill()) return scanned_ > 0 && take(line, scanned_, false);
    }
}

bool LineReader::take(Line& line, std::size_t length, bool ended) {
    const bool too_long = length > max_line_bytes_ || (!ended && scanned_ > max_line_bytes_);
    if (too_long && !ended) skip_rest_of_line();
    line.number = ++number_;
    line.text = std::string_view{buffer_}.substr(start_, too_long ? max_line_bytes_ : length);
    line.too_long = too_long;
    start_ += length + (ended ? 1 : 0);
    scanned_ = 0;
    return true;
}

bool LineReader::fill() {
    buffer_.erase(0, start_);
    start_ = 0;
    if (before_wait_) before_wait_();
    output_.flush();
    wait_readable(fd_);
    return read_some(fd_, name_, buffer_) > 0;
}

/// Leaves the kept beginning followed by what comes after the line's end.
void LineReader::skip_rest_of_line() {
    buffer_.erase(0, start_);
    start_ = 0;
    const std::string kept = buffer_.substr(0, max_line_bytes_);
    std::string rest = buffer_.substr(max_line_bytes_);
    std::size_t end = rest.find('\n');
    while (end == std::string::npos) {
        rest.clear();
        wait_readable(fd_);
        if (read_some(fd_, name_, rest) == 0) break;
        end = rest.find('\n');
    }
    buffer_ = kept + (end == std::string::npos ? std::string{} : rest.substr(end + 1));
}

std::string read_file(const std::string& file, std::size_t max_bytes) {
    const int fd = open_file(file);
    std::string text;
    try {
        while (text.size() <= max_bytes && read_some(fd, file, text) > 0) check_interrupted();
    } catch (...) {
        ::close(fd);
        throw;
    }
    ::close(fd);
    if (text.size() > max_bytes)
        throw Failure{usage, file + " has more than " + std::to_string(max_bytes) + " bytes", {}};
    return text;
}

}  // namespace cli
