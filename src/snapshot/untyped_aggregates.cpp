#include <eventsdk/snapshot/untyped_aggregates.hpp>

#include "json/document.hpp"
#include "snapshot/errors.hpp"
#include "snapshot/publication.hpp"

#include <eventsdk/event/topic_name.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace {

using snapshot::SnapshotRecord;

StoredSnapshot stored(const SnapshotRecord& record) {
    StoredSnapshot made{record.aggregate_id, record.version, record.revision, record.occurred_at, record.state, {}, {}};
    if (!record.covers) return made;
    made.partition = record.covers->partition;
    made.offset = record.covers->offset;
    return made;
}

Result<void> check_state(std::string_view text) {
    json::Document document;
    const auto parsed = document.parse(text, {text.size(), 64, 1'000'000});
    if (parsed && parsed->is_object()) return {};
    return snapshot::failure(ErrorKind::permanent, "snapshot.state",
                             parsed ? "the state of a snapshot is a JSON object" : parsed.error().message,
                             "let the fold give an object");
}

/// Hands what a walk finds to a fold.
class FoldSink final : public snapshot::EventSink {
public:
    FoldSink(StateFold& fold, ReadReport& report) : fold_{fold}, report_{report}, begun_{fold.begin(nullptr)} {}

    void reset() override {
        begun_ = fold_.begin(nullptr);
        revision_ = 0;
        occurred_at_ = {};
    }
    Result<void> begin(const SnapshotRecord& snapshot) override {
        begun_ = Result<void>{};
        revision_ = snapshot.revision;
        occurred_at_ = snapshot.occurred_at;
        const StoredSnapshot given = stored(snapshot);
        return fold_.begin(&given);
    }
    Result<bool> take(const ReceivedRecord& record, const Opened& opened, std::int64_t revision) override {
        if (!begun_) return begun_.error();
        ++report_.events;
        revision_ = revision;
        occurred_at_ = std::max(occurred_at_, opened.envelope.occurred_at);
        return fold_.take({opened, revision, record.partition, record.offset, record.timestamp, &record});
    }

    [[nodiscard]] const Result<void>& begun() const noexcept { return begun_; }
    [[nodiscard]] std::int64_t revision() const noexcept { return revision_; }
    [[nodiscard]] Timestamp occurred_at() const noexcept { return occurred_at_; }

private:
    StateFold& fold_;
    ReadReport& report_;
    Result<void> begun_;
    std::int64_t revision_ = 0;
    Timestamp occurred_at_{};
};

}  // namespace

class UntypedAggregates::Impl {
public:
    Impl(Broker broker, Catalogue catalogue, std::string topic, std::string aggregate, SnapshotOptions options)
        : broker_{std::move(broker)},
          catalogue_{std::move(catalogue)},
          topic_{std::move(topic)},
          aggregate_{std::move(aggregate)},
          options_{std::move(options)},
          log_{broker_, options_.timeout},
          restorer_{log_, catalogue_, broker_.runtime(), options_, topic_, aggregate_},
          publication_{aggregate_, topic_, options_} {}

    Result<FoldReport> fold(std::string_view id, const Moment& moment, StateFold& fold);
    Result<PublishedSnapshot> publish(std::string_view id, StateFold& fold);
    Result<void> visit(bool history, const std::function<bool(const SnapshotEntry&)>& take);

private:
    [[nodiscard]] SnapshotEntry entry_of(const ReceivedRecord& record) const;

    Broker broker_;
    Catalogue catalogue_;
    std::string topic_;
    std::string aggregate_;
    SnapshotOptions options_;
    snapshot::LogReader log_;
    snapshot::Restorer restorer_;
    snapshot::Publication publication_;
};

Result<FoldReport> UntypedAggregates::Impl::fold(std::string_view id, const Moment& moment, StateFold& fold) {
    if (auto checked = snapshot::check_id(id); !checked) return std::move(checked).error();
    if (auto checked = snapshot::check_revision(moment.revision.value_or(0)); !checked)
        return std::move(checked).error();
    FoldReport made;
    FoldSink sink{fold, made.report};
    const snapshot::Wanted wanted{moment.revision, moment.time, moment.greatest_snapshot, &moment.progress};
    auto walked = restorer_.walk(id, wanted, sink, made.report);
    if (!walked) return std::move(walked).error();
    if (!sink.begun()) return sink.begun().error();
    if (moment.revision && sink.revision() < *moment.revision)
        return snapshot::not_yet(id, sink.revision(), *moment.revision);
    made.revision = sink.revision();
    made.occurred_at = sink.occurred_at();
    return made;
}

