#include "kafka/port.hpp"

#include "kafka/admin.hpp"
#include "kafka/reader.hpp"
#include "kafka/transactional_writer.hpp"
#include "kafka/writer.hpp"

#include <eventsdk/kafka/connect.hpp>

#include <algorithm>
#include <cstdlib>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

Result<std::unique_ptr<Writer>> KafkaPort::writer(const WriterOptions& options, WriteSink& sink) {
    KafkaWriter::MakeCore make = [kafka = options_, runtime = runtime_, options](WriteSink& outcomes) {
        return ProducerCore::create(kafka, runtime, options, outcomes, nullptr);
    };
    const KafkaWriter::Bounds bounds{options_.request_timeout, options.delivery_timeout,
                                     static_cast<std::size_t>(std::max(options.queue_records, 1))};
    return KafkaWriter::create(std::move(make), runtime_, bounds, sink);
}

Result<std::unique_ptr<TransactionalWriter>> KafkaPort::transactional_writer(const TransactionalWriterOptions& options,
                                                                             WriteSink& sink) {
    return KafkaTransactionalWriter::create(options_, runtime_, options, sink);
}

Result<std::unique_ptr<Reader>> KafkaPort::reader(const ReaderOptions& options, RebalanceListener* listener) {
    return KafkaReader::create(options_, runtime_, options, listener);
}

Result<std::shared_ptr<AdminClient>> KafkaPort::admin_client() {
    const std::lock_guard lock{mutex_};
    if (admin_client_ == nullptr) {
        auto made = AdminClient::create(options_, runtime_);
        if (!made) return made.error();
        admin_client_ = std::move(*made);
    }
    return admin_client_;
}

Result<std::unique_ptr<Admin>> KafkaPort::admin() {
    auto client = admin_client();
    if (!client) return client.error();
    return std::unique_ptr<Admin>{std::make_unique<KafkaAdmin>(
        std::move(*client), [options = options_, runtime = runtime_](const std::string& group) {
            return AdminClient::create(options, runtime, group);
        })};
}

Result<void> KafkaPort::probe(Duration timeout) {
    auto client = admin_client();
    if (!client) return client.error();
    auto answer = (*client)->metadata(AdminClient::Scope::brokers, {}, describe(), Deadline{timeout});
    if (answer) return {};
    answer.error().kind = ErrorKind::unavailable;
    return answer.error();
}

Result<Broker> connect(const Options& options, Runtime runtime) {
    if (auto version = check_library_version(); !version) return version.error();
    auto checked = options.validated();
    if (!checked) return checked.error();
    return Broker{std::make_shared<KafkaPort>(std::move(*checked), std::move(runtime))};
}

Result<Broker> connect_or(Broker otherwise, Runtime runtime) {
    const char* servers = std::getenv("KAFKA_BOOTSTRAP_SERVERS");
    if (servers == nullptr || *servers == '\0') return otherwise;
    auto options = Options::from_environment();
    if (!options) return std::move(options).error();
    auto broker = connect(*options, std::move(runtime));
    if (!broker) return broker;
    if (auto answered = broker->port().probe(Duration{10'000}); !answered) return std::move(answered).error();
    return broker;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
