#include "broker/check_options.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include "core/ascii.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using namespace std::chrono_literals;

Error bad(std::string what, std::string range) {
    return {.kind = ErrorKind::invalid_argument,
            .code = std::string{codes::options_invalid},
            .message = std::move(what),
            .hint = std::move(range)};
}

Result<void> within(const char* name, Duration value, Duration least, Duration most) {
    if (value >= least && value <= most) return {};
    return bad(std::string{name} + " is " + std::to_string(value.count()) + " ms",
               std::to_string(least.count()) + "…" + std::to_string(most.count()) + " ms");
}

Result<void> first_failure(std::initializer_list<Result<void>> checks) {
    const auto failed = std::find_if(checks.begin(), checks.end(), [](const auto& check) { return !check; });
    return failed == checks.end() ? Result<void>{} : *failed;
}

}  // namespace

Result<void> check_options(const WriterOptions& options) {
    if (options.queue_records < 1 || options.queue_records > 10'000'000) {
        return bad("WriterOptions::queue_records is " + std::to_string(options.queue_records), "1…10,000,000");
    }
    if (options.queue_bytes < 1'024) {
        return bad("WriterOptions::queue_bytes is " + std::to_string(options.queue_bytes), "at least 1,024");
    }
    return first_failure({within("WriterOptions::linger", options.linger, 0ms, 900s),
                          within("WriterOptions::delivery_timeout", options.delivery_timeout, 1ms, 24h)});
}

Result<void> check_options(const TransactionalWriterOptions& options) {
    if (options.transactional_id.empty() || options.transactional_id.size() > 249) {
        return bad("TransactionalWriterOptions::transactional_id has " +
                       std::to_string(options.transactional_id.size()) + " bytes",
                   "1…249 bytes");
    }
    return first_failure(
        {check_options(options.writer),
         within("TransactionalWriterOptions::transaction_timeout", options.transaction_timeout, 1s, 15min),
         within("TransactionalWriterOptions::init_timeout", options.init_timeout, 1ms, 10min)});
}

Result<void> check_options(const ReaderOptions& options) {
    if (!options.topics.empty() && options.group.empty()) {
        return bad("ReaderOptions::topics without ReaderOptions::group", "name the consumer group, or use assign()");
    }
    if (!options.instance_id.empty() && options.group.empty()) {
        return bad("ReaderOptions::instance_id without ReaderOptions::group", "name the consumer group");
    }
    if (std::count(options.topics.begin(), options.topics.end(), std::string{}) != 0) {
        return bad("ReaderOptions::topics holds an empty name", "names or patterns beginning with ^");
    }
    if (options.looks_up && !options.topics.empty()) {
        return bad("ReaderOptions::looks_up with ReaderOptions::topics", "a reader that looks up is given its places");
    }
    if (options.prefetch_records < 1 || options.prefetch_records > 10'000'000) {
        return bad("ReaderOptions::prefetch_records is " + std::to_string(options.prefetch_records), "1…10,000,000");
    }
    if (options.prefetch_bytes < std::size_t{64} * 1024) {
        return bad("ReaderOptions::prefetch_bytes is " + std::to_string(options.prefetch_bytes), "at least 65,536");
    }
    return first_failure({within("ReaderOptions::session_timeout", options.session_timeout, 6s, 30min),
                          within("ReaderOptions::max_poll_interval", options.max_poll_interval, 1s, 24h)});
}

Result<void> check_broker_topic(std::string_view name) {
    const bool legal = std::all_of(
        name.begin(), name.end(), [](char c) { return ascii::is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
    if (legal && !name.empty() && name.size() <= 249 && name != "." && name != "..") return {};
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = std::string{codes::topic_invalid},
                 .message = "\"" + std::string{name.substr(0, 300)} + "\" is not a topic name",
                 .hint = "1…249 of [A-Za-z0-9._-], not \".\" or \"..\""};
}

EVENTSDK_END_NAMESPACE
