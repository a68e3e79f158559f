#include "command.hpp"
#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "json_object.hpp"
#include "line_reader.hpp"

#include <eventsdk/broker/partitioner.hpp>

#include <CLI/CLI.hpp>

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

}  // namespace

void add_topics_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "topics", "Look at topics and their partitions");
    add_partition(group, session);
}

}  // namespace cli
