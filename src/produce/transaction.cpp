#include <eventsdk/broker/error_codes.hpp>

#include "produce/scratch_record.hpp"
#include "produce/transactional_impl.hpp"

EVENTSDK_BEGIN_NAMESPACE

const Result<void>& Transaction::Impl::remember(Result<void> result) {
    if (!result) outcomes_.fail(result.error());
    last_ = std::move(result);
    return last_;
}

Result<void> Transaction::Impl::write(const Record& record) {
    for (;;) {
        Result<void> taken = writer_.write(record, tag_);
        if (taken) outcomes_.taken();
        const bool full = !taken && taken.error().code == codes::queue_full;
        if (!full || std::chrono::steady_clock::now() >= deadline_) return taken;
        outcomes_.wait_for_some(deadline_);
    }
}

const Result<void>& Transaction::Impl::publish(const Record& record) { return remember(write(record)); }

const Result<void>& Transaction::Impl::publish_described(std::string_view aggregate_id,
                                                         const EventDescriptor& descriptor, const void* event,
                                                         const PublishOptions& options) {
    const produce::ScratchRecord record;
    auto made = catalogue_.prepare_into(*record, runtime_, aggregate_id, descriptor, event, options);
    return remember(made ? write(*record) : std::move(made));
}

const Result<void>& Transaction::Impl::add_offsets(Reader& reader, std::span<const PartitionOffset> offsets) {
    auto group = reader.group_metadata();
    if (!group) return remember(std::move(group).error());
    const auto left = std::chrono::duration_cast<Duration>(deadline_ - std::chrono::steady_clock::now());
    consumed_.push_back({&reader, {offsets.begin(), offsets.end()}});
    return remember(writer_.add_offsets(*group, offsets, std::max(left, Duration{1})));
}

std::optional<Error> Transaction::failure() const { return impl_.failure(); }

const Result<void>& Transaction::publish(const Record& record) { return impl_.publish(record); }

const Result<void>& Transaction::publish_described(std::string_view aggregate_id, const EventDescriptor& descriptor,
                                                   const void* event, const PublishOptions& options) {
    return impl_.publish_described(aggregate_id, descriptor, event, options);
}

const Result<void>& Transaction::add_offsets(Reader& reader, std::span<const PartitionOffset> offsets) {
    return impl_.add_offsets(reader, offsets);
}

EVENTSDK_END_NAMESPACE
