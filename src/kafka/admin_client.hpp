#pragma once

#include "kafka/client.hpp"

#include <eventsdk/core/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// When a call must have answered.
class Deadline {
public:
    explicit Deadline(Duration timeout) : timeout_{timeout}, end_{std::chrono::steady_clock::now() + timeout} {}
    [[nodiscard]] Duration left() const;
    [[nodiscard]] bool over() const { return left() <= Duration{0}; }
    /// What is left, at most `slice`, in librdkafka's form.
    [[nodiscard]] int slice_ms(Duration slice) const;
    [[nodiscard]] Duration timeout() const noexcept { return timeout_; }

private:
    Duration timeout_;
    std::chrono::steady_clock::time_point end_;
};

/// A client handle that asks the cluster things; shared by Admin and probe().
///
/// Every call ends at its deadline, with the cause when the client's error events told one, and at once when
/// waiting cannot help (wrong credentials, refused certificate). **Thread safety**: any thread.
class AdminClient {
public:
    /// @param group non-empty: a consumer handle of that group, which never joins it. librdkafka up to 2.8.0 at least
    ///   crashes when a group's offsets are asked for on another handle while its coordinator moves.
    [[nodiscard]] static Result<std::unique_ptr<AdminClient>> create(const Options& options, const Runtime& runtime,
                                                                     const std::string& group = {});

    /// Sends one admin request through `send(handle, options, queue)` and waits for its result event.
    using Send = std::function<void(rd_kafka_t*, const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>;
    using Adjust = std::function<void(rd_kafka_AdminOptions_t*)>;
    struct Answer {
        std::shared_ptr<rd_kafka_t> client;  // lives as long as the event
        Event event;
        [[nodiscard]] rd_kafka_event_t* get() const noexcept { return event.get(); }
    };
    [[nodiscard]] Result<Answer> call(rd_kafka_admin_op_t operation, std::string_view subject, const Deadline& deadline,
                                      const Send& send, const Adjust& adjust = {});
    /// The two halves of call(), for questions that do not wait for each other.
    struct Question;
    [[nodiscard]] Question ask(rd_kafka_admin_op_t operation, const Deadline& deadline, const Send& send,
                               const Adjust& adjust = {});
    [[nodiscard]] Result<Answer> answer(const Question& question, std::string_view subject, const Deadline& deadline);
    enum class Scope : std::uint8_t { brokers, one_topic, all_topics };
    using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Deleter<rd_kafka_metadata_destroy>>;
    [[nodiscard]] Result<Metadata> metadata(Scope scope, const std::string& topic, std::string_view subject,
                                            const Deadline& deadline);

    /// The handle, kept as long as the pointer.
    [[nodiscard]] std::shared_ptr<rd_kafka_t> native() const;

    /// Calls from here on go through a new handle. To be called when a topic was deleted: librdkafka from 2.4 to 2.8
    /// crashes when a handle that knew a topic meets it made anew (confluentinc/librdkafka#4778, #4964).
    void renew();

private:
    struct Connection {
        Handle handle;
        Queue events;
        [[nodiscard]] std::optional<Error> drain_errors();
    };

    AdminClient(Options options, Runtime runtime, std::string group)
        : options_{std::move(options)}, runtime_{std::move(runtime)}, group_{std::move(group)} {}
    [[nodiscard]] Result<std::shared_ptr<Connection>> connect() const;
    [[nodiscard]] std::shared_ptr<Connection> connection() const;

    const Options options_;
    const Runtime runtime_;
    const std::string group_;
    mutable std::mutex mutex_;
    std::shared_ptr<Connection> connection_;
};

/// A request under way.
struct AdminClient::Question {
    std::shared_ptr<Connection> connection;  // lives as long as the queue
    Queue answers;
};

/// Offset of one partition by ListOffsets: a timestamp in milliseconds, or RD_KAFKA_OFFSET_SPEC_*.
struct OffsetQuestion {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t spec = RD_KAFKA_OFFSET_SPEC_EARLIEST;
};
/// The answers in the order of the questions; -1 where no record is that late. Works on any client handle.
[[nodiscard]] Result<std::vector<std::int64_t>> read_offsets(rd_kafka_event_t* event,
                                                             std::span<const OffsetQuestion> questions);
/// Why the partitions have no leader to ask: an unknown topic or partition, or an election under way.
[[nodiscard]] Error explain_no_leader(rd_kafka_t* client, std::span<const OffsetQuestion> questions, Duration timeout);
void send_list_offsets(rd_kafka_t* client, std::span<const OffsetQuestion> questions,
                       const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue);

}  // namespace kafka
EVENTSDK_END_NAMESPACE
