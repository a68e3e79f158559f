#pragma once

#include "kafka/causes.hpp"
#include "kafka/properties.hpp"
#include "kafka/rdkafka.hpp"

#include <eventsdk/core/result.hpp>
#include <eventsdk/core/runtime.hpp>
#include <eventsdk/kafka/options.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// What the callbacks of one client handle reach through its opaque; lives until librdkafka has let go of it.
struct Context {
    Runtime runtime;
    Causes causes;
    std::atomic<bool> unsure{false};  // records that were sent, and not acknowledged, may be stored
};

/// A librdkafka configuration in the making; the first failure is kept.
class ConfBuilder {
public:
    /// Servers, security, allowed pass-through properties of this scope, logging.
    ConfBuilder(const Options& options, PropertyScope scope, Context& context);

    void set(std::string_view name, const std::string& value);
    void set(std::string_view name, std::int64_t value) { set(name, std::to_string(value)); }
    /// Only where the SDK's default is not to override what the user passed through.
    void set_default(std::string_view name, const std::string& value);

    /// Statistics once a second, where somebody measures.
    void set_statistics(const Runtime& runtime);

    [[nodiscard]] rd_kafka_conf_t* get() const noexcept { return conf_.get(); }
    [[nodiscard]] Result<Conf> finish();

private:
    void set_security(const Options& options);

    Conf conf_;
    const Options& options_;
    Result<void> state_{};
};

/// Owns a client handle; goes away within a bound, in the background if need be.
class Handle {
public:
    [[nodiscard]] static Result<Handle> create(rd_kafka_type_t type, Conf conf, std::shared_ptr<Context> context);

    Handle() = default;
    Handle(Handle&& other) noexcept { swap(other); }
    Handle& operator=(Handle&& other) noexcept {
        Handle{std::move(other)}.swap(*this);
        return *this;
    }
    ~Handle() { dispose(0); }

    [[nodiscard]] rd_kafka_t* get() const noexcept { return native_; }
    [[nodiscard]] Context& context() const noexcept { return *context_; }
    [[nodiscard]] const std::shared_ptr<Context>& shared_context() const noexcept { return context_; }
    /// Destroys the handle on a thread of its own and waits a fifth of a second for it; then it goes on in the background.
    void dispose(int destroy_flags) noexcept;

private:
    void swap(Handle& other) noexcept {
        std::swap(native_, other.native_);
        std::swap(context_, other.context_);
    }

    rd_kafka_t* native_ = nullptr;
    std::shared_ptr<Context> context_{};
};

/// "2.8.0 or newer" by the library that is loaded.
[[nodiscard]] Result<void> check_library_version();

/// A duration as librdkafka takes it.
[[nodiscard]] int milliseconds(Duration duration) noexcept;

}  // namespace kafka
EVENTSDK_END_NAMESPACE
