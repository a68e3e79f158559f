#include "consume/redriver.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace {

Error bad_redrive(std::string_view member, std::string_view range) {
    Error error{.kind = ErrorKind::invalid_argument, .code = "redrive.options"};
    error.message.append("RedriveOptions::").append(member).append(" is out of range");
    error.hint.append("give ").append(member).append(" ").append(range);
    return error;
}

Result<void> check(const RedriveOptions& options) {
    using namespace std::chrono_literals;
    if (options.letters_per_second && !(*options.letters_per_second >= 0.001 && *options.letters_per_second <= 1e6))
        return bad_redrive("letters_per_second", "0.001 to 1,000,000");
    if (options.max_redrives < 0 || options.max_redrives > 1'000'000)
        return bad_redrive("max_redrives", "0 to 1,000,000");
    if (options.batch_letters < 1 || options.batch_letters > 10'000) return bad_redrive("batch_letters", "1 to 10,000");
    if (options.timeout < 1ms || options.timeout > 10min) return bad_redrive("timeout", "1 ms to 10 min");
    return {};
}

Result<RedriveReport> run(const Broker& broker, const std::string& topic, const RedriveOptions& options,
                          DeadLetterState end, std::stop_token stop) {
    if (auto checked = check(options); !checked) return std::move(checked).error();
    return consume::Redriver{broker, topic, options, end, std::move(stop)}.run();
}

}  // namespace

Result<RedriveReport> redrive_dead_letters(const Broker& broker, const std::string& topic,
                                           const RedriveOptions& options, std::stop_token stop) {
    return run(broker, topic, options, DeadLetterState::redriven, std::move(stop));
}

Result<RedriveReport> park_dead_letters(const Broker& broker, const std::string& topic, const RedriveOptions& options,
                                        std::stop_token stop) {
    return run(broker, topic, options, DeadLetterState::parked, std::move(stop));
}

Result<RedriveReport> purge_dead_letters(const Broker& broker, const std::string& topic, const RedriveOptions& options,
                                         std::stop_token stop) {
    return run(broker, topic, options, DeadLetterState::purged, std::move(stop));
}

Result<void> visit_dead_letters(const Broker& broker, const std::string& topic, const DeadLetterFilter& filter,
                                const std::function<bool(const ReceivedRecord&, DeadLetterState)>& visit,
                                Duration timeout) {
    auto admin = broker.port().admin();
    if (!admin) return std::move(admin).error();
    const auto extent = consume::TopicExtent::measure(broker, **admin, topic, timeout);
    if (!extent) return extent.error();
    consume::LetterStates states;
    const auto note = [&](const ReceivedRecord& record) -> Result<bool> {
        states.note(record);
        return true;
    };
    if (auto read = extent->read(note); !read) return read;
    consume::LetterFilter wanted{filter};
    return extent->read([&](const ReceivedRecord& record) -> Result<bool> {
        const auto* entry = states.find(record.partition, record.offset);
        return entry == nullptr || !wanted.wants(record) || visit(record, entry->state);
    });
}

EVENTSDK_END_NAMESPACE
