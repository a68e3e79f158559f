#include "command.hpp"
#include "connection.hpp"
#include "outbox_database.hpp"

#include <eventsdk/core/health.hpp>
#include <eventsdk/outbox/outbox_relay.hpp>
#ifdef EVENTSDK_CLI_PROMETHEUS
#  include <eventsdk/prometheus/exporter.hpp>
#endif

#include <CLI/CLI.hpp>

#include <unistd.h>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <thread>

namespace cli {
namespace {

struct RelayCommand {
    Connection connection{};
    OutboxDatabase database{};
    std::string name{};
    int batch = 500;
    double lease_seconds = 10;
    int poll_ms = 200;
    double keep_hours = 0;
    bool dead_letter_rejected = false;
    std::string transactional_id{};
    std::string metrics{};  // ADDRESS:PORT
};

eventsdk::RelayOptions options_of(const RelayCommand& command) {
    eventsdk::RelayOptions options;
    options.name = command.name;
    options.batch = command.batch;
    options.lease = eventsdk::Duration{static_cast<std::int64_t>(command.lease_seconds * 1000)};
    options.poll_interval = eventsdk::Duration{command.poll_ms};
    options.dead_letter_rejected = command.dead_letter_rejected;
    if (command.keep_hours > 0) {
        options.archive_retention = eventsdk::Duration{static_cast<std::int64_t>(command.keep_hours * 3'600'000)};
    }
    if (!command.transactional_id.empty()) {
        options.transactional = eventsdk::TransactionalRelay{.id = command.transactional_id};
    }
    return options;
}

#ifdef EVENTSDK_CLI_PROMETHEUS
using eventsdk::prometheus::Exporter;

std::optional<Exporter> make_exporter(const std::string& address) {
    if (address.empty()) return std::nullopt;
    const std::size_t colon = address.rfind(':');
    const std::string port = address.substr(colon == std::string::npos ? 0 : colon + 1);
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size() || number > 65'535)
        throw Failure{usage, "--metrics takes ADDRESS:PORT or PORT, not '" + address + "'", {}};
    eventsdk::prometheus::ExporterOptions options;
    if (colon != std::string::npos) options.address = address.substr(0, colon);
    options.port = static_cast<std::uint16_t>(number);
    Exporter exporter = value_or_stop(Exporter::create(options));
    diagnose("metrics and health are at " + options.address + ":" + std::to_string(exporter.port()));
    return exporter;
}

eventsdk::Health health_of(const eventsdk::OutboxRelay& relay) {
    const eventsdk::RelayHealth health = relay.health();
    eventsdk::Health shown{.healthy = health.healthy, .ready = health.healthy};
    if (!health.reason.empty()) shown.problems.push_back(health.reason);
    return shown;
}
#else
struct Exporter {
    [[nodiscard]] static std::shared_ptr<eventsdk::Metrics> metrics() { return eventsdk::no_metrics(); }
    template <class Health>
    void watch(const char*, Health) const {}
};

std::optional<Exporter> make_exporter(const std::string& address) {
    if (!address.empty())
        throw Failure{usage, "this program was built without Prometheus", "build it with -D EVENTSDK_PROMETHEUS=ON"};
    return std::nullopt;
}

eventsdk::Health health_of(const eventsdk::OutboxRelay&) { return {}; }
#endif

/// Ends when the relay does (nothing but a wrong configuration ends it) or at a signal; then the shards are handed over.
void relay(const RelayCommand& command) {
    auto store = command.database.open();
    eventsdk::Runtime runtime{.logger = eventsdk::stderr_logger(eventsdk::LogLevel::info)};
    std::optional<Exporter> exporter = make_exporter(command.metrics);
    if (exporter) runtime.metrics = exporter->metrics();
    auto relay = value_or_stop(
        eventsdk::OutboxRelay::create(std::move(store), command.connection.connect(runtime), options_of(command)));
    if (exporter) exporter->watch("outbox", [&relay] { return health_of(relay); });
    std::array<int, 2> ended{-1, -1};
    if (::pipe(ended.data()) != 0) throw Failure{usage, "no pipe can be made", {}};
    eventsdk::Result<void> result;
    std::jthread worker{[&relay, &result, end = ended[1]](const std::stop_token& stop) {
        result = relay.run(stop);
        ::close(end);
    }};
    diagnose("relaying");
    try {
        wait_readable(ended[0]);
    } catch (const Interrupted&) {
        worker.request_stop();
    }
    worker.join();
    if (exporter) exporter->watch("outbox", [] { return eventsdk::Health{}; });  // the relay is about to go
    ::close(ended[0]);
    succeed_or_stop(result);
}

}  // namespace

void add_outbox_relay_command(CLI::App& group, Session& session) {
    CLI::App& command =
        add_command(group, session, "relay", "Publish the rows of an outbox until stopped; any number may run",
                    "  eventsdk outbox relay --postgres \"$DATABASE_URL\" --brokers localhost:9092\n"
                    "  eventsdk outbox relay --sqlite service.db --brokers localhost:9092 --transactional orders\n"
                    "SIGTERM and SIGINT hand its shards over and end it with status 0.\n");
    auto options = std::make_shared<RelayCommand>();
    command.add_option("--name", options->name, "Names this relay among others; else host, process and a random part");
    command.add_option("--batch", options->batch, "Rows a round (500)")->check(CLI::Range(1, 10'000));
    command.add_option("--lease", options->lease_seconds, "Seconds after which others take over from a dead one (10)")
        ->check(CLI::Range(1.0, 600.0));
    command.add_option("--poll", options->poll_ms, "Longest pause when nothing waits, in milliseconds (200)")
        ->check(CLI::Range(10, 60'000));
    command.add_flag("--listen", options->database.listen,
                     "PostgreSQL: be woken by the commits of services that notify (OutboxOptions::notify)");
    command.add_option("--transactional", options->transactional_id,
                       "Publish in Kafka transactions; ID begins their ids, the same for all relays of the outbox");
    command.add_flag("--dead-letter-rejected", options->dead_letter_rejected,
                     "Send rows that Kafka rejects to the dead-letter topic at once");
    command.add_flag("--archive", options->database.archive, "Keep published rows in the archive table");
    command.add_option("--keep", options->keep_hours, "Hours after which archived rows are deleted; else never")
        ->check(CLI::PositiveNumber);
    command.add_option("--metrics", options->metrics, "[ADDRESS:]PORT for Prometheus: /metrics, /health, /ready");
    add_database_options(command, options->database);
    add_connection_options(command, options->connection);
    command.callback([&session, options] { session.run = [options] { relay(*options); }; });
}

}  // namespace cli
