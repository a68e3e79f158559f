#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/catalogue/catalogue.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE

/// How a producer writes, and how long publish() waits.
struct ProducerOptions {
    WriterOptions writer{};
    /// Bound of publish() and of waiting for room, 1 ms…1 h.
    Duration publish_timeout{30'000};

    /// The options, or `invalid_argument` "options.invalid" naming the first that is out of range.
    [[nodiscard]] EVENTSDK_API Result<ProducerOptions> validated() const;
};

/// What close() leaves behind.
struct CloseReport {
    std::size_t delivered = 0;               ///< acknowledged since creation
    std::vector<std::string> undelivered{};  ///< event ids whose outcome is not an acknowledgement at close
};

/// Publishes events: checked against their schema, idempotent, acknowledged by all in-sync replicas.
///
/// Every publish ends exactly once, with a Receipt or an Error whose kind says what to do:
/// `permanent` (schema, size), `retriable` (certainly not stored), `indeterminate` (publish the same Record again),
/// `fatal`, `fenced`, `closed`.
/// **Ordering and duplicates**: events of one key are stored in the order in which publish calls return; an
/// acknowledged event is stored once.
/// **Thread safety**: all members may be called from any thread. Movable, not copyable.
class EVENTSDK_API Producer {
public:
    using Completion = std::function<void(const Result<Receipt>&)>;

    /// @return `invalid_argument` naming the option.
    [[nodiscard]] static Result<Producer> create(Broker broker, Catalogue catalogue, ProducerOptions options = {});
    Producer(Producer&&) noexcept;
    Producer& operator=(Producer&&) noexcept;
    /// Closes with a timeout of 1 s.
    ~Producer();

    /// Publishes and waits for the acknowledgement (not for the linger time), at most publish_timeout.
    template <Event T>
    Result<Receipt> publish(std::string_view aggregate_id, const T& event, const PublishOptions& options = {}) {
        return publish_described(aggregate_id, describe_event<T>(), &event, options);
    }
    Result<Receipt> publish(const Record& record);
    Result<Receipt> publish_json(std::string_view aggregate_id, std::string_view type, std::int32_t version,
                                 std::string_view payload, const PublishOptions& options = {});

    /// Checks and encodes now, sends later; `publish(record)` may be called again after `indeterminate`.
    template <Event T>
    [[nodiscard]] Result<Record> prepare(std::string_view aggregate_id, const T& event,
                                         const PublishOptions& options = {}) const {
        return catalogue().prepare(runtime(), aggregate_id, event, options);
    }

    /// Publishes in the background. An error returned means that the completion will not be called; success means
    /// that it is called exactly once: on the broker's delivery thread, or inside this call.
    /// Waits for room up to publish_timeout, then `retriable`; inside a completion it never waits.
    template <Event T>
    Result<void> publish_async(std::string_view aggregate_id, const T& event, Completion completion,
                               const PublishOptions& options = {}) {
        return publish_described_async(aggregate_id, describe_event<T>(), &event, options, std::move(completion));
    }
    Result<void> publish_async(const Record& record, Completion completion);

    /// Publishes many in order and waits for all; one result each, in the same order. One failure does not stop the rest.
    [[nodiscard]] std::vector<Result<Receipt>> publish_all(std::span<const Record> records);

    /// Waits until everything published before has its outcome.
    /// @return `retriable` "producer.flush_timeout".
    Result<void> flush(Duration timeout);
    /// Flushes, ends what remains as `indeterminate` or `retriable`, and refuses further work. Idempotent.
    CloseReport close(Duration timeout);

    [[nodiscard]] const Catalogue& catalogue() const noexcept;
    [[nodiscard]] const Runtime& runtime() const noexcept;

private:
    class Impl;
    explicit Producer(std::unique_ptr<Impl> impl);
    Result<Receipt> publish_described(std::string_view aggregate_id, const EventDescriptor& descriptor,
                                      const void* event, const PublishOptions& options);
    Result<void> publish_described_async(std::string_view aggregate_id, const EventDescriptor& descriptor,
                                         const void* event, const PublishOptions& options, Completion completion);
    std::unique_ptr<Impl> impl_;
};

EVENTSDK_END_NAMESPACE
