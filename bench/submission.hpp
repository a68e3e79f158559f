#pragma once

#include <eventsdk/broker/broker.hpp>
#include <eventsdk/catalogue/catalogue.hpp>

#include "support.hpp"

#include <string>
#include <vector>

// The event of the benchmarks: a payload with uuids, a date-time and a pattern, in a record value of 420 bytes.
namespace bench {

struct Submission {
    std::string course_id = "3f0c7a52-9a53-4d0f-8a7e-0c6a3c1f0b11";
    std::string student_id = "b2f3d9c4-0b1e-4c55-9d8e-2f6a7b8c9d01";
    std::string file_url = "https://files.example.edu/assignments/2026/submission.pdf";
    eventsdk::Timestamp due{std::chrono::milliseconds{1'795'000'000'000}};
    std::int64_t bytes = 123'456;
};

}  // namespace bench

template <>
struct eventsdk::EventTraits<bench::Submission> {
    using T = bench::Submission;
    static constexpr EventType type{"AssignmentSubmitted", 1};
    static constexpr AggregateType aggregate{"bench", "assignment"};
    static constexpr auto fields =
        std::tuple{field("courseId", &T::course_id), field("studentId", &T::student_id), field("fileUrl", &T::file_url),
                   field("due", &T::due), field("bytes", &T::bytes)};
};

namespace bench {

inline eventsdk::Catalogue load_catalogue(const std::string& topic) {
    return eventsdk::Catalogue::load({.environment = "bench", .schemas = EVENTSDK_BENCH_SCHEMAS},
                                     eventsdk::event<Submission>({.topic = topic}))
        .value();
}

/// A topic of four partitions that no other run uses.
inline std::string make_topic(const eventsdk::Broker& broker, const std::string& prefix) {
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    const std::string topic = prefix + "." + std::to_string(now);
    auto admin = broker.port().admin();
    if (!admin) give_up(admin.error().to_string());
    const auto made = (*admin)->create_topic({.name = topic, .partitions = 4}, eventsdk::Duration{30'000});
    if (!made) give_up(made.error().to_string());
    return topic;
}

/// Event `number` of a run: no two are alike.
inline Submission event_of(std::size_t number) {
    Submission event;
    event.bytes = static_cast<std::int64_t>(number);
    return event;
}

/// 997 keys, so that all partitions are used and no two neighbours are alike.
inline std::string key_of(std::size_t number) {
    std::string key = "5c1d7a90-3b2e-4f6a-8c7d-000000000000";
    number %= 997;
    for (std::size_t i = 0; i < 3; ++i, number /= 10) key[35 - i] = static_cast<char>('0' + number % 10);
    return key;
}

/// What the SDK writes for events 0 to `count`, each with its own id, trace, time and payload, for a loop that writes
/// them in turn. 1,024 fill 150 KB of each of four partitions before they come again, and LZ4 looks 64 KB back.
inline std::vector<eventsdk::Record> prepared_records(const eventsdk::Catalogue& catalogue,
                                                      const eventsdk::Runtime& runtime, std::size_t count = 1'024) {
    std::vector<eventsdk::Record> records;
    records.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        records.push_back(catalogue.prepare(runtime, key_of(i), event_of(i)).value());
    return records;
}

}  // namespace bench
