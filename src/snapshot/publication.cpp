#include "snapshot/publication.hpp"

#include "snapshot/errors.hpp"

#include <eventsdk/event/topic_name.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {

Result<void> check_id(std::string_view id) {
    if (!id.empty() && id.size() <= 255) return {};
    return failure(ErrorKind::invalid_argument, "envelope.aggregate_id",
                   "the aggregate id has " + std::to_string(id.size()) + " bytes", "give 1 to 255 bytes");
}

Result<void> check_revision(std::int64_t revision) {
    if (revision >= 0) return {};
    return failure(ErrorKind::invalid_argument, "snapshot.revision", "revision " + std::to_string(revision),
                   "revisions start at 0");
}

Error not_yet(std::string_view id, std::int64_t revision, std::int64_t wanted) {
    return failure(ErrorKind::invalid_argument, "snapshot.revision",
                   "aggregate '" + std::string{id} + "' has revision " + std::to_string(revision) + ", not yet " +
                       std::to_string(wanted));
}

bool worth_keeping(const Walked& walked, const ReadReport& report) {
    if (walked.last.offset < 0 || report.damage > 0 || !walked.in_partition) return false;
    if (walked.based && report.snapshot_revision == walked.cursor.revision()) return false;
    const bool beginning_unknown = report.log_cut && !report.snapshot_revision && !walked.cursor.recent().empty();
    return !beginning_unknown;
}

Result<Producer> Publication::producer(const Broker& broker, const Catalogue& catalogue) const {
    ProducerOptions options;
    options.publish_timeout = options_.timeout;
    options.writer.partitioner = options_.partitioner;
    return Producer::create(broker, catalogue, std::move(options));
}

Result<void> Publication::write(Producer& producer, std::string_view id, const Walked& walked, std::int32_t version,
                                std::string state) const {
    Record record;
    record.key = id;
    record.value =
        encode_snapshot(aggregate_, {version, std::string{id}, walked.cursor.revision(), walked.cursor.latest(),
                                     std::move(state), walked.last, walked.cursor.recent()});
    if (options_.history) {
        record.topic = snapshot_history_topic(topic_);
        if (auto written = producer.publish(record); !written) return std::move(written).error();
    }
    record.topic = snapshot_topic(topic_);
    if (auto written = producer.publish(record); !written) return std::move(written).error();
    return {};
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
