#include "command.hpp"
#include "connection.hpp"
#include "record_line.hpp"
#include "topic_reader.hpp"

#include <eventsdk/core/time.hpp>

#include <CLI/CLI.hpp>

#include <limits>
#include <memory>

namespace cli {
namespace {

struct TailOptions {
    Connection connection{};
    std::string topic{};
    std::string from = "end";
    std::int64_t offset = -1;
    std::int32_t partition = -1;
    std::int64_t count = 0;
    bool to_end = false;
    std::string key{};
    bool by_key = false;
};

TopicReader::From start_of(const TailOptions& options) {
    using Kind = TopicReader::From::Kind;
    TopicReader::From from;
    if (options.partition >= 0) from.partition = options.partition;
    if (options.offset >= 0) {
        if (!from.partition) throw Failure{usage, "--offset needs --partition", {}};
        from.kind = Kind::offset;
        from.offset = options.offset;
    } else if (options.from == "beginning" || options.from == "end") {
        from.kind = options.from == "end" ? Kind::end : Kind::beginning;
    } else {
        auto time = eventsdk::parse_date_time(options.from);
        if (!time)
            throw Failure{usage, "--from is neither beginning nor end nor an RFC 3339 time: '" + options.from + "'",
                          "write it like 2026-11-20T12:00:00Z"};
        from.kind = Kind::time;
        from.time = time->utc;
    }
    return from;
}

std::string shown(const eventsdk::ReceivedRecord& record) {
    std::string line = eventsdk::format_timestamp(record.timestamp) + " [" + std::to_string(record.partition) + "]@" +
                       std::to_string(record.offset);
    line += " key=" + (record.key ? visible(*record.key) : "null");
    if (const auto type = record.header("event-type")) line += " " + visible(*type);
    return line + " " + (record.value ? visible(*record.value) : "null");
}

void tail(Session& session, const TailOptions& options) {
    const TopicReader::From from = start_of(options);
    TopicReader reader{options.connection.open(), options.topic, from, options.connection.timeout()};
    std::int64_t found = 0;
    const auto take = [&](const eventsdk::ReceivedRecord& record) {
        if (options.by_key && record.key != options.key) return true;
        session.out.line(session.json ? record_line(record) : shown(record));
        return ++found != options.count;
    };
    reader.run(options.to_end, take, [&session] { session.out.flush(); });
    if (found == 0) session.answer_no();
}

}  // namespace

void add_tail_command(CLI::App& app, Session& session) {
    CLI::App& command = add_command(app, session, "tail", "Show the records of a topic as they come",
                                    "  eventsdk tail prod.education.assignment --from 2026-11-01T00:00:00Z\n"
                                    "  eventsdk tail prod.education.assignment --from beginning --to-end --json |\n"
                                    "    eventsdk record decode --schemas schemas\n"
                                    "Status 1: nothing was found before the end.\n");
    auto options = std::make_shared<TailOptions>();
    command.add_option("TOPIC", options->topic, "Topic")->required();
    command.add_option("--from", options->from, "beginning, end (the default), or an RFC 3339 time");
    command.add_option("--partition", options->partition, "Only this partition")
        ->check(CLI::Range(0, std::numeric_limits<std::int32_t>::max()));
    command.add_option("--offset", options->offset, "Start at this offset; needs --partition")
        ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()));
    command.add_option("--count", options->count, "Stop after so many records")
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
    command.add_flag("--to-end", options->to_end, "Stop at what is the end now");
    auto* key = command.add_option("--key", options->key, "Only records with this key");
    add_connection_options(command, options->connection);
    command.callback([&session, options, key] {
        options->by_key = key->count() > 0;
        session.run = [&session, options] { tail(session, *options); };
    });
}

}  // namespace cli
