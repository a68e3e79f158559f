#include <eventsdk/testing/aggregate_fixture.hpp>

#include <eventsdk/catalogue/topic_specs.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

memory::Broker broker_with(const Catalogue& catalogue, std::shared_ptr<Clock> clock) {
    memory::Broker broker{{}, Runtime{.clock = std::move(clock), .logger = silent_logger()}};
    for (const std::string& topic : catalogue.topics()) broker.create_topic({.name = topic}).value();
    return broker;
}

}  // namespace

AggregateLog::AggregateLog(Catalogue catalogue, std::string aggregate_id)
    : catalogue_{std::move(catalogue)},
      aggregate_id_{std::move(aggregate_id)},
      broker_{broker_with(catalogue_, clock_)},
      producer_{Producer::create(broker_, catalogue_).value()} {}

void AggregateLog::append(const EventDescriptor& descriptor, const void* event) {
    Record record;
    const PublishOptions options{.revision = static_cast<std::int64_t>(records_.size()) + 1};
    catalogue_.prepare_into(record, broker_.runtime(), aggregate_id_, descriptor, event, options).value();
    producer_.publish(record).value();
    records_.push_back(std::move(record));
}

memory::Broker AggregateLog::with_snapshots() const {
    memory::Broker copy = broker_with(catalogue_, clock_);
    for (const std::string& topic : catalogue_.topics()) copy.create_topic(snapshot_spec({.name = topic})).value();
    auto producer = Producer::create(copy, catalogue_).value();
    for (const Record& record : records_) producer.publish(record).value();
    return copy;
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
