#pragma once

#include <eventsdk/broker/broker.hpp>

#include <functional>
#include <memory>
#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {

/// Writes dead letters: makes its writer with the first one, and a new one after a fatal error.
/// **Thread safety**: write() may be called from any thread, close() ends it.
class DeadLetterWriter final : private WriteSink {
public:
    /// @param ended told of every write() that succeeded, on the writer's thread or inside write() and close()
    DeadLetterWriter(Broker broker, std::function<void(std::span<const WriteOutcome>)> ended)
        : broker_{std::move(broker)}, ended_{std::move(ended)} {}
    ~DeadLetterWriter() override { close(Duration{0}); }

    [[nodiscard]] Result<void> write(const Record& record, std::uint64_t tag);
    /// What was written goes out now, together.
    void hurry();
    void close(Duration timeout) noexcept;

private:
    void written(std::span<const WriteOutcome> outcomes) noexcept override { ended_(outcomes); }
    Result<std::shared_ptr<Writer>> writer();
    void give_up(const std::shared_ptr<Writer>& broken);

    Broker broker_;
    std::function<void(std::span<const WriteOutcome>)> ended_;
    std::mutex mutex_;
    std::shared_ptr<Writer> writer_;
    bool closed_ = false;
};

}  // namespace consume
EVENTSDK_END_NAMESPACE
