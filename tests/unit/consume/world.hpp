#pragma once

#include <eventsdk/consume/projector.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/testing/collecting_logger.hpp>
#include <eventsdk/testing/collecting_metrics.hpp>
#include <eventsdk/testing/manual_clock.hpp>

#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

struct Scored {
    std::string student{};
    std::int64_t points = 0;
    std::optional<std::string> comment{};
};
struct Withdrawn {
    std::string reason{};
};

template <>
struct eventsdk::EventTraits<Scored> {
    static constexpr EventType type{"Scored", 1};
    static constexpr AggregateType aggregate{"education", "score"};
    static constexpr auto fields = std::tuple{field("student", &Scored::student), field("points", &Scored::points),
                                              field("comment", &Scored::comment)};
};
template <>
struct eventsdk::EventTraits<Withdrawn> {
    static constexpr EventType type{"Withdrawn", 1};
    static constexpr AggregateType aggregate{"education", "score"};
    static constexpr auto fields = std::tuple{field("reason", &Withdrawn::reason)};
};

/// A broker in memory, a clock that stands still, a catalogue of two types on the topic test.education.score.
namespace world {

using namespace eventsdk;

inline const std::string topic = "test.education.score";
inline const std::string dead_topic = "test.education.score.dlq";

inline Catalogue load_catalogue() {
    static const Catalogue loaded = [] {
        const auto folder = std::filesystem::temp_directory_path() / ("eventsdk-consume-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder / "education");
        const auto file = [&](const char* name, const char* text) {
            std::ofstream{folder / "education" / name} << text;
        };
        file("Scored.v1.schema.json", R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object",
            "required":["student","points"],"properties":{"student":{"type":"string"},
            "points":{"type":"integer","minimum":0},"comment":{"type":"string"}}})");
        file("Withdrawn.v1.schema.json", R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object",
            "required":["reason"],"properties":{"reason":{"type":"string"}}})");
        auto catalogue =
            Catalogue::load({.environment = "test", .schemas = folder}, event<Scored>(), event<Withdrawn>());
        std::filesystem::remove_all(folder);
        return catalogue.value();
    }();
    return loaded;
}

class World {
public:
    explicit World(std::int32_t partitions = 1, bool with_dead_topic = true)
        : broker{{}, {.clock = clock, .logger = logger, .metrics = metrics}} {
        broker.create_topic({.name = topic, .partitions = partitions}).value();
        if (with_dead_topic) broker.create_topic({.name = dead_topic}).value();
    }

    /// Writes one event and gives its record's place.
    Receipt publish(const std::string& key, std::int64_t points) {
        return write(catalogue.prepare(broker.runtime(), key, Scored{.student = key, .points = points}).value());
    }
    Receipt write(const Record& record) {
        struct Sink : WriteSink {
            WriteOutcome outcome{};
            void written(std::span<const WriteOutcome> outcomes) noexcept override { outcome = outcomes.front(); }
        } sink;
        auto writer = broker.port().writer({}, sink).value();
        writer->write(record, 0).value();
        writer->flush(Duration{1'000}).value();
        REQUIRE(sink.outcome.error == nullptr);
        return {record.topic, sink.outcome.partition, sink.outcome.offset};
    }
    Projector projector(Projection projection, ProjectorOptions options = {}) {
        return Projector::create(broker, catalogue, std::move(projection), std::move(options)).value();
    }
    std::vector<Record> dead() { return broker.records(dead_topic); }
    std::int64_t committed(const std::string& group, std::int32_t partition = 0) {
        for (const auto& position : broker.port().admin().value()->group_offsets(group, Duration{1'000}).value()) {
            if (position.topic == topic && position.partition == partition) return position.offset;
        }
        return -1;
    }

    std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
    std::shared_ptr<testing::CollectingLogger> logger = std::make_shared<testing::CollectingLogger>();
    std::shared_ptr<testing::CollectingMetrics> metrics = std::make_shared<testing::CollectingMetrics>();
    memory::Broker broker;
    Catalogue catalogue = load_catalogue();
};

/// Steps until nothing runs any more.
inline std::size_t settle(Projector& projector) {
    std::size_t count = 0;
    for (int quiet = 0; quiet < 3;) {
        const std::size_t ran = projector.step().value();
        quiet = ran == 0 ? quiet + 1 : 0;
        count += ran;
    }
    return count;
}

}  // namespace world
