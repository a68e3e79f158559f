#include "aggregate_source.hpp"
#include "command.hpp"

#include <eventsdk/core/time.hpp>

#include <CLI/CLI.hpp>

#include <limits>
#include <memory>

namespace cli {
namespace {

constexpr std::int64_t last_revision = std::numeric_limits<std::int64_t>::max();

struct HistoryOptions {
    AggregateSource source{};
    std::string id{};
    std::int64_t from = 0;
    std::int64_t to = last_revision;
    std::string since{};
    std::string until{};
};

/// Shows events as they come.
class ShowEvents final : public eventsdk::StateFold {
public:
    ShowEvents(Session& session, const HistoryOptions& options) : session_{session}, options_{options} {
        if (!options.since.empty()) since_ = time_of(options.since);
        if (!options.until.empty()) until_ = time_of(options.until);
    }

    eventsdk::Result<void> begin(const eventsdk::StoredSnapshot*) override { return {}; }
    eventsdk::Result<bool> take(const eventsdk::HistoryEvent& event) override {
        if (event.revision > options_.to) return false;
        const eventsdk::Timestamp occurred = event.envelope().occurred_at;
        if (event.revision < options_.from || occurred < since_ || occurred > until_) return true;
        ++shown_;
        session_.out.line(session_.json ? event_json(event, false) : text_of(event));
        return true;
    }
    eventsdk::Result<eventsdk::FoldedState> finish() override { return eventsdk::FoldedState{}; }
    [[nodiscard]] std::size_t shown() const noexcept { return shown_; }

private:
    static eventsdk::Timestamp time_of(const std::string& text) {
        const eventsdk::Moment moment = moment_of(text);
        if (!moment.time) throw Failure{usage, "no RFC 3339 time: '" + text + "'", {}};
        return *moment.time;
    }
    static std::string text_of(const eventsdk::HistoryEvent& event) {
        const auto& envelope = event.envelope();
        return std::to_string(event.revision) + " " + eventsdk::format_timestamp(envelope.occurred_at) + " " +
               visible(envelope.type) + " " + visible(event.payload_text());
    }

    Session& session_;
    const HistoryOptions& options_;
    eventsdk::Timestamp since_ = eventsdk::Timestamp::min();
    eventsdk::Timestamp until_ = eventsdk::Timestamp::max();
    std::size_t shown_ = 0;
};

void show_history(Session& session, const HistoryOptions& options) {
    auto aggregates = options.source.open();
    Progress progress{"records"};
    ShowEvents events{session, options};
    eventsdk::Moment moment = watched({}, progress);
    moment.greatest_snapshot = options.from - 1;
    folded_or_stop(aggregates.fold(options.id, moment, events));
    if (events.shown() == 0) session.answer_no();
}

}  // namespace

void add_aggregate_history_command(CLI::App& group, Session& session) {
    CLI::App& command = add_command(group, session, "history", "Show the events of an aggregate",
                                    "  eventsdk aggregate history prod.shop.basket 3f0c --from 100 --to 120 --json\n"
                                    "Status 1: there are none.\n");
    auto options = std::make_shared<HistoryOptions>();
    add_aggregate_options(command, options->source);
    command.add_option("ID", options->id, "The aggregate's id")->required();
    command.add_option("--from", options->from, "First revision")->check(CLI::Range(std::int64_t{0}, last_revision));
    command.add_option("--to", options->to, "Last revision")->check(CLI::Range(std::int64_t{0}, last_revision));
    command.add_option("--since", options->since, "Only events that occurred at or after this RFC 3339 time");
    command.add_option("--until", options->until, "Only events that occurred at or before this RFC 3339 time");
    command.callback([&session, options] { session.run = [&session, options] { show_history(session, *options); }; });
}

}  // namespace cli
