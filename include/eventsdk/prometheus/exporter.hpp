#pragma once

#include <eventsdk/core/health.hpp>
#include <eventsdk/core/metrics.hpp>
#include <eventsdk/core/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace prometheus {

/// Where the exporter listens.
struct ExporterOptions {
    /// IPv4 address to listen on: this machine only, unless told otherwise ("0.0.0.0": everyone).
    std::string address = "127.0.0.1";
    /// 0: one that is free; Exporter::port() tells.
    std::uint16_t port = 0;
};

/// Keeps the SDK's measurements and shows them to Prometheus over HTTP, with the health of the service beside them:
///
///     auto exporter = prometheus::Exporter::create({.port = 9464}).value();
///     auto broker = kafka::connect(options, {.metrics = exporter.metrics()}).value();
///     exporter.watch("points", [&] { return projector.health().summary(); });
///
/// | path | answer |
/// |---|---|
/// | `/metrics` | text exposition 0.0.4 of every series; a gauge that is unknown has no sample |
/// | `/health` | 200 while every watched part is healthy, else 503; JSON with the problems of each |
/// | `/ready` | 200 while every watched part is healthy and ready, else 503; the same JSON |
///
/// A cheap, shared handle; the server ends with the last one. One thread answers one request after another; a client
/// that sends or takes nothing for two seconds is dropped. No authentication, no TLS: bind it where only the monitoring
/// reaches.
/// **Thread safety**: all members may be called from any thread.
/// **Source**: Prometheus text format 0.0.4
class EVENTSDK_API Exporter {
public:
    /// @return `invalid_argument` "prometheus.address"; `unavailable` "prometheus.bind" when the port is taken
    [[nodiscard]] static Result<Exporter> create(ExporterOptions options = {});

    /// The port to give to a Runtime. Names that Prometheus does not take are recorded nowhere.
    [[nodiscard]] std::shared_ptr<Metrics> metrics() const;
    /// What `/metrics` answers.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::uint16_t port() const noexcept;
    /// Asks `health` at each request of `/health` and `/ready`; a later one of the same name takes its place.
    /// @param health called from the server's thread; must outlive the exporter; quick; an exception counts as unhealthy
    void watch(std::string name, std::function<Health()> health);

private:
    class Impl;
    explicit Exporter(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace prometheus
EVENTSDK_END_NAMESPACE
