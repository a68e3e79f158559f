#include "memory/writer.hpp"

#include "broker/check_options.hpp"
#include "core/mutation.hpp"
#include "memory/errors.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace memory {
namespace {

Error writer_closed() { return make_error(ErrorKind::closed, codes::writer_closed, "the writer is closed"); }

}  // namespace

const Partitioner& partitioner_of(const WriterOptions& options, const std::string& topic) {
    const auto found = options.topic_partitioners.find(topic);
    return found == options.topic_partitioners.end() ? options.partitioner : found->second;
}

Result<void> check_record(const Record& record) {
    if (auto named = check_broker_topic(record.topic); !named) return named;
    if (record.partition && *record.partition < 0) return partition_unknown(record.topic, *record.partition);
    return {};
}

Result<void> MemoryWriter::write(const Record& record, std::uint64_t tag) {
    if (closed_) return writer_closed();
    if (auto checked = check_record(record); !checked) return checked;
    Cluster::Lock lock = cluster_->enter();
    const auto stored = cluster_->append(record, partitioner_of(options_, record.topic), nullptr);
    lock.unlock();
    outcomes_.add(tag, stored);
    if (EVENTSDK_MUTATED(15)) outcomes_.add(tag, stored);
    return {};
}

Result<void> MemoryWriter::flush(Duration timeout) {
    if (outcomes_.flush(timeout)) return {};
    return make_error(ErrorKind::retriable, codes::flush_timeout,
                      std::to_string(pending()) + " records are without an outcome");
}

void MemoryWriter::close(Duration timeout) noexcept {
    closed_ = true;
    (void)outcomes_.flush(timeout);
}

}  // namespace memory
EVENTSDK_END_NAMESPACE
