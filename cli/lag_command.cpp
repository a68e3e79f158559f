#include "command.hpp"
#include "connection.hpp"
#include "json_object.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace cli {
namespace {

struct LagOptions {
    Connection connection{};
    std::string group{};
    std::string topic{};
    std::int64_t at_most = -1;
};

/// Partitions with the offset that the group has committed there, or none.
using Positions = std::map<eventsdk::TopicPartition, std::optional<std::int64_t>>;

/// Every partition of the topics that the group has committed something of, or of the one that was asked for: a
/// partition that it never came to is behind as well.
Positions positions_of(eventsdk::Admin& admin, const LagOptions& options) {
    Positions positions;
    std::set<std::string> topics;
    if (!options.topic.empty()) topics.insert(options.topic);
    for (const auto& each : value_or_stop(admin.group_offsets(options.group, options.connection.timeout()))) {
        if (each.offset < 0 || (!options.topic.empty() && each.topic != options.topic)) continue;
        positions[{each.topic, each.partition}] = each.offset;
        topics.insert(each.topic);
    }
    if (topics.empty()) return positions;
    for (const auto& topic : value_or_stop(admin.list_topics(options.connection.timeout()))) {
        if (!topics.contains(topic.name)) continue;
        for (std::int32_t partition = 0; partition < topic.partitions; ++partition)
            positions.try_emplace(eventsdk::TopicPartition{topic.name, partition});
    }
    return positions;
}

std::string lag_json(const std::string& group, const Positions::value_type& position, std::int64_t end,
                     std::int64_t lag) {
    const auto& [place, committed] = position;
    JsonObject line;
    line.text("group", group).text("topic", place.topic).integer("partition", place.partition);
    committed ? line.integer("committed", *committed) : line.null("committed");
    return line.integer("end", end).integer("lag", lag).done();
}

std::string lag_text(const Positions::value_type& position, std::int64_t end, std::int64_t lag) {
    const auto& [place, committed] = position;
    return place.topic + "[" + std::to_string(place.partition) + "] committed " +
           (committed ? std::to_string(*committed) : "none") + ", end " + std::to_string(end) + ", lag " +
           std::to_string(lag);
}

void show_lag(Session& session, const LagOptions& options) {
    const eventsdk::Broker broker = options.connection.open();
    auto admin = value_or_stop(broker.port().admin());
    const Positions positions = positions_of(*admin, options);
    for (const auto& position : positions) {
        const auto marks = value_or_stop(admin->watermarks(position.first, options.connection.timeout()));
        const std::int64_t readable = marks.last_stable >= 0 ? marks.last_stable : marks.high;
        const std::int64_t lag = std::max<std::int64_t>(0, readable - position.second.value_or(marks.low));
        if (options.at_most >= 0 && lag > options.at_most) session.answer_no();
        session.out.line(session.json ? lag_json(options.group, position, marks.high, lag)
                                      : lag_text(position, marks.high, lag));
    }
    if (!positions.empty()) return;
    diagnose(options.topic.empty() ? "group '" + options.group + "' has no committed offset"
                                   : "there is no topic '" + options.topic + "'");
    session.answer_no();
}

}  // namespace

void add_lag_command(CLI::App& app, Session& session) {
    CLI::App& command = add_command(app, session, "lag", "Show how far a consumer group is behind",
                                    "  eventsdk lag gamification-points-v1\n"
                                    "  eventsdk lag gamification-points-v1 --at-most 1000 || page somebody\n"
                                    "All partitions of the topics of which the group has committed something. Where "
                                    "it has\ncommitted none, the lag is what the partition holds.\n"
                                    "Status 1: the group has no committed offset, there is no such topic, or a lag is "
                                    "more than\n--at-most.\n");
    auto options = std::make_shared<LagOptions>();
    command.add_option("GROUP", options->group, "Consumer group: the projection's name")->required();
    command.add_option("--topic", options->topic, "Only this topic, also when nothing of it is committed");
    command.add_option("--at-most", options->at_most, "Status 1 when a partition's lag is more than this")
        ->check(CLI::NonNegativeNumber);
    add_connection_options(command, options->connection);
    command.callback([&session, options] { session.run = [&session, options] { show_lag(session, *options); }; });
}

}  // namespace cli
