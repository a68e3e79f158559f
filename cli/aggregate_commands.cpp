#include "aggregate_source.hpp"
#include "command.hpp"
#include "fold_program.hpp"
#include "json_object.hpp"

#include <eventsdk/core/time.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace cli {
namespace {

struct StateOptions {
    AggregateSource source{};
    std::string id{};
    std::string moment{};
    std::string other{};
    bool all_events = false;
};

/// Without a program nothing is folded: the stored state, and the events that it lacks.
class StoredState final : public eventsdk::StateFold {
public:
    eventsdk::Result<void> begin(const eventsdk::StoredSnapshot* snapshot) override {
        snapshot_ = snapshot == nullptr ? std::nullopt : std::optional{*snapshot};
        events_.clear();
        return {};
    }
    eventsdk::Result<bool> take(const eventsdk::HistoryEvent& event) override {
        events_.push_back(event_json(event, false));
        return true;
    }
    eventsdk::Result<eventsdk::FoldedState> finish() override { return eventsdk::FoldedState{}; }

    [[nodiscard]] const std::optional<eventsdk::StoredSnapshot>& snapshot() const noexcept { return snapshot_; }
    [[nodiscard]] const std::vector<std::string>& events() const noexcept { return events_; }

private:
    std::optional<eventsdk::StoredSnapshot> snapshot_{};
    std::vector<std::string> events_{};
};

/// An aggregate at a moment. The state is of `revision` when `state_revision` is the same.
struct Found {
    std::int64_t revision = 0;
    std::int64_t state_revision = 0;
    std::string state = "null";
    std::int32_t state_version = 0;
    std::vector<std::string> events{};  ///< that the state lacks
    eventsdk::FoldReport report{};
};

Found find_state(eventsdk::UntypedAggregates& aggregates, const StateOptions& options, eventsdk::Moment moment) {
    Progress progress{"records"};
    moment = watched(std::move(moment), progress);
    if (options.all_events) moment.greatest_snapshot = -1;
    Found found;
    if (!options.source.fold.empty()) {
        FoldProgram fold{options.source.fold};
        found.report = folded_or_stop(aggregates.fold(options.id, moment, fold));
        auto state = value_or_stop(fold.finish());
        found.state = std::move(state.text);
        found.state_version = state.version;
        found.state_revision = found.report.revision;
    } else {
        StoredState fold;
        found.report = folded_or_stop(aggregates.fold(options.id, moment, fold));
        found.events = fold.events();
        if (fold.snapshot()) {
            found.state = on_one_line(fold.snapshot()->state);
            found.state_version = fold.snapshot()->state_version;
            found.state_revision = fold.snapshot()->revision;
        }
    }
    found.revision = found.report.revision;
    return found;
}

std::string read_json(const eventsdk::ReadReport& report) {
    JsonObject read;
    report.snapshot_revision ? read.integer("snapshotRevision", *report.snapshot_revision)
                             : read.null("snapshotRevision");
    read.integer("events", report.events).integer("records", report.records);
    read.integer("snapshotRecords", report.snapshot_records).integer("fetches", report.fetches);
    read.integer("bytes", report.bytes).integer("snapshotsSkipped", report.snapshots_skipped);
    read.boolean("logCut", report.log_cut).integer("microseconds", report.took.count());
    return read.done();
}

std::string array_of(const std::vector<std::string>& values) {
    JsonArray all;
    for (const std::string& each : values) all.raw(each);
    return all.done();
}

std::string found_json(const std::string& id, const Found& found) {
    JsonObject line;
    line.text("aggregateId", id).integer("revision", found.revision);
    found.revision == 0 ? line.null("occurredAt")
                        : line.text("occurredAt", eventsdk::format_timestamp(found.report.occurred_at));
    line.integer("stateRevision", found.state_revision).integer("stateVersion", found.state_version);
    line.raw("state", found.state).raw("events", array_of(found.events)).raw("read", read_json(found.report.report));
    return line.done();
}

void show_text(Output& out, const std::string& id, const Found& found) {
    out.line(visible(id) + " is at revision " + std::to_string(found.revision));
    const std::string stored =
        found.state_revision == found.revision
            ? ""
            : " (of revision " + std::to_string(found.state_revision) + "; the later events are below)";
    out.line("state" + stored + ": " + found.state);
    for (const std::string& event : found.events) out.line(event);
}

void show_state(Session& session, const StateOptions& options) {
    auto aggregates = options.source.open();
    const Found found =
        find_state(aggregates, options, options.moment.empty() ? eventsdk::Moment{} : moment_of(options.moment));
    session.json ? session.out.line(found_json(options.id, found)) : show_text(session.out, options.id, found);
    if (found.revision == 0) session.answer_no();
}

/// The events that are in the state of the second moment and not in that of the first.
class Between final : public eventsdk::StateFold {
public:
    explicit Between(eventsdk::Moment first) : first_{std::move(first)} {}

