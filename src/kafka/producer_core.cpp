#include "kafka/producer_core.hpp"

#include "broker/check_options.hpp"
#include "kafka/errors.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr Duration purge_bound{2'000};

Error negative_partition(const Record& record) {
    return make_error(ErrorKind::invalid_argument, codes::partition_unknown,
                      fmt::format("topic '{}': partition {} is negative", record.topic, *record.partition));
}

Error closed_error() { return make_error(ErrorKind::closed, codes::writer_closed, "the writer is closed"); }

// librdkafka reports a partition out of range as unknown, which is how a misbehaving function ends, too.
std::int32_t call_custom(const rd_kafka_topic_t*, const void* key, std::size_t key_size, std::int32_t partitions,
                         void* topic_opaque, void*) noexcept {
    constexpr std::int32_t nowhere = std::numeric_limits<std::int32_t>::max();
    try {
        const auto& partitioner = *static_cast<const Partitioner*>(topic_opaque);
        std::optional<std::string_view> view;
        if (key != nullptr) view.emplace(static_cast<const char*>(key), key_size);
        const std::int32_t chosen = partitioner.function()(view, partitions);
        return chosen >= 0 && chosen < partitions ? chosen : nowhere;
    } catch (...) {
        return nowhere;
    }
}

const char* native_name(Partitioner::Kind kind) {
    switch (kind) {
        case Partitioner::Kind::fnv1a_random: return "fnv1a_random";
        case Partitioner::Kind::crc32_random: return "consistent_random";
        default: return "murmur2_random";
    }
}

HeaderList headers_of(const Record& record) {
    if (record.headers.empty()) return nullptr;
    HeaderList list{rd_kafka_headers_new(record.headers.size())};
    for (const Header& header : record.headers) {
        rd_kafka_header_add(list.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                            header.value ? header.value->data() : nullptr,
                            header.value ? static_cast<ssize_t>(header.value->size()) : 0);
    }
    return list;
}

std::int64_t wire_timestamp(const Record& record) {
    if (!record.timestamp) return 0;  // librdkafka: now
    return std::chrono::floor<std::chrono::milliseconds>(*record.timestamp).time_since_epoch().count();
}

}  // namespace

Result<void> ProducerCore::start(Conf conf, std::shared_ptr<Context> context) {
    context_ = context;
    auto handle = Handle::create(RD_KAFKA_PRODUCER, std::move(conf), std::move(context));
    if (!handle) return handle.error();
    handle_ = std::move(*handle);
    events_.reset(rd_kafka_queue_get_main(handle_.get()));
    try {
        delivery_thread_ = std::thread{[this] { deliver(); }};
        hurry_thread_ = std::thread{[this] { run_hurry(); }};
    } catch (const std::system_error&) {
        return make_error(ErrorKind::unavailable, "kafka.no_resources", "the writer's threads cannot be started");
    }
    return {};
}

ProducerCore::~ProducerCore() { close(Duration{0}); }

Result<rd_kafka_topic_t*> ProducerCore::topic(const std::string& name) {
    const auto found = topics_.find(name);
    if (found != topics_.end()) return found->second.native.get();
    return nullptr;
}

Result<rd_kafka_topic_t*> ProducerCore::add_topic(const std::string& name) {
    if (auto checked = check_broker_topic(name); !checked) return checked.error();
    const std::unique_lock lock{gate_};
    if (closing_) return closed_error();
    if (const auto found = topics_.find(name); found != topics_.end()) return found->second.native.get();
    const auto own = options_.topic_partitioners.find(name);
    const Partitioner& partitioner = own != options_.topic_partitioners.end() ? own->second : options_.partitioner;
    const auto entry = topics_.emplace(name, TopicEntry{partitioner, nullptr}).first;
    TopicConf conf{rd_kafka_default_topic_conf_dup(handle_.get())};
    if (partitioner.kind() == Partitioner::Kind::custom) {
        rd_kafka_topic_conf_set_opaque(conf.get(), &entry->second.partitioner);
        rd_kafka_topic_conf_set_partitioner_cb(conf.get(), call_custom);
    } else {
        std::array<char, 256> text{};
        rd_kafka_topic_conf_set(conf.get(), "partitioner", native_name(partitioner.kind()), text.data(), text.size());
    }
    entry->second.native.reset(rd_kafka_topic_new(handle_.get(), name.c_str(), conf.release()));
    if (entry->second.native == nullptr) {
        topics_.erase(entry);
        return make_error(ErrorKind::invalid_argument, codes::topic_invalid,
                          fmt::format("'{}' is not a topic name", name),
                          "topic names hold [A-Za-z0-9._-], at most 249 characters");
    }
    return entry->second.native.get();
}

