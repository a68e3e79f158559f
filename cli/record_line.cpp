#include "record_line.hpp"

#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "json_object.hpp"

#include <eventsdk/core/time.hpp>

#include <limits>

namespace cli {
namespace {

using eventsdk::Error;
using eventsdk::ErrorKind;
using eventsdk::Result;
using Value = eventsdk::json::Value;

constexpr std::size_t max_line_bytes = std::size_t{64} * 1024 * 1024;

Error bad_line(std::string pointer, const std::string& what) {
    Error error{.kind = ErrorKind::permanent, .code = "record.line"};
    error.message = (pointer.empty() ? "the line " : "\"" + pointer + "\" ") + what;
    error.pointer = std::move(pointer);
    return error;
}

Result<std::string> bytes_of(const std::string& pointer, std::string_view text) {
    if (auto bytes = eventsdk::base64::decode(text)) return std::move(*bytes);
    return bad_line(pointer, "is not base64");
}

class LineReading {
public:
    explicit LineReading(RecordLine& out) : out_{out} {}

    Result<void> member(std::string_view name, const Value& value) {
        eventsdk::Record& record = out_.record;
        if (name == "topic") return value.is_null() ? Result<void>{} : text("/topic", value, record.topic);
        if (name == "key") return optional_text("/key", value, record.key);
        if (name == "keyBase64") return base64("/keyBase64", value, record.key);
        if (name == "value") return optional_text("/value", value, record.value);
        if (name == "valueBase64") return base64("/valueBase64", value, record.value);
        if (name == "headers") return headers(value);
        if (name == "timestamp") return timestamp(value);
        if (name == "partition") return partition(value);
        if (name == "offset") return integer("/offset", value, out_.offset);
        return {};
    }

private:
    static Result<void> text(const std::string& pointer, const Value& value, std::string& out) {
        std::string_view read;
        if (value.get(read) != simdjson::SUCCESS) return bad_line(pointer, "is not a string");
        out = read;
        return {};
    }

    static Result<void> optional_text(const std::string& pointer, const Value& value, std::optional<std::string>& out) {
        if (value.is_null()) return {};
        return text(pointer, value, out.emplace());
    }

    static Result<void> base64(const std::string& pointer, const Value& value, std::optional<std::string>& out) {
        if (value.is_null()) return {};
        std::string_view read;
        if (value.get(read) != simdjson::SUCCESS) return bad_line(pointer, "is not a string");
        auto bytes = bytes_of(pointer, read);
        if (!bytes) return std::move(bytes).error();
        out = std::move(*bytes);
        return {};
    }

    Result<void> headers(const Value& value) {
        simdjson::dom::array entries;
        if (value.get(entries) != simdjson::SUCCESS) return bad_line("/headers", "is not an array");
        std::size_t index = 0;
        for (const Value entry : entries)
            if (auto read = header("/headers/" + std::to_string(index++), entry); !read) return read;
        return {};
    }

    Result<void> header(const std::string& pointer, const Value& entry) {
        simdjson::dom::array pair;
        if (entry.get(pair) != simdjson::SUCCESS || pair.size() != 2)
            return bad_line(pointer, "is not a [name, value] pair");
        eventsdk::Header made;
        if (auto name = text(pointer + "/0", pair.at(0).value_unsafe(), made.name); !name) return name;
        const Value value = pair.at(1).value_unsafe();
        Value inner;
        auto read = value.is_object() && value.at_key("base64").get(inner) == simdjson::SUCCESS
                        ? base64(pointer + "/1/base64", inner, made.value)
                        : optional_text(pointer + "/1", value, made.value);
        if (!read) return read;
        out_.record.headers.push_back(std::move(made));
        return {};
    }

