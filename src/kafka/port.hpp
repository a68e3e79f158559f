#pragma once

#include "kafka/admin_client.hpp"
#include "kafka/option_lint.hpp"

#include <eventsdk/broker/broker.hpp>

#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// The broker port over one cluster's options; client handles are made when asked for.
class KafkaPort final : public BrokerPort {
public:
    KafkaPort(Options options, Runtime runtime) : options_{std::move(options)}, runtime_{std::move(runtime)} {}

    Result<std::unique_ptr<Writer>> writer(const WriterOptions& options, WriteSink& sink) override;
    Result<std::unique_ptr<TransactionalWriter>> transactional_writer(const TransactionalWriterOptions& options,
                                                                      WriteSink& sink) override;
    Result<std::unique_ptr<Reader>> reader(const ReaderOptions& options, RebalanceListener* listener) override;
    Result<std::unique_ptr<Admin>> admin() override;
    Result<void> probe(Duration timeout) override;
    [[nodiscard]] const Runtime& runtime() const noexcept override { return runtime_; }
    [[nodiscard]] std::vector<Finding> findings() const override { return lint_options(options_); }
    [[nodiscard]] std::string describe() const override { return "kafka " + options_.bootstrap_servers; }

private:
    [[nodiscard]] Result<std::shared_ptr<AdminClient>> admin_client();

    const Options options_;
    const Runtime runtime_;
    std::mutex mutex_;
    std::shared_ptr<AdminClient> admin_client_;
};

}  // namespace kafka
EVENTSDK_END_NAMESPACE