Result<void> ProducerCore::write(const Record& record, std::uint64_t tag) {
    if (closing_) return closed_error();
    std::shared_lock lock{gate_};
    if (closing_) return closed_error();
    if (spent_waits_.load(std::memory_order_relaxed)) bury();
    auto found = topic(record.topic);
    if (*found == nullptr) {
        lock.unlock();
        found = add_topic(record.topic);
        if (!found) return found.error();
        lock.lock();
        if (closing_) return closed_error();
    }
    if (record.partition && *record.partition < 0) return negative_partition(record);
    Ticket* const ticket = tickets_.take(tag);
    ticket->spent.reset();
    HeaderList headers = headers_of(record);
    const auto* key = record.key ? record.key->data() : nullptr;
    auto* value = record.value ? const_cast<char*>(record.value->data()) : nullptr;
    const std::size_t key_size = record.key ? record.key->size() : 0;
    const std::size_t value_size = record.value ? record.value->size() : 0;
#ifdef __clang__  // the RD_KAFKA_V_ macros check types by a GNU extension
#  pragma clang diagnostic push
#  pragma clang diagnostic ignored "-Wgnu-statement-expression"
#endif
    const rd_kafka_resp_err_t native = rd_kafka_producev(
        handle_.get(), RD_KAFKA_V_RKT(*found), RD_KAFKA_V_PARTITION(record.partition.value_or(RD_KAFKA_PARTITION_UA)),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
        RD_KAFKA_V_TIMESTAMP(wire_timestamp(record)), RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(ticket),
        RD_KAFKA_V_END);
#ifdef __clang__
#  pragma clang diagnostic pop
#endif
    if (native == RD_KAFKA_RESP_ERR_NO_ERROR) {
        static_cast<void>(headers.release());  // the queue owns them now
        return {};
    }
    tickets_.give_back(ticket);
    return refused(native, record);
}

std::optional<Error> ProducerCore::fatal_error() const {
    std::array<char, 512> text{};
    const auto cause = rd_kafka_fatal_error(handle_.get(), text.data(), text.size());
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
    Error error = make_error(cause, "the writer can no longer write", text.data());
    if (error.kind != ErrorKind::fenced) {
        error.kind = ErrorKind::fatal;
        error.code = codes::writer_fatal;
    }
    return error;
}

Error ProducerCore::refused(rd_kafka_resp_err_t native, const Record& record) const {
    if (native == RD_KAFKA_RESP_ERR__FATAL) {
        if (auto fatal = fatal_error()) return *fatal;
    }
    return make_error(native, fmt::format("record for topic '{}'", record.topic));
}

void ProducerCore::hurry() noexcept {
    const std::lock_guard lock{hurry_mutex_};
    hurry_ = true;
    hurry_wanted_.notify_one();
}

// A flush ignores the linger time as long as it lasts, and returns early when all is acknowledged. It must last until
// the broker's thread has had its turn on a busy machine; waiting longer than the linger time gains nothing. A client
// that has just begun knows no leader and has no producer id yet: long linger times are held off for 5 s.
void ProducerCore::run_hurry() noexcept {
    const int hold_ms = milliseconds(std::clamp(options_.linger, Duration{1}, Duration{100}));
    std::unique_lock lock{hurry_mutex_};
    while (true) {
        hurry_wanted_.wait(lock, [&] { return hurry_ || stop_; });
        if (stop_) return;
        hurry_ = false;
        for (int turn = hold_ms < 100 ? 1 : 50; turn > 0 && !stop_; --turn) {
            lock.unlock();
            const bool acknowledged = rd_kafka_flush(handle_.get(), hold_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
            lock.lock();
            if (acknowledged) break;
        }
    }
}

bool ProducerCore::wait_for_outcomes(Duration timeout) { return tickets_.wait(tickets_.mark(), timeout); }

Result<void> ProducerCore::flush(Duration timeout) {
    constexpr std::chrono::milliseconds slice{5};
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const std::uint64_t mark = tickets_.mark();
    while (!tickets_.wait(mark, Duration{0})) {
        const auto left = std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now());
        if (left <= Duration{0}) {
            Error error = causes().explain_timeout(fmt::format("{} records unacknowledged", pending()), timeout);
            error.kind = ErrorKind::retriable;
            error.code = codes::flush_timeout;
            return error;
        }
        const std::shared_lock lock{gate_};
        if (handle_.get() == nullptr) return closed_error();
        bury();  // librdkafka counts records until they are freed
        rd_kafka_flush(handle_.get(), milliseconds(std::min(left, slice)));
    }
    return {};
}

void ProducerCore::purge() noexcept {
    rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void ProducerCore::stop_threads() noexcept {
    {
        const std::lock_guard lock{hurry_mutex_};
        stop_ = true;
        hurry_wanted_.notify_all();
    }
    if (events_) rd_kafka_queue_yield(events_.get());
    if (hurry_thread_.joinable()) hurry_thread_.join();
    if (delivery_thread_.joinable()) delivery_thread_.join();
}

void ProducerCore::close(Duration timeout) noexcept {
    const std::lock_guard once{close_mutex_};
    if (handle_.get() == nullptr) return;
    {
        const std::unique_lock lock{gate_};  // no write is under way from here on
        closing_ = true;
    }
    if (tickets_.pending() != 0 && (timeout <= Duration{0} || !flush(timeout))) {
        purge();
        static_cast<void>(wait_for_outcomes(purge_bound));
    }
    stop_threads();
    end_outstanding();
    const std::unique_lock lock{gate_};
    bury();
    tickets_.clear();  // a replaced client stays until its writer goes
    topics_.clear();
    events_.reset();
    handle_.dispose(0);
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
