#include "kafka/client.hpp"

#include "kafka/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <future>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr int least_version = 0x020800ff;
constexpr std::chrono::milliseconds dispose_bound{200};  // it mostly takes a few, at times a second

LogLevel level_of(int syslog_level) {
    if (syslog_level <= 3) return LogLevel::warning;  // the SDK reports what matters as errors of calls
    return syslog_level <= 5 ? LogLevel::info : LogLevel::debug;
}

void log_line(const rd_kafka_t* client, int level, const char* facility, const char* text) noexcept {
    const auto* context = static_cast<const Context*>(rd_kafka_opaque(client));
    if (context == nullptr) return;
    // Brokers close idle connections; that they are all down, and what ends a client, is told elsewhere.
    const bool told = std::string_view{text}.find("Disconnected (after") != std::string_view::npos ||
                      std::string_view{facility} == "FATAL";
    context->runtime.logger->log(told ? LogLevel::debug : level_of(level), text,
                                 {{"facility", facility}, {"client", std::string_view{rd_kafka_name(client)}}});
}

}  // namespace

ConfBuilder::ConfBuilder(const Options& options, PropertyScope scope, Context& context)
    : conf_{rd_kafka_conf_new()}, options_{options} {
    rd_kafka_conf_set_opaque(conf_.get(), &context);
    rd_kafka_conf_set_log_cb(conf_.get(), log_line);
    set("bootstrap.servers", options.bootstrap_servers);
    set("client.id", options.client_id);
    set("socket.timeout.ms", options.request_timeout.count());
    set_default("socket.keepalive.enable", "true");
    set_default("reconnect.backoff.max.ms", "3000");
    set_default("topic.metadata.propagation.max.ms", "2000");
    set_security(options);
    for (const auto& [name, value] : options.properties) {
        const AllowedProperty* property = find_allowed_property(name);
        if (property != nullptr && (property->scope == PropertyScope::both || property->scope == scope)) {
            set(name, value);
        }
    }
}

void ConfBuilder::set_security(const Options& options) {
    set("security.protocol", std::string{wire_name(options.security_protocol)});
    if (options.sasl_mechanism != SaslMechanism::none) {
        set("sasl.mechanism", std::string{wire_name(options.sasl_mechanism)});
        set("sasl.username", options.sasl_username);
        set("sasl.password", options.sasl_password);
    }
    if (options.security_protocol != SecurityProtocol::ssl && options.security_protocol != SecurityProtocol::sasl_ssl) {
        return;
    }
    set("enable.ssl.certificate.verification", "true");
    set("ssl.endpoint.identification.algorithm", "https");
    set("ssl.ca.location", options.ssl_ca_location.empty() ? "probe" : options.ssl_ca_location.string());
    if (!options.ssl_certificate_location.empty()) {
        set("ssl.certificate.location", options.ssl_certificate_location.string());
        set("ssl.key.location", options.ssl_key_location.string());
    }
    if (!options.ssl_key_password.empty()) set("ssl.key.password", options.ssl_key_password);
}

void ConfBuilder::set(std::string_view name, const std::string& value) {
    if (!state_) return;
    std::array<char, 512> text{};
    if (rd_kafka_conf_set(conf_.get(), std::string{name}.c_str(), value.c_str(), text.data(), text.size()) !=
        RD_KAFKA_CONF_OK) {
        state_ = make_error(ErrorKind::invalid_argument, codes::options_invalid,
                            fmt::format("property '{}': {}", name, text.data()));
    }
}

void ConfBuilder::set_default(std::string_view name, const std::string& value) {
    if (options_.properties.count(std::string{name}) == 0) set(name, value);
}

void ConfBuilder::set_statistics(const Runtime& runtime) {
    if (runtime.metrics != no_metrics()) set_default("statistics.interval.ms", "1000");
}

Result<Conf> ConfBuilder::finish() {
    if (!state_) return state_.error();
    return std::move(conf_);
}

Result<Handle> Handle::create(rd_kafka_type_t type, Conf conf, std::shared_ptr<Context> context) {
    std::array<char, 512> text{};
    Handle handle;
    handle.native_ = rd_kafka_new(type, conf.get(), text.data(), text.size());
    if (handle.native_ == nullptr) {
        return make_error(ErrorKind::invalid_argument, codes::options_invalid,
                          fmt::format("the Kafka client cannot be made: {}", text.data()),
                          "check the options, the certificate files among them");
    }
    static_cast<void>(conf.release());  // the handle owns it from now on
    handle.context_ = std::move(context);
    return handle;
}

void Handle::dispose(int destroy_flags) noexcept {
    if (native_ == nullptr) return;
    rd_kafka_t* native = std::exchange(native_, nullptr);
    auto context = std::exchange(context_, nullptr);
    try {
        std::promise<void> promise;
        auto done = promise.get_future();
        std::thread{[native, destroy_flags, context, promise = std::move(promise)]() mutable noexcept {
            rd_kafka_destroy_flags(native, destroy_flags);
            promise.set_value();
        }}.detach();
        if (done.wait_for(dispose_bound) != std::future_status::ready) {
            context->runtime.logger->log(LogLevel::debug, "a Kafka client is still closing in the background");
        }
    } catch (...) {
        // Without a thread to wait on, an unbounded wait is worse than a handle that stays.
    }
}

Result<void> check_library_version() {
    if (rd_kafka_version() >= least_version) return {};
    return make_error(ErrorKind::invalid_argument, "kafka.library_too_old",
                      fmt::format("librdkafka {} is loaded, 2.8.0 or newer is needed", rd_kafka_version_str()),
                      "install a newer librdkafka, or run tools/setup, which builds one");
}

int milliseconds(Duration duration) noexcept {
    return static_cast<int>(std::clamp<std::int64_t>(duration.count(), 0, 2'147'483'647));
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