    Result<void> timestamp(const Value& value) {
        if (value.is_null()) return {};
        std::int64_t milliseconds = 0;
        std::string_view text;
        if (value.get(text) == simdjson::SUCCESS) {
            auto time = eventsdk::parse_date_time(text);
            if (!time) return bad_line("/timestamp", "is not an RFC 3339 date-time");
            out_.record.timestamp = time->utc;
            return {};
        }
        constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / 1000;
        if (value.get(milliseconds) != simdjson::SUCCESS || milliseconds < 0 || milliseconds > limit)
            return bad_line("/timestamp", "is neither an RFC 3339 date-time nor milliseconds since 1970");
        out_.record.timestamp = eventsdk::Timestamp{std::chrono::milliseconds{milliseconds}};
        return {};
    }

    static Result<void> integer(const std::string& pointer, const Value& value, std::int64_t& out) {
        if (value.get(out) == simdjson::SUCCESS && out >= 0) return {};
        return bad_line(pointer, "is not an integer of at least 0");
    }

    Result<void> partition(const Value& value) {
        if (value.is_null()) return {};
        std::int64_t number = 0;
        if (auto read = integer("/partition", value, number); !read) return read;
        if (number > std::numeric_limits<std::int32_t>::max()) return bad_line("/partition", "is more than 2147483647");
        out_.record.partition = static_cast<std::int32_t>(number);
        return {};
    }

    RecordLine& out_;
};

void add_bytes(JsonObject& line, const std::string& name, std::optional<std::string_view> bytes) {
    if (!bytes) {
        line.null(name);
    } else if (eventsdk::utf8::find_invalid(*bytes) == std::string_view::npos) {
        line.text(name, *bytes);
    } else {
        line.text(name + "Base64", eventsdk::base64::encode(*bytes));
    }
}

std::string header_json(std::string_view name, std::optional<std::string_view> value) {
    JsonArray pair;
    pair.text(name);
    if (!value) {
        pair.raw("null");
    } else if (eventsdk::utf8::find_invalid(*value) == std::string_view::npos) {
        pair.text(*value);
    } else {
        pair.raw(JsonObject{}.text("base64", eventsdk::base64::encode(*value)).done());
    }
    return pair.done();
}

}  // namespace

Result<RecordLine> RecordLineReader::read(std::string_view line) {
    auto parsed = document_.parse(line, {.max_bytes = max_line_bytes});
    if (!parsed) return std::move(parsed).error();
    simdjson::dom::object object;
    if (parsed->get(object) != simdjson::SUCCESS) return bad_line("", "is JSON, but not an object");
    RecordLine out;
    LineReading reading{out};
    for (const auto [name, value] : object)
        if (auto read = reading.member(name, value); !read) return std::move(read).error();
    return out;
}

std::string record_line(const eventsdk::Record& record) {
    JsonObject line;
    record.topic.empty() ? line.null("topic") : line.text("topic", record.topic);
    add_bytes(line, "key", record.key);
    JsonArray headers;
    for (const eventsdk::Header& each : record.headers) headers.raw(header_json(each.name, each.value));
    line.raw("headers", headers.done());
    add_bytes(line, "value", record.value);
    return line.done();
}

std::string record_line(const eventsdk::ReceivedRecord& record) {
    JsonObject line;
    line.text("topic", record.topic).integer("partition", record.partition).integer("offset", record.offset);
    line.text("timestamp", eventsdk::format_timestamp(record.timestamp));
    add_bytes(line, "key", record.key);
    JsonArray headers;
    for (std::size_t i = 0; i < record.header_count(); ++i) {
        const eventsdk::HeaderView header = record.header_at(i);
        headers.raw(header_json(header.name, header.value));
    }
    line.raw("headers", headers.done());
    add_bytes(line, "value", record.value);
    return line.done();
}

eventsdk::codec::RecordParts parts_of(const RecordLine& line, std::vector<eventsdk::codec::HeaderText>& headers) {
    headers.clear();
    for (const eventsdk::Header& each : line.record.headers) headers.push_back({each.name, each.value});
    eventsdk::codec::RecordParts parts;
    parts.topic = line.record.topic;
    parts.partition = line.record.partition.value_or(-1);
    parts.offset = line.offset;
    parts.timestamp = line.record.timestamp.value_or(no_timestamp);
    parts.key = line.record.key;
    parts.value = line.record.value;
    parts.headers = headers;
    return parts;
}

}  // namespace cli
