#include <eventsdk/produce/transactional_producer.hpp>

#include <eventsdk/broker/error_codes.hpp>

#include "produce/transactional_impl.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace {

constexpr std::size_t max_transactional_id_bytes = 249;
constexpr Duration close_timeout{1000};

Error bad_option(std::string message, std::string hint) {
    return {ErrorKind::invalid_argument, std::string{codes::options_invalid}, std::move(message), std::move(hint)};
}

}  // namespace

Result<TransactionalProducerOptions> TransactionalProducerOptions::validated() const {
    if (transactional_id.empty() || transactional_id.size() > max_transactional_id_bytes)
        return bad_option(
            "TransactionalProducerOptions::transactional_id has " + std::to_string(transactional_id.size()) + " bytes",
            "give 1 to 249 bytes, the same at every start of this instance");
    if (timeout < Duration{1} || timeout > std::chrono::hours{1})
        return bad_option("TransactionalProducerOptions::timeout is " + std::to_string(timeout.count()) + " ms",
                          "give 1 ms to 1 h");
    if (transaction_timeout < std::chrono::seconds{1} || transaction_timeout > std::chrono::minutes{15})
        return bad_option("TransactionalProducerOptions::transaction_timeout is " +
                              std::to_string(transaction_timeout.count()) + " ms",
                          "give 1 s to 15 min");
    if (auto valid = retry.validated(); !valid) return std::move(valid).error();
    return *this;
}

Result<TransactionalProducer> TransactionalProducer::create(Broker broker, Catalogue catalogue,
                                                            TransactionalProducerOptions options) {
    auto valid = options.validated();
    if (!valid) return std::move(valid).error();
    auto impl = std::make_unique<Impl>(std::move(broker), std::move(catalogue), std::move(*valid));
    if (auto opened = impl->open(); !opened) return std::move(opened).error();
    return TransactionalProducer{std::move(impl)};
}

TransactionalProducer::TransactionalProducer(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
TransactionalProducer::TransactionalProducer(TransactionalProducer&&) noexcept = default;
TransactionalProducer& TransactionalProducer::operator=(TransactionalProducer&& other) noexcept {
    if (impl_ != nullptr && this != &other) impl_->close(close_timeout);
    impl_ = std::move(other.impl_);
    return *this;
}
TransactionalProducer::~TransactionalProducer() {
    if (impl_ != nullptr) impl_->close(close_timeout);
}

Result<void> TransactionalProducer::transact(const std::function<Result<void>(Transaction&)>& work) {
    return impl_->transact(work);
}

void TransactionalProducer::close(Duration timeout) { impl_->close(timeout); }

EVENTSDK_END_NAMESPACE
