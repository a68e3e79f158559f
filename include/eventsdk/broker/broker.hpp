#pragma once

#include <eventsdk/broker/admin.hpp>
#include <eventsdk/broker/finding.hpp>
#include <eventsdk/broker/reader.hpp>
#include <eventsdk/broker/writer.hpp>
#include <eventsdk/core/runtime.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// What a broker adapter implements: it hands out the four ports. Two ship with the SDK: `kafka::connect()` and
/// `memory::Broker`; `testing::FaultPlan` decorates any.
///
/// **Thread safety**: all members may be called from any thread. What is handed out keeps alive what it needs.
class EVENTSDK_API BrokerPort {
public:
    virtual ~BrokerPort() = default;
    /// @param sink receives the outcomes; must outlive the writer
    /// @return `invalid_argument` naming the option
    [[nodiscard]] virtual Result<std::unique_ptr<Writer>> writer(const WriterOptions& options, WriteSink& sink) = 0;
    /// Initialises the transactional id (fencing older holders) within options.init_timeout.
    /// @return `unavailable`, `retriable`, `fenced`, `invalid_argument`, `fatal`
    [[nodiscard]] virtual Result<std::unique_ptr<TransactionalWriter>> transactional_writer(
        const TransactionalWriterOptions& options, WriteSink& sink) = 0;
    /// @param listener may be null; must outlive the reader
    [[nodiscard]] virtual Result<std::unique_ptr<Reader>> reader(const ReaderOptions& options,
                                                                 RebalanceListener* listener) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<Admin>> admin() = 0;
    /// Answers once a broker has, within `timeout`: `unavailable` with the cause when none does (refused, wrong
    /// credentials, certificate), never later.
    [[nodiscard]] virtual Result<void> probe(Duration timeout) = 0;
    [[nodiscard]] virtual const Runtime& runtime() const noexcept = 0;
    /// Settings of the way to the brokers that are dangerous or useless, known without asking them; lint_start() adds
    /// what the topics tell.
    [[nodiscard]] virtual std::vector<Finding> findings() const { return {}; }
    /// For people: "kafka 127.0.0.1:9092", "memory".
    [[nodiscard]] virtual std::string describe() const = 0;
};

/// A cheap, shared handle to a log of events: a Kafka cluster, or one in memory. Copy it freely.
///
/// Everything else of the SDK takes one, and neither knows nor asks which kind it is.
class EVENTSDK_API Broker {
public:
    explicit Broker(std::shared_ptr<BrokerPort> port) : port_{std::move(port)} {}

    [[nodiscard]] BrokerPort& port() const noexcept { return *port_; }
    [[nodiscard]] const std::shared_ptr<BrokerPort>& shared_port() const noexcept { return port_; }
    [[nodiscard]] const Runtime& runtime() const noexcept { return port_->runtime(); }

    /// Puts a decorator around the port: everything made from this handle afterwards passes through it.
    void decorate(std::shared_ptr<BrokerPort> decorator) { port_ = std::move(decorator); }

private:
    std::shared_ptr<BrokerPort> port_;
};

EVENTSDK_END_NAMESPACE
