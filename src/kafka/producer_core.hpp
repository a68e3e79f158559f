#pragma once

#include "kafka/client.hpp"
#include "kafka/statistics.hpp"
#include "kafka/tickets.hpp"

#include <eventsdk/broker/writer.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

/// The producing client handle under both writers: topics with their partitioners, tickets, the thread that takes
/// delivery reports from the event queue, and the one that hurries.
class ProducerCore {
public:
    /// @param transactional null for a plain writer
    [[nodiscard]] static Result<std::unique_ptr<ProducerCore>> create(const Options& options, const Runtime& runtime,
                                                                      const WriterOptions& writer, WriteSink& sink,
                                                                      const TransactionalWriterOptions* transactional);
    ~ProducerCore();
    ProducerCore(const ProducerCore&) = delete;
    ProducerCore& operator=(const ProducerCore&) = delete;

    [[nodiscard]] Result<void> write(const Record& record, std::uint64_t tag);
    void hurry() noexcept;
    [[nodiscard]] Result<void> flush(Duration timeout);
    [[nodiscard]] std::size_t pending() const noexcept { return tickets_.pending(); }
    void close(Duration timeout) noexcept;

    /// Drops what is queued or in flight; the outcomes follow on the delivery thread.
    void purge() noexcept;
    /// Waits for the outcomes without hurrying. @return false after `timeout`
    [[nodiscard]] bool wait_for_outcomes(Duration timeout);

    /// What has ended this handle for good: `fatal` or `fenced`.
    [[nodiscard]] std::optional<Error> fatal_error() const;

    [[nodiscard]] rd_kafka_t* native() const noexcept { return handle_.get(); }
    [[nodiscard]] const Causes& causes() const noexcept { return context_->causes; }
    /// Called for each failed outcome before the sink; set before the first write().
    std::function<void(const Error&)> on_failure{};
    /// Told that the handle can no longer write, on the delivery thread; set before the first write().
    std::function<void()> on_fatal{};
    /// Asked of each failed record once the handle can no longer write. True: the caller takes the record over, and no
    /// outcome follows from here. Set before the first write().
    std::function<bool(const rd_kafka_message_t&, const Ticket&)> take_over{};

private:
    struct TopicEntry {
        Partitioner partitioner;
        Topic native;
    };

    ProducerCore(const Runtime& runtime, WriterOptions options, WriteSink& sink)
        : options_{std::move(options)}, sink_{sink}, meter_{runtime, "produce"} {}
    [[nodiscard]] Result<void> start(Conf conf, std::shared_ptr<Context> context);
    [[nodiscard]] Result<rd_kafka_topic_t*> topic(const std::string& name);
    [[nodiscard]] Result<rd_kafka_topic_t*> add_topic(const std::string& name);
    [[nodiscard]] Error refused(rd_kafka_resp_err_t native, const Record& record) const;
    void deliver() noexcept;
    void take_event(rd_kafka_event_t* event);
    void take_reports(rd_kafka_event_t* event);
    void lay_aside(Event event, std::size_t records);
    void bury() noexcept;
    void end_outstanding() noexcept;
    void run_hurry() noexcept;
    void stop_threads() noexcept;

    const WriterOptions options_;
    WriteSink& sink_;
    BrokerMeter meter_;                 // of the delivery thread
    std::shared_ptr<Context> context_;  // outlives the handle: a flush may still explain itself
    Handle handle_;
    Queue events_;
    Tickets tickets_;
    mutable std::shared_mutex gate_;  // shared: in a write; exclusive: closing, adding a topic
    std::map<std::string, TopicEntry, std::less<>> topics_;
    std::atomic<bool> closing_{false};
    std::atomic<bool> stop_{false};
    // Of the delivery thread, which writes here for each record: on cache lines that no write() looks at.
    alignas(64) std::vector<const rd_kafka_message_t*> messages_;
    std::vector<WriteOutcome> outcomes_;
    std::vector<Ticket*> ended_;
    std::vector<Error> errors_;
    std::thread delivery_thread_;

    // Large reports whose outcomes are told. A writing thread frees their records: freeing memory on another thread than
    // the one that took it costs as much as a good part of sending it.
    alignas(64) std::mutex spent_mutex_;
    std::vector<Event> spent_;
    std::size_t spent_records_ = 0;
    std::atomic<bool> spent_waits_{false};

    std::mutex hurry_mutex_;
    std::condition_variable hurry_wanted_;
    bool hurry_ = false;
    std::thread hurry_thread_;
    std::mutex close_mutex_;
};

/// Why a handle was ended from here: it would number its records anew, so that brokers could store what they have a second
/// time, and behind later ones.
constexpr rd_kafka_resp_err_t numbered_anew = RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE;
void end_numbered_anew(rd_kafka_t* handle) noexcept;
/// The record's time is over after it was sent.
[[nodiscard]] bool expired_unsure(const rd_kafka_message_t& message) noexcept;

/// What librdkafka asks for beyond the ports' own ranges.
[[nodiscard]] Result<void> check(const WriterOptions& options);

}  // namespace kafka
EVENTSDK_END_NAMESPACE