    eventsdk::Result<void> begin(const eventsdk::StoredSnapshot*) override { return {}; }
    eventsdk::Result<bool> take(const eventsdk::HistoryEvent& event) override {
        const bool before =
            first_.time ? event.envelope().occurred_at <= *first_.time : event.revision <= first_.revision.value_or(0);
        if (!before) events_.push_back(event_json(event, false));
        return true;
    }
    eventsdk::Result<eventsdk::FoldedState> finish() override { return eventsdk::FoldedState{}; }
    [[nodiscard]] const std::vector<std::string>& events() const noexcept { return events_; }

private:
    eventsdk::Moment first_;
    std::vector<std::string> events_{};
};

/// As JSON Patch (RFC 6902); null unless both states are of their moments.
std::string patch(const Found& first, const Found& second) {
    if (first.state_revision != first.revision || second.state_revision != second.revision) return "null";
    return nlohmann::json::diff(nlohmann::json::parse(first.state), nlohmann::json::parse(second.state)).dump();
}

void show_difference(Session& session, const StateOptions& options) {
    const eventsdk::Moment first_moment = moment_of(options.moment);
    const eventsdk::Moment second_moment = moment_of(options.other);
    auto aggregates = options.source.open();
    const Found first = find_state(aggregates, options, first_moment);
    const Found second = find_state(aggregates, options, second_moment);
    Progress progress{"records"};
    Between between{first_moment};
    eventsdk::Moment all = watched(second_moment, progress);
    all.greatest_snapshot = -1;
    folded_or_stop(aggregates.fold(options.id, all, between));
    JsonObject line;
    line.text("aggregateId", options.id).raw("from", found_json(options.id, first));
    line.raw("to", found_json(options.id, second)).raw("patch", patch(first, second));
    line.raw("events", array_of(between.events()));
    if (session.json) return session.out.line(line.done());
    session.out.line("revision " + std::to_string(first.revision) + " to " + std::to_string(second.revision) + ": " +
                     patch(first, second));
    for (const std::string& event : between.events()) session.out.line(event);
}

void add_fold(CLI::App& command, StateOptions& options) {
    command.add_option("--fold", options.source.fold, "Program that folds events into states; docs/cli.md");
    command.add_flag("--all-events", options.all_events, "Use no snapshot");
    command.add_flag("--history", options.source.history, "Use the snapshots of the history topic, too");
}

void add_aggregate_show(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "show", "Show the newest state of an aggregate",
                    "  eventsdk aggregate show prod.shop.basket 3f0c --fold ./fold-basket --json\n"
                    "  eventsdk aggregate show prod.shop.basket 3f0c\n"
                    "Without --fold: the newest snapshot's state, and the events after it, which it lacks.\n"
                    "Status 1: the aggregate has no events, or its log is damaged.\n");
    auto options = std::make_shared<StateOptions>();
    add_aggregate_options(command, options->source);
    command.add_option("ID", options->id, "The aggregate's id")->required();
    add_fold(command, *options);
    command.callback([&session, options] { session.run = [&session, options] { show_state(session, *options); }; });
}

void add_at(CLI::App& group, Session& session) {
    CLI::App& command = add_command(
        group, session, "at", "Show the state of an aggregate at a revision or time, or what changed since",
        "  eventsdk aggregate at prod.shop.basket 3f0c 120 --fold ./fold-basket\n"
        "  eventsdk aggregate at prod.shop.basket 3f0c 2026-11-20T12:00:00Z --diff 140 --fold ./fold-basket --json\n"
        "At a time: the events whose occurredAt is not after it, in the order of the log.\n"
        "Status 1: the aggregate had no events by then, or has not got so far.\n");
    auto options = std::make_shared<StateOptions>();
    add_aggregate_options(command, options->source);
    command.add_option("ID", options->id, "The aggregate's id")->required();
    command.add_option("MOMENT", options->moment, "A revision, or an RFC 3339 time")->required();
    command.add_option("--diff", options->other,
                       "A later moment: show the events between, and the change as JSON Patch");
    add_fold(command, *options);
    command.callback([&session, options] {
        session.run = [&session, options] {
            options->other.empty() ? show_state(session, *options) : show_difference(session, *options);
        };
    });
}

}  // namespace

void add_aggregate_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "aggregate", "Show aggregates: their states and events");
    add_aggregate_show(group, session);
    add_aggregate_history_command(group, session);
    add_at(group, session);
}

}  // namespace cli
