#include "command.hpp"
#include "connection.hpp"
#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "json_object.hpp"
#include "line_reader.hpp"

#include <eventsdk/broker/partitioner.hpp>
#include <eventsdk/broker/topics.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <limits>
#include <memory>

namespace cli {
namespace {

constexpr std::size_t max_key_bytes = 1'000'000;

struct PartitionOptions {
    std::int32_t partitions = 0;
    std::string partitioner = "murmur2";
    std::vector<std::string> keys{};
};

eventsdk::Partitioner partitioner_named(const std::string& name) {
    if (name == "fnv1a") return eventsdk::Partitioner::fnv1a_random();
    if (name == "crc32") return eventsdk::Partitioner::crc32_random();
    return eventsdk::Partitioner::murmur2_random();
}

std::string partition_line(std::string_view key, std::optional<std::int32_t> partition) {
    JsonObject line;
    if (eventsdk::utf8::find_invalid(key) == std::string_view::npos) {
        line.text("key", key);
    } else {
        line.text("keyBase64", eventsdk::base64::encode(key));
    }
    partition ? line.integer("partition", *partition) : line.null("partition");
    return line.done();
}

void show_partitions(Session& session, const PartitionOptions& options) {
    const eventsdk::Partitioner partitioner = partitioner_named(options.partitioner);
    const auto answer = [&](std::string_view key) {
        session.out.line(partition_line(key, partitioner.partition(key, options.partitions)));
    };
    if (!options.keys.empty() && options.keys != std::vector<std::string>{"-"}) {
        for (const std::string& key : options.keys) answer(key);
        return;
    }
    LineReader reader{"-", max_key_bytes, session.out};
    for (LineReader::Line line; reader.next(line);) {
        if (line.too_long)
            throw Failure{usage, "line " + std::to_string(line.number) + ": a key of more than 1000000 bytes", {}};
        answer(line.text);
    }
}

void add_partition(CLI::App& group, Session& session) {
    CLI::App& command = add_command(group, session, "partition", "Tell to which partition keys belong",
                                    "  eventsdk topics partition --partitions 12 kafka foobar\n"
                                    "  cut -d, -f1 users.csv | eventsdk topics partition --partitions 12\n"
                                    "A line out for every key: {\"key\":\"kafka\",\"partition\":4}\n");
    auto options = std::make_shared<PartitionOptions>();
    command.add_option("--partitions", options->partitions, "Number of partitions of the topic")
        ->required()
        ->check(CLI::Range(std::int32_t{1}, std::numeric_limits<std::int32_t>::max()));
    command
        .add_option("--partitioner", options->partitioner,
                    "murmur2 (as Java, the default), fnv1a (as Sarama and Dapr), crc32 (as librdkafka)")
        ->check(CLI::IsMember({"murmur2", "fnv1a", "crc32"}));
    command.add_option("KEY", options->keys, "Keys; none or - reads one a line from standard input");
    command.callback(
        [&session, options] { session.run = [&session, options] { show_partitions(session, *options); }; });
}

struct TopicsOptions {
    Connection connection{};
    std::vector<std::string> topics{};
    std::string file{};
    bool internal = false;
};

void list_topics(Session& session, const TopicsOptions& options) {
    auto admin = value_or_stop(options.connection.open().port().admin());
    std::size_t found = 0;
    auto topics = value_or_stop(admin->list_topics(options.connection.timeout()));
    std::sort(topics.begin(), topics.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const auto& each : topics) {
        if (each.internal && !options.internal) continue;
        ++found;
        session.out.line(session.json ? JsonObject{}
                                            .text("topic", each.name)
                                            .integer("partitions", each.partitions)
                                            .integer("replication", each.replication)
                                            .done()
                                      : each.name + " partitions=" + std::to_string(each.partitions) +
                                            " replication=" + std::to_string(each.replication));
    }
    if (found == 0) session.answer_no();
}

std::string bounds_json(eventsdk::Admin& admin, const eventsdk::TopicDescription& topic, eventsdk::Duration timeout) {
    JsonArray bounds;
    for (std::int32_t partition = 0; partition < topic.partitions; ++partition) {
        const auto marks = value_or_stop(admin.watermarks({topic.name, partition}, timeout));
        bounds.raw(JsonObject{}
                       .integer("partition", partition)
                       .integer("low", marks.low)
                       .integer("high", marks.high)
                       .integer("lastStable", marks.last_stable)
                       .done());
    }
    return bounds.done();
}

void describe_topics(Session& session, const TopicsOptions& options) {
    auto admin = value_or_stop(options.connection.open().port().admin());
    for (const std::string& name : options.topics) {
        const auto topic = value_or_stop(admin->describe_topic(name, options.connection.timeout()));
        JsonObject config;
        for (const auto& [setting, value] : topic.config) config.text(setting, value);
        const std::string bounds = bounds_json(*admin, topic, options.connection.timeout());
        if (session.json) {
            session.out.line(JsonObject{}
                                 .text("topic", topic.name)
                                 .text("id", topic.id)
                                 .integer("partitions", topic.partitions)
                                 .integer("replication", topic.replication)
                                 .raw("offsets", bounds)
                                 .raw("config", config.done())
                                 .done());
            continue;
        }
        session.out.line(topic.name + " partitions=" + std::to_string(topic.partitions) +
                         " replication=" + std::to_string(topic.replication));
        session.out.line("  offsets " + bounds);
        for (const auto& [setting, value] : topic.config) session.out.line("  " + setting + "=" + visible(value));
    }
}

void report_line(Session& session, const std::string& action, const std::string& topic) {
    session.out.line(session.json ? JsonObject{}.text("action", action).text("topic", topic).done()
                                  : action + " " + topic);
}

void report(Session& session, const eventsdk::TopicReport& found) {
    for (const std::string& topic : found.missing) report_line(session, "create", topic);
    for (const std::string& topic : found.created) report_line(session, "created", topic);
    for (const eventsdk::TopicDifference& each : found.differences)
        session.out.line(session.json ? JsonObject{}
                                            .text("action", "differs")
                                            .text("topic", each.topic)
                                            .text("setting", each.setting)
                                            .text("wanted", each.wanted)
                                            .text("actual", each.actual)
                                            .done()
                                      : "differs " + each.topic + ": " + each.setting + " is " + visible(each.actual) +
                                            ", wanted " + visible(each.wanted));
    if (!found.agrees()) session.answer_no();
}

/// What is to be done, or does it.
void compare_with_file(Session& session, const TopicsOptions& options, bool apply) {
    const std::string text =
        options.file == "-" ? read_file("/dev/stdin", max_key_bytes) : read_file(options.file, max_key_bytes);
    const auto specs = value_or_stop(eventsdk::parse_topic_specs(text));
    auto admin = value_or_stop(options.connection.open().port().admin());
    const auto call = apply ? eventsdk::ensure_topics : eventsdk::compare_topics;
    report(session, value_or_stop(call(*admin, specs, options.connection.timeout())));
}

void add_list_and_describe(CLI::App& group, Session& session) {
    CLI::App& list = add_command(group, session, "list", "List the topics",
                                 "  eventsdk topics list --brokers localhost:9092\nStatus 1: there is none.\n");
    auto listed = std::make_shared<TopicsOptions>();
    list.add_flag("--internal", listed->internal, "Also the brokers' own topics");
    add_connection_options(list, listed->connection);
    list.callback([&session, listed] { session.run = [&session, listed] { list_topics(session, *listed); }; });

    CLI::App& describe = add_command(group, session, "describe", "Show partitions, offsets and settings of topics",
                                     "  eventsdk topics describe prod.education.assignment --json\n"
                                     "Status 1: there is no such topic.\n");
    auto described = std::make_shared<TopicsOptions>();
    describe.add_option("TOPIC", described->topics, "Topics")->required();
    add_connection_options(describe, described->connection);
    describe.callback(
        [&session, described] { session.run = [&session, described] { describe_topics(session, *described); }; });
}

void add_file_command(CLI::App& group, Session& session, const std::string& name, const std::string& description,
                      bool apply) {
    CLI::App& command =
        add_command(group, session, name, description,
                    "  eventsdk topics " + name +
                        " topics.json\n"
                        "The file: {\"topics\":[{\"name\":\"prod.orders\",\"partitions\":6,\"retention\":\"30d\"}]}\n"
                        "Status 1: topics are missing or differ.\n");
    auto options = std::make_shared<TopicsOptions>();
    command.add_option("FILE", options->file, "What the topics should be; - is standard input")->required();
    add_connection_options(command, options->connection);
    command.callback([&session, options, apply] {
        session.run = [&session, options, apply] { compare_with_file(session, *options, apply); };
    });
}

}  // namespace

void add_topics_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "topics", "Look at topics and their partitions");
    add_partition(group, session);
    add_list_and_describe(group, session);
    add_file_command(group, session, "plan", "Tell what apply would create, and what differs", false);
    add_file_command(group, session, "diff", "The same as plan", false);
    add_file_command(group, session, "apply", "Create missing topics; existing ones are never changed", true);
}

}  // namespace cli
