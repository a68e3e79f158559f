#include <eventsdk/snapshot/fold_lines.hpp>

#include "core/base64.hpp"
#include "json/document.hpp"
#include "json/raw_members.hpp"
#include "json/values.hpp"
#include "snapshot/errors.hpp"
#include "snapshot/sinks.hpp"

#include <istream>
#include <ostream>
#include <string>

EVENTSDK_BEGIN_NAMESPACE
namespace detail {
namespace {

using snapshot::failure;

constexpr std::size_t depth_of_lines = 80;  // an envelope and what is around it

Error bad_line(std::size_t number, std::string_view why) {
    return failure(ErrorKind::permanent, "fold.line", "line " + std::to_string(number) + " " + std::string{why},
                   "let 'eventsdk aggregate --fold' run this program");
}

std::optional<std::string> text_of(const json::Value& object, std::string_view name) {
    std::string_view found;
    if (object.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    return std::string{found};
}

std::optional<std::int64_t> number_of(const json::Value& object, std::string_view name) {
    std::int64_t found = 0;
    if (object.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

/// `"name":"…"` or `"nameBase64":"…"`.
std::optional<std::string> bytes_of(const json::Value& object, const std::string& name) {
    if (auto text = text_of(object, name)) return text;
    const auto coded = text_of(object, name + "Base64");
    return coded ? base64::decode(*coded) : std::nullopt;
}

std::vector<Header> headers_of(const json::Value& record) {
    std::vector<Header> headers;
    json::Value list;
    if (record.at_key("headers").get(list) != simdjson::SUCCESS || !list.is_array()) return headers;
    for (const json::Value& pair : json::array_of(list)) {
        std::string_view name;
        json::Value value;
        if (!pair.is_array() || pair.at(0).get(name) != simdjson::SUCCESS) continue;
        if (pair.at(1).get(value) != simdjson::SUCCESS) continue;
        Header made{std::string{name}, {}};
        std::string_view text;
        if (value.get(text) == simdjson::SUCCESS) made.value = std::string{text};
        if (value.is_object()) made.value = base64::decode(text_of(value, "base64").value_or(""));
        headers.push_back(std::move(made));
    }
    return headers;
}

class Lines {
public:
    Lines(std::istream& in, const Catalogue& catalogue, snapshot::StateSink& sink)
        : in_{in}, catalogue_{catalogue}, sink_{sink} {}

    Result<void> read() {
        bool begun = false;
        while (std::getline(in_, text_)) {
            ++number_;
            auto line = document_.parse(text_, {text_.size(), depth_of_lines, 1'000'000});
            if (!line) return bad_line(number_, "is no JSON: " + line.error().message);
            if (auto done = begun ? event(*line) : begin(*line); !done) return done;
            begun = true;
        }
        return begun ? Result<void>{} : bad_line(1, "is missing");
    }

private:
    Result<void> begin(const json::Value& line) {
        json::Value given;
        if (line.at_key("snapshot").get(given) != simdjson::SUCCESS) return bad_line(number_, "has no \"snapshot\"");
        if (given.is_null()) return {};
        const auto version = number_of(given, "schemaVersion");
        json::Value state;
        if (!version || given.at_key("state").get(state) != simdjson::SUCCESS || !state.is_object())
            return bad_line(number_, "has a snapshot without schemaVersion and state");
        snapshot::SnapshotRecord record;
        record.version = static_cast<std::int32_t>(*version);
        record.revision = number_of(given, "revision").value_or(0);
        record.state = json::raw_member(json::raw_member(text_, "snapshot"), "state");
        return sink_.begin(record);
    }

    Result<void> event(const json::Value& line) {
        json::Value given;
        const auto revision = number_of(line, "revision");
        if (!revision || line.at_key("record").get(given) != simdjson::SUCCESS || !given.is_object())
            return bad_line(number_, "has no \"revision\" and \"record\"");
        Record record;
        record.topic = text_of(given, "topic").value_or("");
        record.key = bytes_of(given, "key");
        record.value = bytes_of(given, "value");
        record.headers = headers_of(given);
        const auto partition = static_cast<std::int32_t>(number_of(given, "partition").value_or(0));
        const ReceivedRecord received = make_received(record, partition, number_of(given, "offset").value_or(-1));
        if (auto opened = catalogue_.open(received, scratch_, opened_); !opened) return opened;
        const auto taken = sink_.take(received, opened_, *revision);
        return taken ? Result<void>{} : taken.error();
    }

    std::istream& in_;
    const Catalogue& catalogue_;
    snapshot::StateSink& sink_;
    json::Document document_{};
    std::string text_{};
    std::size_t number_ = 0;
    OpenScratch scratch_{};
    Opened opened_{};
};

}  // namespace

Result<void> fold_lines(const AggregateDescriptor& aggregate, void* state, const Catalogue& catalogue, std::istream& in,
                        std::ostream& out, const std::map<std::int32_t, Upcaster>& upcasters) {
    ReadReport report;
    snapshot::StateSink sink{aggregate, upcasters, state, report};
    if (auto read = Lines{in, catalogue, sink}.read(); !read) return read;
    const auto text = snapshot::encode_state(aggregate, state);
    if (!text) return text.error();
    out << "{\"schemaVersion\":" << aggregate.state_version << ",\"state\":" << *text << "}\n" << std::flush;
    if (!out) return failure(ErrorKind::unavailable, "fold.output", "the state could not be written");
    return {};
}

}  // namespace detail
EVENTSDK_END_NAMESPACE