Result<PublishedSnapshot> UntypedAggregates::Impl::publish(std::string_view id, StateFold& fold) {
    if (auto checked = snapshot::check_id(id); !checked) return std::move(checked).error();
    ReadReport report;
    FoldSink sink{fold, report};
    auto walked = restorer_.walk(id, {}, sink, report);
    if (!walked) return std::move(walked).error();
    if (!sink.begun()) return sink.begun().error();
    const std::int64_t revision = walked->cursor.revision();
    if (!snapshot::worth_keeping(*walked, report)) return PublishedSnapshot{revision, false};
    auto state = fold.finish();
    if (!state) return std::move(state).error();
    if (auto checked = check_state(state->text); !checked) return std::move(checked).error();
    auto producer = publication_.producer(broker_, catalogue_);
    if (!producer) return std::move(producer).error();
    auto written = publication_.write(*producer, id, *walked, state->version, std::move(state->text));
    if (!written) return std::move(written).error();
    return PublishedSnapshot{revision, true};
}

SnapshotEntry UntypedAggregates::Impl::entry_of(const ReceivedRecord& record) const {
    SnapshotEntry entry{record, {}, {}};
    if (!record.value) return entry;
    auto decoded = snapshot::decode_snapshot(aggregate_, record.key.value_or(""), *record.value);
    if (decoded) {
        entry.snapshot = stored(*decoded);
    } else {
        entry.problem = std::move(decoded).error();
    }
    return entry;
}

Result<void> UntypedAggregates::Impl::visit(bool history, const std::function<bool(const SnapshotEntry&)>& take) {
    const std::string topic = history ? snapshot_history_topic(topic_) : snapshot_topic(topic_);
    const auto description = log_.describe(topic);
    if (!description) return description.error();
    snapshot::ReadCost cost;
    bool more = true;
    for (std::int32_t number = 0; more && number < description->partitions; ++number) {
        const auto bounds = log_.bounds({topic, number});
        if (!bounds) return bounds.error();
        auto read = log_.read({{topic, number}, bounds->low, bounds->last_stable}, cost,
                              [&](const ReceivedRecord& record) -> Result<bool> {
                                  more = take(entry_of(record));
                                  return more;
                              });
        if (!read) return read;
    }
    return {};
}

Result<UntypedAggregates> UntypedAggregates::create(Broker broker, Catalogue catalogue, std::string topic,
                                                    std::string aggregate, SnapshotOptions options) {
    auto valid = options.validated();
    if (!valid) return std::move(valid).error();
    if (auto checked = check_topic_name(topic); !checked) return std::move(checked).error();
    if (aggregate.empty())
        return snapshot::failure(ErrorKind::invalid_argument, "snapshot.aggregate", "the aggregate's name is empty",
                                 "give what stands before '.snapshot' in the type of its snapshots");
    return UntypedAggregates{std::make_unique<Impl>(std::move(broker), std::move(catalogue), std::move(topic),
                                                    std::move(aggregate), std::move(options))};
}

UntypedAggregates::UntypedAggregates(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
UntypedAggregates::UntypedAggregates(UntypedAggregates&&) noexcept = default;
UntypedAggregates& UntypedAggregates::operator=(UntypedAggregates&&) noexcept = default;
UntypedAggregates::~UntypedAggregates() = default;

Result<FoldReport> UntypedAggregates::fold(std::string_view id, const Moment& moment, StateFold& fold) {
    return impl_->fold(id, moment, fold);
}
Result<PublishedSnapshot> UntypedAggregates::publish(std::string_view id, StateFold& fold) {
    return impl_->publish(id, fold);
}
Result<void> UntypedAggregates::visit_snapshots(bool history, const std::function<bool(const SnapshotEntry&)>& take) {
    return impl_->visit(history, take);
}

EVENTSDK_END_NAMESPACE
