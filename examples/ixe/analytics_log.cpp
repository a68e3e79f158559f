#include "analytics_log.hpp"

#include <algorithm>

using namespace eventsdk;
namespace fs = std::filesystem;

namespace ixe {

Result<void> AnalyticsLog::append(std::string json) {
    // Within JSON, line breaks can only stand between members: a space says the same.
    std::replace_if(
        json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    json += '\n';
    try {
        if (!out_.is_open()) open();
        if (size_ > 0 && size_ + json.size() > max_bytes_) rotate();
    } catch (const fs::filesystem_error& failed) {
        return Error{.kind = ErrorKind::unavailable, .code = "ixe.analytics", .message = failed.what()};
    }
    if (out_ << json << std::flush) {
        size_ += json.size();
        return {};
    }
    out_.close();
    return Error{.kind = ErrorKind::unavailable, .code = "ixe.analytics", .message = "cannot write " + file_.string()};
}

void AnalyticsLog::open() {
    char last = '\n';
    if (std::ifstream before{file_, std::ios::binary | std::ios::ate}; before && before.tellg() > 0)
        before.seekg(-1, std::ios::end).get(last);
    out_.clear();
    out_.open(file_, std::ios::binary | std::ios::app);
    if (last != '\n') out_ << '\n' << std::flush;
    size_ = fs::exists(file_) ? fs::file_size(file_) : 0;
}

void AnalyticsLog::rotate() {
    out_.close();
    fs::path full = file_;
    for (int number = 1; fs::exists(full); ++number) full = file_.string() + "." + std::to_string(number);
    fs::rename(file_, full);
    open();
}

}  // namespace ixe
