#include "dlq_filter.hpp"

#include "exit_status.hpp"

#include <eventsdk/core/time.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <limits>

namespace cli {
namespace {

std::optional<eventsdk::Timestamp> time_of(const std::string& option, const std::string& text) {
    if (text.empty()) return {};
    const auto time = eventsdk::parse_date_time(text);
    if (time) return time->utc;
    throw Failure{usage, option + " is no RFC 3339 time: '" + text + "'", "write it like 2026-11-20T12:00:00Z"};
}

std::optional<std::int64_t> offset_of(std::string_view text, const std::string& whole) {
    if (text.empty()) return {};
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && value >= 0) return value;
    throw Failure{usage, "--offsets is no range of offsets: '" + whole + "'", "write it like 17, 5..17, 5.. or ..17"};
}

}  // namespace

void DlqChoice::finish() {
    filter.from = time_of("--from", from);
    filter.until = time_of("--until", until);
    if (partition >= 0) filter.partition = partition;
    if (offsets.empty()) return;
    if (partition < 0) throw Failure{usage, "--offsets needs --partition", {}};
    const std::size_t dots = offsets.find("..");
    filter.first_offset = offset_of(std::string_view{offsets}.substr(0, dots), offsets);
    filter.last_offset = dots == std::string::npos ? filter.first_offset
                                                   : offset_of(std::string_view{offsets}.substr(dots + 2), offsets);
}

bool DlqChoice::everything() const {
    return !filter.key && filter.type.empty() && filter.stage.empty() && filter.code.empty() && filter.group.empty() &&
           !filter.from && !filter.until && !filter.partition;
}

void add_dlq_options(CLI::App& command, DlqChoice& choice) {
    command.add_option("TOPIC", choice.topic, "Dead-letter topic")->required();
    const auto set_key = [&choice](const std::string& key) { choice.filter.key = key; };
    command.add_option_function<std::string>("--key", set_key, "Only records with this key");
    command.add_option("--type", choice.filter.type, "Only events of this type");
    command.add_option("--stage", choice.filter.stage, "Only this stage: parse, schema, upcast, handler or sequence");
    command.add_option("--code", choice.filter.code, "Only this error code");
    command.add_option("--group", choice.filter.group, "Only what this consumer group could not handle");
    command.add_option("--from", choice.from, "Only what failed at or after this RFC 3339 time");
    command.add_option("--until", choice.until, "Only what failed before this RFC 3339 time");
    command.add_option("--partition", choice.partition, "Only this partition of the dead-letter topic")
        ->check(CLI::Range(0, std::numeric_limits<std::int32_t>::max()));
    command.add_option("--offsets", choice.offsets, "Only these of it: 17, 5..17, 5.. or ..17; needs --partition");
    add_connection_options(command, choice.connection);
}

}  // namespace cli
