#pragma once

#include <eventsdk/core/result.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace ixe {

/// A file of JSON lines that is renamed to `<file>.1`, `<file>.2`, … when it is full. Old files are never removed: how
/// long they are kept is for whoever ships them to the analytic store to say.
///
/// A line is with the system when append() returns, so that killing the process loses none; a line that a crash cut
/// off is closed when the file is opened again, and its event comes a second time.
class AnalyticsLog {
public:
    AnalyticsLog(std::filesystem::path file, std::uintmax_t max_bytes)
        : file_{std::move(file)}, max_bytes_{max_bytes} {}

    eventsdk::Result<void> append(std::string json);

private:
    void open();
    void rotate();

    std::filesystem::path file_;
    std::uintmax_t max_bytes_;
    std::uintmax_t size_ = 0;
    std::ofstream out_;
};

}  // namespace ixe
