#include <eventsdk/produce/producer.hpp>

#include <eventsdk/broker/error_codes.hpp>

#include "produce/producer_impl.hpp"
#include "produce/scratch_record.hpp"

EVENTSDK_BEGIN_NAMESPACE

Result<ProducerOptions> ProducerOptions::validated() const {
    const auto refuse = [](std::string message, std::string hint) {
        return Error{ErrorKind::invalid_argument, std::string{codes::options_invalid}, std::move(message),
                     std::move(hint)};
    };
    if (publish_timeout < Duration{1} || publish_timeout > std::chrono::hours{1})
        return refuse("ProducerOptions::publish_timeout is " + std::to_string(publish_timeout.count()) + " ms",
                      "give 1 ms to 1 h");
    if (writer.queue_records < 1 || writer.queue_records > 10'000'000)
        return refuse("WriterOptions::queue_records is " + std::to_string(writer.queue_records),
                      "give 1 to 10,000,000");
    if (writer.queue_bytes < 1'024)
        return refuse("WriterOptions::queue_bytes is " + std::to_string(writer.queue_bytes), "give at least 1,024");
    return *this;
}

Result<Producer> Producer::create(Broker broker, Catalogue catalogue, ProducerOptions options) {
    auto valid = options.validated();
    if (!valid) return std::move(valid).error();
    auto impl = std::make_unique<Impl>(std::move(broker), std::move(catalogue), *valid);
    if (auto opened = impl->open(valid->writer); !opened) return std::move(opened).error();
    return Producer{std::move(impl)};
}

Producer::Producer(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Producer::Producer(Producer&&) noexcept = default;
Producer& Producer::operator=(Producer&& other) noexcept {
    if (impl_ != nullptr && this != &other) impl_->close(Duration{1000});
    impl_ = std::move(other.impl_);
    return *this;
}
Producer::~Producer() {
    if (impl_ != nullptr) impl_->close(Duration{1000});
}

Result<Receipt> Producer::publish(const Record& record) { return impl_->publish(record); }

Result<Receipt> Producer::publish_json(std::string_view aggregate_id, std::string_view type, std::int32_t version,
                                       std::string_view payload, const PublishOptions& options) {
    auto record = catalogue().prepare_json(runtime(), aggregate_id, type, version, payload, options);
    if (!record) return std::move(record).error();
    return impl_->publish(*record);
}

Result<void> Producer::publish_async(const Record& record, Completion completion) {
    return impl_->publish_async(record, std::move(completion));
}

std::vector<Result<Receipt>> Producer::publish_all(std::span<const Record> records) {
    return impl_->publish_all(records);
}

Result<void> Producer::flush(Duration timeout) { return impl_->flush(timeout); }
CloseReport Producer::close(Duration timeout) { return impl_->close(timeout); }
const Catalogue& Producer::catalogue() const noexcept { return impl_->catalogue(); }
const Runtime& Producer::runtime() const noexcept { return impl_->runtime(); }

Result<Receipt> Producer::publish_described(std::string_view aggregate_id, const EventDescriptor& descriptor,
                                            const void* event, const PublishOptions& options) {
    const produce::ScratchRecord record;
    if (auto made = catalogue().prepare_into(*record, runtime(), aggregate_id, descriptor, event, options); !made)
        return std::move(made).error();
    return impl_->publish(*record);
}

Result<void> Producer::publish_described_async(std::string_view aggregate_id, const EventDescriptor& descriptor,
                                               const void* event, const PublishOptions& options,
                                               Completion completion) {
    const produce::ScratchRecord record;
    if (auto made = catalogue().prepare_into(*record, runtime(), aggregate_id, descriptor, event, options); !made)
        return std::move(made).error();
    return impl_->publish_async(*record, std::move(completion));
}

EVENTSDK_END_NAMESPACE
