#include "aggregate_source.hpp"
#include "command.hpp"
#include "fold_program.hpp"
#include "json_object.hpp"

#include <eventsdk/core/time.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace cli {
namespace {

struct SnapshotCommand {
    AggregateSource source{};
    std::vector<std::string> ids{};
    bool all = false;
    bool older = false;
};

/// What is listed of a record of a snapshot topic.
struct Listed {
    std::string id{};
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::size_t bytes = 0;
    std::optional<eventsdk::StoredSnapshot> snapshot{};
    std::string problem{};
    bool deletion = false;
};

Listed listed_of(const eventsdk::SnapshotEntry& entry) {
    const eventsdk::ReceivedRecord& record = entry.record;
    Listed made{std::string{record.key.value_or("")},
                record.partition,
                record.offset,
                record.value.value_or("").size(),
                entry.snapshot,
                {},
                !record.value};
    if (entry.problem) made.problem = entry.problem->message;
    return made;
}

/// All records, or of each aggregate the one that a restore would begin with: the highest revision since it was deleted.
std::vector<Listed> find_snapshots(eventsdk::UntypedAggregates& aggregates, const SnapshotCommand& options) {
    const std::set<std::string> wanted{options.ids.begin(), options.ids.end()};
    std::vector<Listed> all;
    std::map<std::string, Listed> newest;
    Progress progress{"snapshots"};
    const auto take = [&](const eventsdk::SnapshotEntry& entry) {
        check_interrupted();
        progress.add();
        Listed made = listed_of(entry);
        if (!wanted.empty() && !wanted.contains(made.id)) return true;
        if (options.all) {
            all.push_back(std::move(made));
        } else if (made.deletion) {
            newest.erase(made.id);
        } else if (const auto known = newest.find(made.id);
                   known == newest.end() || !known->second.snapshot ||
                   (made.snapshot && made.snapshot->revision >= known->second.snapshot->revision)) {
            newest.insert_or_assign(made.id, std::move(made));
        }
        return true;
    };
    succeed_or_stop(aggregates.visit_snapshots(options.older, take));
    for (auto& [id, each] : newest) all.push_back(std::move(each));
    return all;
}

std::string listed_json(const Listed& each) {
    JsonObject line;
    line.text("aggregateId", each.id).integer("partition", each.partition).integer("offset", each.offset);
    line.integer("bytes", static_cast<std::int64_t>(each.bytes));
    if (each.deletion) return line.boolean("deleted", true).done();
    if (!each.snapshot) return line.text("problem", each.problem).done();
    const eventsdk::StoredSnapshot& snapshot = *each.snapshot;
    line.integer("revision", snapshot.revision).integer("stateVersion", snapshot.state_version);
    line.text("occurredAt", eventsdk::format_timestamp(snapshot.occurred_at));
    if (!snapshot.offset) return line.null("covers").done();
    JsonObject covers;
    covers.integer("partition", snapshot.partition.value_or(0)).integer("offset", *snapshot.offset);
    return line.raw("covers", covers.done()).done();
}

std::string listed_text(const Listed& each) {
    const std::string head =
        visible(each.id) + " [" + std::to_string(each.partition) + "]@" + std::to_string(each.offset);
    if (each.deletion) return head + " deleted";
    if (!each.snapshot) return head + " not readable: " + visible(each.problem);
    return head + " revision " + std::to_string(each.snapshot->revision) + " " +
           eventsdk::format_timestamp(each.snapshot->occurred_at) + " version " +
           std::to_string(each.snapshot->state_version) + " " + std::to_string(each.bytes) + " bytes";
}

void list(Session& session, const SnapshotCommand& options) {
    auto aggregates = options.source.open();
    const auto all = find_snapshots(aggregates, options);
    for (const Listed& each : all) session.out.line(session.json ? listed_json(each) : listed_text(each));
    if (all.empty()) session.answer_no();
}

/// Remembers why the last snapshot was passed over.
class Reasons final : public eventsdk::Logger {
public:
    [[nodiscard]] bool enabled(eventsdk::LogLevel level) const noexcept override {
        return level >= eventsdk::LogLevel::warning;
    }
    void write(eventsdk::LogLevel, std::string_view, std::span<const eventsdk::LogField> fields) noexcept override {
        for (const eventsdk::LogField& field : fields) {
            if (field.name != "reason") continue;
            const std::lock_guard lock{mutex_};
            if (const auto* text = std::get_if<std::string_view>(&field.value)) last_ = *text;
        }
    }
    [[nodiscard]] std::string take() {
        const std::lock_guard lock{mutex_};
        return std::exchange(last_, {});
    }

private:
    std::mutex mutex_;
    std::string last_;
};

/// Sees whether a restore of the snapshot's revision begins with the snapshot.
class NoFold final : public eventsdk::StateFold {
public:
    eventsdk::Result<void> begin(const eventsdk::StoredSnapshot*) override { return {}; }
    eventsdk::Result<bool> take(const eventsdk::HistoryEvent&) override { return true; }
    eventsdk::Result<eventsdk::FoldedState> finish() override { return eventsdk::FoldedState{}; }
};

/// What is wrong with the snapshot; empty when it holds.
std::string fault_of(eventsdk::UntypedAggregates& aggregates, const SnapshotCommand& options, const Listed& each,
                     Reasons& reasons) {
    if (!each.snapshot) return each.problem;
    const eventsdk::StoredSnapshot& snapshot = *each.snapshot;
    Progress progress{"records"};
    eventsdk::Moment moment = watched({}, progress);
    moment.revision = snapshot.revision;
    static_cast<void>(reasons.take());
    NoFold none;
    const auto used = aggregates.fold(each.id, moment, none);
    if (!used && used.error().kind != eventsdk::ErrorKind::permanent && used.error().code != "snapshot.revision")
        throw failure_of(used.error());
    if (!used) return used.error().message;
    if (used->report.snapshot_revision != snapshot.revision) return "it is passed over: " + reasons.take();
    if (options.source.fold.empty()) return {};
    FoldProgram fold{options.source.fold};
    moment.greatest_snapshot = -1;
    folded_or_stop(aggregates.fold(each.id, moment, fold));
    const auto state = value_or_stop(fold.finish());
    if (state.version != snapshot.state_version)
        return "its state has version " + std::to_string(snapshot.state_version) + ", the program's " +
               std::to_string(state.version);
    const bool same = nlohmann::json::parse(state.text) == nlohmann::json::parse(snapshot.state);
    return same ? std::string{} : "its state is not what folding the events gives: " + state.text;
}

void verify(Session& session, const SnapshotCommand& options) {
    auto reasons = std::make_shared<Reasons>();
    auto aggregates = options.source.open(reasons);
    const auto all = find_snapshots(aggregates, options);
    for (const Listed& each : all) {
        const std::string fault = fault_of(aggregates, options, each, *reasons);
        JsonObject line;
        line.text("aggregateId", each.id);
        each.snapshot ? line.integer("revision", each.snapshot->revision) : line.null("revision");
        line.boolean("valid", fault.empty());
        if (!fault.empty()) line.text("problem", fault);
        session.out.line(session.json ? line.done()
                                      : listed_text(each) + (fault.empty() ? " holds" : " FAULTY: " + visible(fault)));
        session.out.flush();
        if (!fault.empty()) session.answer_no();
    }
    if (all.empty()) session.answer_no();
}

void publish(Session& session, const SnapshotCommand& options) {
    auto aggregates = options.source.open();
    for (const std::string& id : options.ids) {
        check_interrupted();
        FoldProgram fold{options.source.fold};
        const auto done = folded_or_stop(aggregates.publish(id, fold));
        session.out.line(session.json ? JsonObject{}
                                            .text("aggregateId", id)
                                            .integer("revision", done.revision)
                                            .boolean("written", done.written)
                                            .done()
                                      : visible(id) + " revision " + std::to_string(done.revision) +
                                            (done.written ? " written" : " nothing new"));
        session.out.flush();
    }
}

void add_snapshot_list(CLI::App& group, Session& session) {
    CLI::App& command = add_command(group, session, "list", "Show the newest snapshot of each aggregate",
                                    "  eventsdk snapshot list prod.shop.basket --json\n"
                                    "  eventsdk snapshot list prod.shop.basket --all --history 3f0c\n"
                                    "Status 1: there are none.\n");
    auto options = std::make_shared<SnapshotCommand>();
    add_aggregate_options(command, options->source);
    command.add_option("ID", options->ids, "Only of these aggregates");
    command.add_flag("--all", options->all, "Every record that is there: older ones, deletions");
    command.add_flag("--history", options->older, "Those of the history topic");
    command.callback([&session, options] { session.run = [&session, options] { list(session, *options); }; });
}

void add_verify(CLI::App& group, Session& session) {
    CLI::App& command = add_command(
        group, session, "verify", "Check that the newest snapshots hold",
        "  eventsdk snapshot verify prod.shop.basket\n"
        "  eventsdk snapshot verify prod.shop.basket 3f0c --fold ./fold-basket --json\n"
        "Checks form, checksum, and that the last event in it is in the log at the place it names; with --fold also\n"
        "that folding all events up to it gives its state. Status 1: one does not hold, or there are none.\n");
    auto options = std::make_shared<SnapshotCommand>();
    add_aggregate_options(command, options->source);
    command.add_option("ID", options->ids, "Only of these aggregates");
    command.add_option("--fold", options->source.fold, "Program that folds events into states; docs/cli.md");
    command.callback([&session, options] { session.run = [&session, options] { verify(session, *options); }; });
}

void add_publish(CLI::App& group, Session& session) {
    CLI::App& command = add_command(
        group, session, "publish", "Take a snapshot of aggregates now",
        "  eventsdk snapshot publish prod.shop.basket 3f0c 7a21 --fold ./fold-basket\n"
        "The state is always folded from the log. \"written\":false: there is one of this revision already,\n"
        "or the aggregate has no events. Status 1: the log is damaged.\n");
    auto options = std::make_shared<SnapshotCommand>();
    add_aggregate_options(command, options->source);
    command.add_option("ID", options->ids, "The aggregates")->required();
    command.add_option("--fold", options->source.fold, "Program that folds events into states; docs/cli.md")
        ->required();
    command.add_flag("--history", options->source.history, "Also write it to the history topic");
    command.callback([&session, options] { session.run = [&session, options] { publish(session, *options); }; });
}

}  // namespace

void add_snapshot_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "snapshot", "List, check and take snapshots of aggregates");
    add_snapshot_list(group, session);
    add_verify(group, session);
    add_publish(group, session);
}

}  // namespace cli
