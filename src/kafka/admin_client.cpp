#include "kafka/admin_client.hpp"

#include "kafka/errors.hpp"

#include <fmt/core.h>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

constexpr Duration slice{50};            // between two looks at the error events
constexpr Duration metadata_slice{500};  // a blocking request inside librdkafka

}  // namespace

Duration Deadline::left() const {
    return std::max(Duration{0}, std::chrono::ceil<Duration>(end_ - std::chrono::steady_clock::now()));
}

int Deadline::slice_ms(Duration bound) const { return milliseconds(std::min(left(), bound)); }

Result<std::unique_ptr<AdminClient>> AdminClient::create(const Options& options, const Runtime& runtime,
                                                         const std::string& group) {
    std::unique_ptr<AdminClient> client{new AdminClient{options, runtime, group}};
    auto connection = client->connect();
    if (!connection) return connection.error();
    client->connection_ = std::move(*connection);
    return client;
}

Result<std::shared_ptr<AdminClient::Connection>> AdminClient::connect() const {
    auto context = std::make_shared<Context>();
    context->runtime = runtime_;
    ConfBuilder conf{options_, group_.empty() ? PropertyScope::writer : PropertyScope::reader, *context};
    if (!group_.empty()) {
        conf.set("group.id", group_);
        conf.set("enable.auto.commit", "false");
    }
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_ERROR);
    auto finished = conf.finish();
    if (!finished) return finished.error();
    const auto type = group_.empty() ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
    auto handle = Handle::create(type, std::move(*finished), std::move(context));
    if (!handle) return handle.error();
    auto connection = std::make_shared<Connection>();
    connection->handle = std::move(*handle);
    connection->events.reset(rd_kafka_queue_get_main(connection->handle.get()));
    return connection;
}

std::shared_ptr<AdminClient::Connection> AdminClient::connection() const {
    const std::lock_guard lock{mutex_};
    return connection_;
}

std::shared_ptr<rd_kafka_t> AdminClient::native() const {
    auto current = connection();
    rd_kafka_t* const handle = current->handle.get();
    return {std::move(current), handle};
}

void AdminClient::renew() {
    auto made = connect();
    if (!made) return;
    const std::lock_guard lock{mutex_};
    connection_.swap(*made);
}

// The cause that ends all waiting, if one was reported.
std::optional<Error> AdminClient::Connection::drain_errors() {
    while (const Event event{rd_kafka_queue_poll(events.get(), 0)}) {
        if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
        handle.context().causes.note(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()));
    }
    return handle.context().causes.final_cause();
}

AdminClient::Question AdminClient::ask(rd_kafka_admin_op_t operation, const Deadline& deadline, const Send& send,
                                       const Adjust& adjust) {
    auto current = connection();
    rd_kafka_t* const handle = current->handle.get();
    Queue answers{rd_kafka_queue_new(handle)};
    const AdminOptions options{rd_kafka_AdminOptions_new(handle, operation)};
    const int left_ms = std::max(1, milliseconds(deadline.left()));
    rd_kafka_AdminOptions_set_request_timeout(options.get(), left_ms, nullptr, 0);
    if (adjust) adjust(options.get());
    current->handle.context().causes.begin_wait();
    send(handle, options.get(), answers.get());
    return {std::move(current), std::move(answers)};
}

Result<AdminClient::Answer> AdminClient::call(rd_kafka_admin_op_t operation, std::string_view subject,
                                              const Deadline& deadline, const Send& send, const Adjust& adjust) {
    return answer(ask(operation, deadline, send, adjust), subject, deadline);
}

Result<AdminClient::Answer> AdminClient::answer(const Question& question, std::string_view subject,
                                                const Deadline& deadline) {
    const auto& connection = question.connection;
    Causes& causes = connection->handle.context().causes;
    do {
        Event event{rd_kafka_queue_poll(question.answers.get(), deadline.slice_ms(slice))};
        const auto final_cause = connection->drain_errors();
        if (event != nullptr) {
            const rd_kafka_resp_err_t native_error = rd_kafka_event_error(event.get());
            if (native_error == RD_KAFKA_RESP_ERR_NO_ERROR) {
                causes.clear();
                return Answer{{connection, connection->handle.get()}, std::move(event)};
            }
            if (native_error == RD_KAFKA_RESP_ERR__TIMED_OUT) break;
            return make_error(native_error, subject, rd_kafka_event_error_string(event.get()));
        }
        if (final_cause) {
            Error error = *final_cause;
            error.message = fmt::format("{}: {}", subject, error.message);
            return error;
        }
    } while (!deadline.over());
    return causes.explain_timeout(subject, deadline.timeout());
}

