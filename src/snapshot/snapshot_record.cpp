#include "snapshot/snapshot_record.hpp"

#include "event/payload.hpp"
#include "json/document.hpp"
#include "json/raw_members.hpp"
#include "json/values.hpp"
#include "json/writer.hpp"
#include "snapshot/errors.hpp"

#include <eventsdk/core/time.hpp>

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <limits>

EVENTSDK_BEGIN_NAMESPACE
namespace snapshot {
namespace {

constexpr std::string_view checksum_member = ",\"checksum\":\"";

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) return {};
    std::string hex;
    for (unsigned at = 0; at < length; ++at) fmt::format_to(std::back_inserter(hex), "{:02x}", digest[at]);
    return hex;
}

Error bad(std::string why) {
    return failure(ErrorKind::permanent, "snapshot.record", "the snapshot " + std::move(why));
}

/// The next millisecond, as the wire has no finer time and a snapshot must not claim to be older than its events.
Timestamp rounded_up(Timestamp time) { return std::chrono::ceil<std::chrono::milliseconds>(time); }

void write_text(json::Writer& out, std::string_view token, std::string_view text) {
    out.raw(token);
    if (!out.string(text)) static_cast<void>(out.string("?"));  // ids are checked when they are published
}

void write_place(json::Writer& out, const SnapshotRecord& record) {
    const Place& place = *record.covers;
    write_text(out, ",\"covers\":{\"topic\":", place.topic);
    out.raw(",\"partition\":");
    out.integer(std::int64_t{place.partition});
    out.raw(",\"offset\":");
    out.integer(place.offset);
    out.raw(",\"partitions\":");
    out.integer(std::int64_t{place.partitions});
    if (!place.topic_id.empty()) write_text(out, ",\"topicId\":", place.topic_id);
    write_text(out, ",\"eventId\":", place.event_id);
    if (!record.recent.empty()) {
        std::string_view token = ",\"recent\":[\"";
        for (const std::uint64_t hash : record.recent) {
            out.raw(token);
            out.raw(fmt::format("{:016x}\"", hash));
            token = ",\"";
        }
        out.put(']');
    }
    out.put('}');
}

Result<void> check_sum(std::string_view value) {
    const std::size_t at = value.rfind(checksum_member);
    if (at == std::string_view::npos) return bad("has a checksum that is not its last member");
    const std::string_view given = value.substr(at + checksum_member.size());
    const std::string wanted = sha256(value.substr(0, at)) + "\"}";
    return given == wanted ? Result<void>{} : bad("does not agree with its checksum");
}

class Members {
public:
    explicit Members(const json::Value& object) : object_{object} {}

