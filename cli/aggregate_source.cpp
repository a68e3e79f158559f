#include "aggregate_source.hpp"

#include "catalogue/open_scratch.hpp"
#include "envelope_line.hpp"
#include "json_object.hpp"
#include "record_line.hpp"

#include <eventsdk/core/time.hpp>
#include <eventsdk/schema/schema_set.hpp>

#include <CLI/CLI.hpp>

#include <charconv>

namespace cli {
namespace {

/// All event types of the directory, on the topic; without a directory a catalogue that knows the formats only.
eventsdk::Catalogue catalogue_of(const AggregateSource& source) {
    std::vector<eventsdk::EventRegistration> types;
    if (source.schemas.empty()) {
        if (!source.format.empty()) throw Failure{usage, "--format needs --schemas", {}};
        return value_or_stop(eventsdk::Catalogue::load({}, std::move(types)));
    }
    eventsdk::EventOptions options{.topic = source.topic};
    if (!source.format.empty()) options.format = value_or_stop(eventsdk::EnvelopeFormat::named(source.format));
    const auto schemas = value_or_stop(eventsdk::SchemaSet::load(source.schemas));
    for (const eventsdk::Schema& schema : schemas.all())
        types.push_back(eventsdk::untyped_event(std::string{schema.type()}, schema.version(), options));
    return value_or_stop(eventsdk::Catalogue::load({.schemas = source.schemas}, std::move(types)));
}

std::string last_word(const std::string& topic) { return topic.substr(topic.rfind('.') + 1); }

}  // namespace

eventsdk::UntypedAggregates AggregateSource::open(std::shared_ptr<eventsdk::Logger> logger) const {
    eventsdk::SnapshotOptions options{.history = history, .timeout = connection.timeout()};
    if (all_partitions) options.on_partition_change = eventsdk::PartitionChange::read_all;
    auto catalogue = catalogue_of(*this);
    eventsdk::Broker broker = connection.connect({.logger = std::move(logger)});
    succeed_or_stop(broker.port().probe(connection.timeout()));
    return value_or_stop(eventsdk::UntypedAggregates::create(
        std::move(broker), std::move(catalogue), topic, aggregate.empty() ? last_word(topic) : aggregate, options));
}

void add_aggregate_options(CLI::App& command, AggregateSource& source) {
    command.add_option("TOPIC", source.topic, "Topic of the events")->required();
    command.add_option("--aggregate", source.aggregate, "The aggregate's name; else the last word of the topic's name");
    command.add_option("--schemas", source.schemas, "Directory of schemas; payloads are checked against them");
    command.add_option("--format", source.format, "Name of the events' layout (user_events, ...); needs --schemas");
    command.add_flag("--all-partitions", source.all_partitions,
                     "Read all partitions, as the topic once had fewer of them");
    add_connection_options(command, source.connection);
}

eventsdk::Moment moment_of(const std::string& text) {
    eventsdk::Moment moment;
    std::int64_t revision = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (failed == std::errc{} && end == text.data() + text.size() && revision >= 0) {
        moment.revision = revision;
        return moment;
    }
    const auto time = eventsdk::parse_date_time(text);
    if (!time)
        throw Failure{usage, "neither a revision nor an RFC 3339 time: '" + text + "'",
                      "write it like 120 or 2026-11-20T12:00:00Z"};
    moment.time = time->utc;
    return moment;
}

eventsdk::Moment watched(eventsdk::Moment moment, Progress& progress) {
    moment.progress = [&progress](std::int64_t records) {
        check_interrupted();
        progress.add(static_cast<std::size_t>(records));
    };
    return moment;
}

std::string event_json(const eventsdk::HistoryEvent& event, bool with_record) {
    const auto& decoded = event.opened.scratch->impl();
    JsonObject line;
    line.integer("revision", event.revision).integer("partition", event.partition).integer("offset", event.offset);
    line.text("timestamp", eventsdk::format_timestamp(event.timestamp));
    line.raw("envelope", on_one_line(envelope_json(decoded.decoded)));
    if (with_record) line.raw("record", record_line(*event.record));
    return line.done();
}

}  // namespace cli