Result<AdminClient::Metadata> AdminClient::metadata(Scope scope, const std::string& topic, std::string_view subject,
                                                    const Deadline& deadline) {
    const auto connection = this->connection();
    rd_kafka_t* const handle = connection->handle.get();
    Causes& causes = connection->handle.context().causes;
    const Topic wanted{scope == Scope::one_topic ? rd_kafka_topic_new(handle, topic.c_str(), nullptr) : nullptr};
    causes.begin_wait();
    while (true) {
        const rd_kafka_metadata_t* found = nullptr;
        const rd_kafka_resp_err_t native_error =
            rd_kafka_metadata(handle, scope == Scope::all_topics ? 1 : 0, wanted.get(), &found,
                              std::max(1, deadline.slice_ms(metadata_slice)));
        if (native_error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            causes.clear();
            return Metadata{found};
        }
        if (const auto final_cause = connection->drain_errors()) {
            Error error = *final_cause;
            error.message = fmt::format("{}: {}", subject, error.message);
            return error;
        }
        if (deadline.over()) return causes.explain_timeout(subject, deadline.timeout());
        const ErrorKind kind = error_row(native_error).kind;
        if (kind != ErrorKind::retriable && kind != ErrorKind::unavailable) return make_error(native_error, subject);
    }
}

Error explain_no_leader(rd_kafka_t* client, std::span<const OffsetQuestion> questions, Duration timeout) {
    for (const OffsetQuestion& question : questions) {
        const auto subject = fmt::format("topic '{}' partition {}", question.topic, question.partition);
        const Topic topic{rd_kafka_topic_new(client, question.topic.c_str(), nullptr)};
        const rd_kafka_metadata_t* found = nullptr;
        const auto failed = rd_kafka_metadata(client, 0, topic.get(), &found, std::max(1, milliseconds(timeout)));
        if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(failed, subject);
        const AdminClient::Metadata metadata{found};
        if (found->topic_cnt != 1) return make_error(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, subject);
        const rd_kafka_metadata_topic_t& described = found->topics[0];
        if (described.err != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(described.err, subject);
        if (question.partition < 0 || question.partition >= described.partition_cnt) {
            return make_error(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, subject);
        }
    }
    return make_error(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                      questions.empty() ? std::string{"offsets"} : fmt::format("topic '{}'", questions.front().topic));
}

void send_list_offsets(rd_kafka_t* client, std::span<const OffsetQuestion> questions,
                       const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    const PartitionList list{rd_kafka_topic_partition_list_new(static_cast<int>(questions.size()))};
    for (const OffsetQuestion& question : questions) {
        rd_kafka_topic_partition_list_add(list.get(), question.topic.c_str(), question.partition)->offset =
            question.spec;
    }
    rd_kafka_ListOffsets(client, list.get(), options, queue);
}

Result<std::vector<std::int64_t>> read_offsets(rd_kafka_event_t* event, std::span<const OffsetQuestion> questions) {
    std::size_t count = 0;
    const auto** answers = rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event), &count);
    std::vector<std::int64_t> offsets;
    for (const OffsetQuestion& question : questions) {
        const auto subject = fmt::format("offsets of topic '{}' partition {}", question.topic, question.partition);
        const auto** found = std::find_if(answers, answers + count, [&](const auto* answer) {
            const auto* partition = rd_kafka_ListOffsetsResultInfo_topic_partition(answer);
            return partition->partition == question.partition && question.topic == partition->topic;
        });
        if (found == answers + count) return make_error(RD_KAFKA_RESP_ERR__BAD_MSG, subject, "no answer");
        const auto* partition = rd_kafka_ListOffsetsResultInfo_topic_partition(*found);
        if (partition->err != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error(partition->err, subject);
        offsets.push_back(partition->offset);
    }
    return offsets;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
