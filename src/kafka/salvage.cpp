#include "kafka/salvage.hpp"

#include <algorithm>
#include <iterator>

EVENTSDK_BEGIN_NAMESPACE
namespace kafka {
namespace {

std::optional<std::string> bytes(const void* data, std::size_t size) {
    return data != nullptr ? std::optional<std::string>{std::in_place, static_cast<const char*>(data), size}
                           : std::nullopt;
}

HeldKeys::Key key_of(const Record& record) { return {record.topic, *record.key}; }

}  // namespace

Record record_of(const rd_kafka_message_t& message) {
    Record record;
    record.topic = rd_kafka_topic_name(message.rkt);
    record.key = bytes(message.key, message.key_len);
    record.value = bytes(message.payload, message.len);
    if (message.partition >= 0) record.partition = message.partition;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    const std::int64_t milliseconds = rd_kafka_message_timestamp(&message, &type);
    if (milliseconds > 0) record.timestamp = Timestamp{std::chrono::milliseconds{milliseconds}};
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i)
        record.headers.push_back({name, bytes(value, size)});
    return record;
}

void HeldKeys::await(const Record& record, std::uint64_t order, Deadline until) {
    if (!record.key) return;
    const auto [found, made] = keys_.try_emplace(key_of(record));
    Held& held = found->second;
    held.awaited.push_back(record.value.value_or(""));
    held.first_order = made ? order : std::min(held.first_order, order);
    held.until = until;
}

bool HeldKeys::answers(const Record& record) const {
    if (!record.key) return false;
    const auto found = keys_.find(key_of(record));
    if (found == keys_.end()) return false;
    const auto& awaited = found->second.awaited;
    return std::find(awaited.begin(), awaited.end(), record.value.value_or("")) != awaited.end();
}

void HeldKeys::answered(const Record& record) {
    auto& awaited = keys_.at(key_of(record)).awaited;
    awaited.erase(std::find(awaited.begin(), awaited.end(), record.value.value_or("")));
}

bool HeldKeys::holds(const Record& record, std::uint64_t order) const {
    if (!record.key) return false;
    const auto found = keys_.find(key_of(record));
    return found != keys_.end() && order > found->second.first_order;
}

void HeldKeys::add(Salvaged salvaged) {
    keys_[key_of(salvaged.record)].behind.push_back(std::move(salvaged));
    ++records_;
}

template <class Free>
std::vector<Salvaged> HeldKeys::take_if(Free&& free) {
    std::vector<Salvaged> taken;
    for (auto held = keys_.begin(); held != keys_.end();) {
        if (!free(held->second)) {
            ++held;
            continue;
        }
        std::move(held->second.behind.begin(), held->second.behind.end(), std::back_inserter(taken));
        held = keys_.erase(held);
    }
    records_ -= taken.size();
    return taken;
}

std::vector<Salvaged> HeldKeys::take_answered() {
    return take_if([](const Held& held) { return held.awaited.empty(); });
}
std::vector<Salvaged> HeldKeys::take_expired(Deadline now) {
    return take_if([&](const Held& held) { return held.until <= now; });
}
std::vector<Salvaged> HeldKeys::take_all() {
    return take_if([](const Held&) { return true; });
}

HeldKeys::Deadline HeldKeys::next_expiry() const {
    return std::min_element(keys_.begin(), keys_.end(),
                            [](const auto& a, const auto& b) { return a.second.until < b.second.until; })
        ->second.until;
}

}  // namespace kafka
EVENTSDK_END_NAMESPACE
