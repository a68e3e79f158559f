#include <eventsdk/testing/projection_fixture.hpp>

#include <eventsdk/event/topic_name.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

using namespace std::chrono_literals;

constexpr Duration bound = 10s;
constexpr int rounds_to_join = 8;

class Receipts final : public WriteSink {
public:
    void written(std::span<const WriteOutcome> outcomes) noexcept override {
        for (const WriteOutcome& outcome : outcomes) {
            if (outcome.error != nullptr) {
                error = *outcome.error;
            } else {
                offset = outcome.offset;
            }
        }
    }
    std::int64_t offset = -1;
    std::optional<Error> error{};
};

std::vector<std::pair<std::int64_t, Record>> all_records(BrokerPort& port, const std::string& topic) {
    std::vector<std::pair<std::int64_t, Record>> all;
    auto reader = port.reader({}, nullptr).value();
    const PartitionOffset from{topic, 0, -1};
    if (!reader->assign({&from, 1})) return all;
    std::vector<ReceivedRecord> records;
    while (reader->poll(records, 1'000, 0ms).value_or(0) > 0) {
        for (const ReceivedRecord& record : records) all.emplace_back(record.offset, record.to_record());
        records.clear();
    }
    return all;
}

}  // namespace

ProjectionFixture::ProjectionFixture(Projection projection, Catalogue catalogue, ProjectorOptions options)
    : ProjectionFixture{[&](const Broker&) { return std::move(projection); }, std::move(catalogue),
                        std::move(options)} {}

ProjectionFixture::ProjectionFixture(const std::function<Projection(Broker)>& make, Catalogue catalogue,
                                     ProjectorOptions options)
    : catalogue_{std::move(catalogue)} {
    broker_ = std::make_unique<memory::Broker>(
        memory::Options{},
        Runtime{.clock = clock_, .ids = uuid_v7_generator(), .logger = logger_, .metrics = metrics_});
    for (const std::string& topic : catalogue_.topics()) make_topic(topic);
    for (const std::string& topic : options.topics) {
        if (topic.front() != '^') make_topic(topic);
    }
    for (const std::string& topic : topics_) {
        const auto named = options.dead_letters.topics.find(topic);
        dead_letter_topics_.insert(named == options.dead_letters.topics.end() ? dead_letter_topic(topic)
                                                                              : named->second);
    }
    for (const std::string& topic : dead_letter_topics_) broker_->create_topic({.name = topic}).value();
    for (const std::string& topic : std::set<std::string>{topics_}) {
        for (const Duration delay : options.retry_topics) make_topic(retry_topic(topic, delay));
    }
    start(make(*broker_), std::move(options));
}

ProjectionFixture::~ProjectionFixture() = default;

void ProjectionFixture::make_topic(const std::string& name) {
    if (topics_.insert(name).second) broker_->create_topic({.name = name}).value();
}

void ProjectionFixture::start(Projection projection, ProjectorOptions options) {
    group_ = projection.name();
    projector_ = std::make_unique<Projector>(
        Projector::create(*broker_, catalogue_, std::move(projection), std::move(options)).value());
}

void ProjectionFixture::give(const Record& record) {
    Receipts receipts;
    auto writer = broker_->port().writer({}, receipts).value();
    writer->write(record, 0).value();
    writer->flush(bound).value();
    if (receipts.error) throw_bad_result(*receipts.error);
    given_.emplace(record.topic, receipts.offset);
}

bool ProjectionFixture::finished() const {
    auto admin = broker_->port().admin().value();
    const auto committed = admin->group_offsets(group_, bound).value();
    return std::all_of(topics_.begin(), topics_.end(), [&](const std::string& topic) {
        const std::int64_t end = admin->watermarks({topic, 0}, bound).value().last_stable;
        return end == 0 || std::any_of(committed.begin(), committed.end(), [&](const PartitionOffset& position) {
                   return position.topic == topic && position.offset >= end;
               });
    });
}

bool ProjectionFixture::run(Duration patience) {
    for (Duration passed{0}; passed <= patience;) {
        for (int quiet = 0; quiet < rounds_to_join;) quiet = projector_->step().value() > 0 ? 0 : quiet + 1;
        if (finished()) return true;
        const Duration step = passed < 1min ? 100ms : 1s;
        clock_->advance(step);
        passed += step;
    }
    return false;
}

std::vector<Record> ProjectionFixture::dead_letters() const {
    std::vector<Record> letters;
    for (const std::string& topic : dead_letter_topics_) {
        for (auto& [_, record] : all_records(broker_->port(), topic)) letters.push_back(std::move(record));
    }
    return letters;
}

std::vector<Record> ProjectionFixture::published(const std::string& topic) const {
    std::vector<Record> records;
    for (auto& [offset, record] : all_records(broker_->port(), topic)) {
        if (given_.count({topic, offset}) == 0) records.push_back(std::move(record));
    }
    return records;
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
