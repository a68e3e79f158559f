#pragma once

#include "terminal.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace cli {

/// Reads a file or standard input line by line. A line is handed out as soon as it is there; before waiting for more,
/// the output is flushed, so that every line in gives its line out at once.
class LineReader {
public:
    struct Line {
        std::size_t number = 0;  ///< from 1
        std::string_view text{};
        bool too_long = false;  ///< `text` is only its beginning
    };

    /// @param file "-" or empty: standard input. Throws Failure when it cannot be opened.
    LineReader(const std::string& file, std::size_t max_line_bytes, Output& output);
    ~LineReader();
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;

    /// What is done before waiting for more input, besides flushing the output.
    void before_wait(std::function<void()> work) { before_wait_ = std::move(work); }

    /// The next line, without its end; its text lives until the next call. False at the end of the input.
    [[nodiscard]] bool next(Line& line);

private:
    [[nodiscard]] bool fill();
    void skip_rest_of_line();
    [[nodiscard]] bool take(Line& line, std::size_t length, bool ended);

    Output& output_;
    std::function<void()> before_wait_{};
    std::string name_;
    int fd_;
    std::size_t max_line_bytes_;
    std::string buffer_;
    std::size_t start_ = 0;
    std::size_t scanned_ = 0;
    std::size_t number_ = 0;
};

/// A whole file; throws Failure when it cannot be read or has more than `max_bytes`.
[[nodiscard]] std::string read_file(const std::string& file, std::size_t max_bytes);

}  // namespace cli
