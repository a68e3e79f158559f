#include <eventsdk/sqlite/event_index.hpp>

#include "outbox/headers_json.hpp"
#include "sqlite/session.hpp"

#include <eventsdk/broker/error_codes.hpp>

#include <mutex>

EVENTSDK_BEGIN_NAMESPACE
namespace sqlite {
namespace {

using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)>;

constexpr const char* tables = R"(
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS index_partitions(
  topic TEXT NOT NULL, partition INTEGER NOT NULL, topicid TEXT NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS index_keys(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS index_events(
  topic TEXT NOT NULL, partition INTEGER NOT NULL, key INTEGER NOT NULL, position INTEGER NOT NULL,
  time INTEGER, headers TEXT, value TEXT, PRIMARY KEY (topic, partition, key, position)) WITHOUT ROWID;)";

/// One connection, one call at a time.
class Index final : public EventIndex {
public:
    Index(Connection connection, EventIndexOptions options) : connection_{std::move(connection)}, options_{options} {}

    Result<IndexedPartition> partition(const TopicPartition& partition) override;
    Result<std::vector<IndexedRecord>> find(const TopicPartition& partition, std::string_view key, std::int64_t from,
                                            std::int64_t to) override;
    Result<void> add(const TopicPartition& partition, std::string_view topic_id, std::int64_t from,
                     std::span<const ReceivedRecord> records, std::int64_t next) override;
    Result<void> clear(std::string_view topic) override;

private:
    Result<IndexedPartition> stored(const TopicPartition& partition);
    Result<void> insert(const TopicPartition& partition, std::span<const ReceivedRecord> records);
    Result<void> forget(std::string_view topic, std::optional<std::int32_t> partition);

    std::mutex mutex_;
    Connection connection_;
    EventIndexOptions options_;
};

Result<IndexedPartition> Index::partition(const TopicPartition& partition) {
    const std::lock_guard lock{mutex_};
    return stored(partition);
}

Result<IndexedPartition> Index::stored(const TopicPartition& partition) {
    auto select = Statement::prepare(connection_.get(),
                                     "SELECT topicid, next FROM index_partitions WHERE topic = ? AND partition = ?");
    if (!select) return std::move(select).error();
    const auto row = select->bind(partition.topic).bind(std::int64_t{partition.partition}).step();
    if (!row) return row.error();
    if (!*row) return IndexedPartition{};
    return IndexedPartition{select->text(0), select->integer(1)};
}

Result<std::vector<IndexedRecord>> Index::find(const TopicPartition& partition, std::string_view key, std::int64_t from,
                                               std::int64_t to) {
    const std::lock_guard lock{mutex_};
    auto select = Statement::prepare(
        connection_.get(),
        "SELECT position, time, headers, value FROM index_events WHERE topic = ? AND partition = ? AND "
        "key = (SELECT id FROM index_keys WHERE key = ?) AND position >= ? AND position < ? ORDER BY position");
    if (!select) return std::move(select).error();
    select->bind(partition.topic).bind(std::int64_t{partition.partition}).bind(key).bind(from).bind(to);
    std::vector<IndexedRecord> found;
    while (true) {
        const auto row = select->step();
        if (!row) return row.error();
        if (!*row) return found;
        IndexedRecord made{select->integer(0), {}};
        if (!select->is_null(3)) {
            auto headers = outbox::headers_from_json(select->text(2));
            if (!headers) return std::move(headers).error();
            made.record = Record{.topic = partition.topic, .key = std::string{key}, .value = select->text(3)};
            made.record->headers = std::move(*headers);
            made.record->timestamp = Timestamp{std::chrono::microseconds{select->integer(1)}};
        }
        found.push_back(std::move(made));
    }
}

Result<void> Index::add(const TopicPartition& partition, std::string_view topic_id, std::int64_t from,
                        std::span<const ReceivedRecord> records, std::int64_t next) {
    const std::lock_guard lock{mutex_};
    auto transaction = Savepoint::begin(connection_.get());
    if (!transaction) return std::move(transaction).error();
    const auto known = stored(partition);
    if (!known) return known.error();
    const bool anew = from == 0;
    if (!anew && (known->next != from || known->topic_id != topic_id))
        return Error{ErrorKind::conflict, "index.moved",
                     "the index of topic '" + partition.topic + "' partition " + std::to_string(partition.partition) +
                         " ends at " + std::to_string(known->next) + ", not at " + std::to_string(from),
                     "let one process build it"};
    if (anew)
        if (auto forgotten = forget(partition.topic, partition.partition); !forgotten) return forgotten;
    if (auto inserted = insert(partition, records); !inserted) return inserted;
    auto moved = Statement::prepare(connection_.get(), "INSERT OR REPLACE INTO index_partitions VALUES (?, ?, ?, ?)");
    if (!moved) return std::move(moved).error();
    moved->bind(partition.topic).bind(std::int64_t{partition.partition}).bind(topic_id).bind(next);
    if (auto done = moved->run(); !done) return std::move(done).error();
    return transaction->release();
}

Result<void> Index::insert(const TopicPartition& partition, std::span<const ReceivedRecord> records) {
    auto key = Statement::prepare(connection_.get(), "INSERT OR IGNORE INTO index_keys(key) VALUES (?)");
    if (!key) return std::move(key).error();
    auto event = Statement::prepare(connection_.get(),
                                    "INSERT INTO index_events VALUES (?, ?, (SELECT id FROM index_keys WHERE key = ?), "
                                    "?, ?, ?, ?)");
    if (!event) return std::move(event).error();
    for (const ReceivedRecord& record : records) {
        if (!record.key) continue;
        key->reset();
        if (auto done = key->bind(*record.key).run(); !done) return std::move(done).error();
        event->reset();
        event->bind(partition.topic).bind(std::int64_t{partition.partition}).bind(*record.key).bind(record.offset);
        if (options_.keep_bytes && record.value) {
            const std::int64_t time = record.timestamp.time_since_epoch().count();
            event->bind(time).bind(outbox::headers_to_json(record.to_record().headers)).bind(*record.value);
        } else {
            event->bind_null().bind_null().bind_null();
        }
        if (auto done = event->run(); !done) return std::move(done).error();
    }
    return {};
}

Result<void> Index::forget(std::string_view topic, std::optional<std::int32_t> partition) {
    for (const char* table : {"index_events", "index_partitions"}) {
        auto remove = Statement::prepare(connection_.get(), std::string{"DELETE FROM "} + table +
                                                                " WHERE topic = ?1 AND (?2 IS NULL OR partition = ?2)");
        if (!remove) return std::move(remove).error();
        remove->bind(topic);
        remove->bind(partition ? std::optional<std::int64_t>{*partition} : std::nullopt);
        if (auto done = remove->run(); !done) return std::move(done).error();
    }
    return {};
}

Result<void> Index::clear(std::string_view topic) {
    const std::lock_guard lock{mutex_};
    return forget(topic, std::nullopt);
}

}  // namespace

Result<std::shared_ptr<EventIndex>> open_event_index(const std::filesystem::path& file, EventIndexOptions options) {
    if (options.busy_timeout < Duration{0} || options.busy_timeout > std::chrono::minutes{10})
        return Error{ErrorKind::invalid_argument, std::string{codes::options_invalid},
                     "EventIndexOptions::busy_timeout is " + std::to_string(options.busy_timeout.count()) + " ms",
                     "give 0 to 10 min"};
    sqlite3* made = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &made,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
    Connection connection{made, &sqlite3_close_v2};
    if (code != SQLITE_OK) {
        Error error = error_of(made, code);
        error.message += " (" + file.string() + ")";
        return error;
    }
    sqlite3_busy_timeout(made, static_cast<int>(options.busy_timeout.count()));
    if (auto created = run_script(made, tables); !created) return std::move(created).error();
    return std::shared_ptr<EventIndex>{std::make_shared<Index>(std::move(connection), options)};
}

}  // namespace sqlite
EVENTSDK_END_NAMESPACE
