#include "memory/subscription.hpp"

#include "memory/errors.hpp"

#include <regex.h>

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

class Pattern {
public:
    explicit Pattern(const std::string& text)
        : valid_{regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0} {}
    ~Pattern() {
        if (valid_) regfree(&compiled_);
    }
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] bool matches(const std::string& name) const {
        return valid_ && regexec(&compiled_, name.c_str(), 0, nullptr, 0) == 0;
    }

private:
    regex_t compiled_{};
    bool valid_;
};

}  // namespace

std::set<std::string> subscribed_topics(const std::vector<std::string>& wanted,
                                        const std::map<std::string, std::int32_t>& existing) {
    std::set<std::string> topics;
    for (const std::string& name : wanted) {
        if (name.front() != '^') {
            if (existing.count(name) != 0) topics.insert(name);
            continue;
        }
        const Pattern pattern{name};
        for (const auto& [topic, partitions] : existing) {
            if (pattern.matches(topic)) topics.insert(topic);
        }
    }
    return topics;
}

Result<void> check_subscription(const std::vector<std::string>& wanted) {
    for (const std::string& name : wanted) {
        if (name.front() == '^' && !Pattern{name}.valid()) {
            return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                              "ReaderOptions::topics holds \"" + name + "\", which is no regular expression");
        }
    }
    return {};
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