    [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
        std::string_view found;
        if (object_.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
        return std::string{found};
    }
    /// At least `least`, at most `greatest`.
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name, std::int64_t least,
                                                     std::int64_t greatest) const {
        std::int64_t found = 0;
        if (object_.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
        return found >= least && found <= greatest ? std::optional{found} : std::nullopt;
    }
    [[nodiscard]] std::optional<json::Value> member(std::string_view name) const {
        json::Value found;
        if (object_.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
        return found;
    }

private:
    json::Value object_;
};

constexpr std::int64_t greatest_int = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t greatest_long = std::numeric_limits<std::int64_t>::max();

Result<std::vector<std::uint64_t>> read_recent(const json::Value& list) {
    std::vector<std::uint64_t> hashes;
    if (!list.is_array()) return bad("has 'recent' that is no list");
    for (const json::Value& each : json::array_of(list)) {
        std::string_view text;
        std::uint64_t hash = 0;
        if (each.get(text) != simdjson::SUCCESS || hashes.size() == EventCursor::most_recent ||
            std::from_chars(text.data(), text.data() + text.size(), hash, 16).ptr != text.data() + text.size())
            return bad("has 'recent' with an entry that is no hash");
        hashes.push_back(hash);
    }
    return hashes;
}

Result<void> read_covers(const json::Value& value, SnapshotRecord& record) {
    if (!value.is_object()) return bad("has 'covers' that is no object");
    const Members members{value};
    const auto topic = members.text("topic");
    const auto partition = members.number("partition", 0, greatest_int);
    const auto offset = members.number("offset", 0, greatest_long);
    if (!topic || !partition || !offset) return bad("covers no place");
    const auto event_id = members.text("eventId");
    const auto partitions = members.number("partitions", 1, greatest_int);
    if (!event_id || !partitions) return {};  // another writer's: nothing to check the place by
    record.covers = Place{*topic,
                          members.text("topicId").value_or(""),
                          static_cast<std::int32_t>(*partitions),
                          static_cast<std::int32_t>(*partition),
                          *offset,
                          *event_id};
    if (const auto recent = members.member("recent")) {
        auto hashes = read_recent(*recent);
        if (!hashes) return std::move(hashes).error();
        record.recent = std::move(*hashes);
    }
    return {};
}

Result<void> read_head(std::string_view aggregate, std::string_view id, const Members& members,
                       SnapshotRecord& record) {
    if (members.text("type") != std::string{aggregate} + ".snapshot")
        return bad("is not of type '" + std::string{aggregate} + ".snapshot'");
    if (members.member("aggregateId") && members.text("aggregateId") != id) return bad("is of another aggregate");
    record.aggregate_id = id;
    const auto version = members.number("schemaVersion", 1, greatest_int);
    const auto revision = members.number("revision", 0, greatest_long);
    const auto occurred_at = members.text("occurredAt");
    const auto time = parse_date_time(occurred_at.value_or(""));
    if (!version || !revision || !time) return bad("lacks schemaVersion, revision or occurredAt");
    record.version = static_cast<std::int32_t>(*version);
    record.revision = *revision;
    record.occurred_at = time->utc;
    return {};
}

json::Limits limits_of(std::string_view text) { return {text.size(), 64, 1'000'000}; }

}  // namespace

std::string encode_snapshot(std::string_view aggregate, const SnapshotRecord& record) {
    std::string value;
    {
        json::Writer out{value};
        out.raw("{\"schemaVersion\":");
        out.integer(std::int64_t{record.version});
        write_text(out, ",\"type\":", std::string{aggregate} + ".snapshot");
        write_text(out, ",\"aggregateId\":", record.aggregate_id);
        out.raw(",\"revision\":");
        out.integer(record.revision);
        write_text(out, ",\"occurredAt\":", format_timestamp(rounded_up(record.occurred_at)));
        out.raw(",\"state\":");
        out.raw(record.state);
        if (record.covers) write_place(out, record);
    }
    const std::string sum = sha256(value);
    value.append(checksum_member).append(sum).append("\"}");
    return value;
}

Result<SnapshotRecord> decode_snapshot(std::string_view aggregate, std::string_view id, std::string_view value) {
    json::Document document;
    const auto parsed = document.parse(value, limits_of(value));
    if (!parsed) return bad("is torn: " + parsed.error().message);
    if (!parsed->is_object()) return bad("is no JSON object");
    const Members members{*parsed};
    const bool has_checksum = members.member("checksum").has_value();
    if (has_checksum)
        if (auto checked = check_sum(value); !checked) return std::move(checked).error();
    SnapshotRecord record;
    if (auto read = read_head(aggregate, id, members, record); !read) return std::move(read).error();
    const auto state = members.member("state");
    if (!state || !state->is_object()) return bad("has no state");
    record.state = json::raw_member(value, "state");
    if (const auto covers = members.member("covers"))
        if (auto read = read_covers(*covers, record); !read) return std::move(read).error();
    if (record.covers && !has_checksum) return bad("has lost its checksum");
    return record;
}

Result<std::string> encode_state(const AggregateDescriptor& aggregate, const void* state) {
    std::string text;
    if (auto encoded = codec::encode_payload(*aggregate.state, state, text); !encoded)
        return std::move(encoded).error();
    if (!text.starts_with('{'))
        return failure(ErrorKind::permanent, "snapshot.state", "the state of a snapshot is a JSON object",
                       "let to_json make an object");
    return text;
}

}  // namespace snapshot
EVENTSDK_END_NAMESPACE
