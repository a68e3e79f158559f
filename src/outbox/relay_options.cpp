#include "outbox/relay_options.hpp"

#include <fmt/format.h>

#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace outbox {
namespace {

Error bad_option(std::string_view option, std::string_view range) {
    return {.kind = ErrorKind::invalid_argument,
            .code = "relay.option",
            .message = fmt::format("RelayOptions::{} is out of range", option),
            .hint = std::string{range}};
}

}  // namespace

Result<void> check(const RelayOptions& options) {
    if (options.batch < 1 || options.batch > 10'000) return bad_option("batch", "1 to 10,000");
    if (options.lease < Duration{1'000} || options.lease > Duration{600'000})
        return bad_option("lease", "1 s to 10 min");
    if (options.poll_interval < Duration{10} || options.poll_interval > Duration{60'000}) {
        return bad_option("poll_interval", "10 ms to 1 min");
    }
    if (options.archive_retention && *options.archive_retention < Duration{1'000}) {
        return bad_option("archive_retention", "at least 1 s");
    }
    if (options.transactional && (options.transactional->id.empty() || options.transactional->id.size() > 240)) {
        return bad_option("transactional.id", "1 to 240 bytes");
    }
    if (auto retry = options.retry.validated(); !retry) return std::move(retry).error();
    return {};
}

}  // namespace outbox
EVENTSDK_END_NAMESPACE
