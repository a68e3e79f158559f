#include "command.hpp"
#include "connection.hpp"
#include "json_object.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <tuple>

namespace cli {
namespace {

struct LagOptions {
    Connection connection{};
    std::string group{};
    std::string topic{};
    std::int64_t at_most = -1;
};

void show_lag(Session& session, const LagOptions& options) {
    const eventsdk::Broker broker = options.connection.open();
    auto admin = value_or_stop(broker.port().admin());
    auto offsets = value_or_stop(admin->group_offsets(options.group, options.connection.timeout()));
    std::sort(offsets.begin(), offsets.end(), [](const auto& a, const auto& b) {
        return std::tie(a.topic, a.partition) < std::tie(b.topic, b.partition);
    });
    std::size_t found = 0;
    for (const eventsdk::PartitionOffset& each : offsets) {
        if (!options.topic.empty() && each.topic != options.topic) continue;
        if (each.offset < 0) continue;
        ++found;
        const auto marks = value_or_stop(admin->watermarks({each.topic, each.partition}, options.connection.timeout()));
        const std::int64_t readable = marks.last_stable >= 0 ? marks.last_stable : marks.high;
        const std::int64_t lag = std::max<std::int64_t>(0, readable - each.offset);
        if (options.at_most >= 0 && lag > options.at_most) session.answer_no();
        session.out.line(session.json ? JsonObject{}
                                            .text("group", options.group)
                                            .text("topic", each.topic)
                                            .integer("partition", each.partition)
                                            .integer("committed", each.offset)
                                            .integer("end", marks.high)
                                            .integer("lag", lag)
                                            .done()
                                      : each.topic + "[" + std::to_string(each.partition) + "] committed " +
                                            std::to_string(each.offset) + ", end " + std::to_string(marks.high) +
                                            ", lag " + std::to_string(lag));
    }
    if (found > 0) return;
    diagnose("group '" + options.group + "' has no committed offset");
    session.answer_no();
}

}  // namespace

void add_lag_command(CLI::App& app, Session& session) {
    CLI::App& command = add_command(app, session, "lag", "Show how far a consumer group is behind",
                                    "  eventsdk lag gamification-points-v1\n"
                                    "  eventsdk lag gamification-points-v1 --at-most 1000 || page somebody\n"
                                    "Status 1: the group has no committed offset, or a lag is more than --at-most.\n");
    auto options = std::make_shared<LagOptions>();
    command.add_option("GROUP", options->group, "Consumer group: the projection's name")->required();
    command.add_option("--topic", options->topic, "Only this topic");
    command.add_option("--at-most", options->at_most, "Status 1 when a partition's lag is more than this")
        ->check(CLI::NonNegativeNumber);
    add_connection_options(command, options->connection);
    command.callback([&session, options] { session.run = [&session, options] { show_lag(session, *options); }; });
}

}  // namespace cli
