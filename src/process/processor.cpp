#include <eventsdk/broker/error_codes.hpp>

#include "process/processor_impl.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr Duration poll_patience{100};
constexpr Duration outage_pause{500};

}  // namespace

Result<ProcessorOptions> ProcessorOptions::validated() const {
    const auto refuse = [](std::string message, std::string hint) {
        return Error{ErrorKind::invalid_argument, std::string{codes::options_invalid}, std::move(message),
                     std::move(hint)};
    };
    if (transactional_id.empty() || transactional_id.size() > 249)
        return refuse("ProcessorOptions::transactional_id has " + std::to_string(transactional_id.size()) + " bytes",
                      "give 1 to 249 bytes, the same at every start of this instance");
    if (batch_records < 1 || batch_records > 100'000)
        return refuse("ProcessorOptions::batch_records is " + std::to_string(batch_records), "give 1 to 100,000");
    if (transaction_timeout < std::chrono::seconds{1} || transaction_timeout > std::chrono::minutes{15})
        return refuse("ProcessorOptions::transaction_timeout is " + std::to_string(transaction_timeout.count()) + " ms",
                      "give 1 s to 15 min");
    if (transaction_timeout >= max_poll_interval)
        return refuse("ProcessorOptions::transaction_timeout is not shorter than max_poll_interval",
                      "a transaction must end before its member is put out of the group");
    if (auto valid = retry.validated(); !valid) return std::move(valid).error();
    return *this;
}

Result<Processor> Processor::create(Broker broker, Catalogue catalogue, Process process, ProcessorOptions options) {
    auto valid = options.validated();
    if (!valid) return std::move(valid).error();
    if (valid->topics.empty()) {
        auto topics = consume::topics_of(process.projection_, catalogue);
        if (!topics) return std::move(topics).error();
        valid->topics = std::move(*topics);
    }
    auto handlers = consume::HandlerTable::create(process.projection_, catalogue);
    if (!handlers) return std::move(handlers).error();
    return Processor{std::make_unique<Impl>(std::move(broker), std::move(catalogue), std::move(process.projection_),
                                            process.current_, std::move(*handlers), std::move(*valid))};
}

Processor::Processor(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Processor::Processor(Processor&&) noexcept = default;
Processor& Processor::operator=(Processor&&) noexcept = default;
Processor::~Processor() = default;

Result<StopReason> Processor::run(std::stop_token stop) { return impl_->run(stop); }
Result<std::size_t> Processor::step(Duration patience) { return impl_->step(patience); }

Result<StopReason> Processor::Impl::run(const std::stop_token& stop) {
    stop_ = stop;
    stopped_ = false;
    while (!stop.stop_requested()) {
        const auto finished = step(poll_patience);
        if (stopped_) {
            leave();
            return StopReason::handler;
        }
        if (finished) continue;
        const Error& error = finished.error();
        if (error.kind != ErrorKind::retriable && error.kind != ErrorKind::unavailable) {
            leave();
            return error;
        }
        log_failure(error);
        if (!wait(outage_pause)) leave();  // what was read meanwhile must be read again
    }
    leave();
    return StopReason::requested;
}

EVENTSDK_END_NAMESPACE
