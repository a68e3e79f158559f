#include "command.hpp"
#include "envelope_line.hpp"
#include "event_line.hpp"
#include "json_object.hpp"
#include "line_reader.hpp"
#include "record_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace cli {
namespace {

/// A value's bytes take up to six times as many as a JSON string of the line; headers come on top.
constexpr std::size_t escaped_size = 8;

struct RecordOptions {
    std::string input{};
    std::string format{};
    std::string schemas{};
    std::string topic{};
    std::size_t max_bytes = 1'000'000;
};

std::string answer_of_error(const eventsdk::Violation& error) {
    const std::string inner =
        JsonObject{}.text("code", error.code).text("pointer", error.pointer).text("message", error.message).done();
    return JsonObject{}.raw("error", inner).done();
}

eventsdk::Violation line_too_long(std::size_t max_bytes) {
    eventsdk::Violation error;
    error.code = "json.too_large";
    error.message = "the line has more than " + std::to_string(max_bytes) + " bytes";
    return error;
}

class Decoder {
public:
    explicit Decoder(const RecordOptions& options) {
        if (options.format != "auto") format_ = value_or_stop(eventsdk::EnvelopeFormat::named(options.format));
        if (!options.schemas.empty()) schemas_ = value_or_stop(eventsdk::SchemaSet::load(options.schemas));
        rules_.limits.max_bytes = options.max_bytes;
        const bool exact = options.format == "native" || options.format.starts_with("cloudevents");
        rules_.detect = !exact;
    }

    /// The line out, or what is wrong.
    eventsdk::Result<std::string> decode(std::string_view line) {
        auto read = lines_.read(line);
        if (!read) return std::move(read).error();
        const auto parts = parts_of(*read, headers_);
        auto done = format_ ? decode_record(*format_, parts, rules_, scratch_, decoded_)
                            : decode_any_record(parts, rules_, scratch_, decoded_);
        if (!done) return std::move(done).error();
        if (schemas_ && !(decoded_.tombstone && decoded_.envelope.type.empty()))
            for (eventsdk::Violation& each : check_payload(*schemas_, decoded_))
                return eventsdk::Error{.kind = eventsdk::ErrorKind::permanent,
                                       .code = each.code,
                                       .message = each.message,
                                       .pointer = each.pointer};
        const bool only_key = decoded_.format.empty();
        return JsonObject{}
            .text("format", only_key ? "tombstone" : decoded_.format)
            .raw("envelope", envelope_json(decoded_))
            .done();
    }

private:
    std::optional<eventsdk::EnvelopeFormat> format_{};
    std::optional<eventsdk::SchemaSet> schemas_{};
    eventsdk::codec::DecodeOptions rules_{};
    eventsdk::codec::Scratch scratch_{};
    eventsdk::codec::Decoded decoded_{};
    RecordLineReader lines_{};
    std::vector<eventsdk::codec::HeaderText> headers_{};
};

/// Answers every line by `convert`, which gives the line out or an error.
template <class Convert>
void convert_lines(Session& session, const std::string& input, std::size_t max_line_bytes, Convert&& convert) {
    LineReader reader{input, max_line_bytes, session.out};
    Progress progress{"lines"};
    for (LineReader::Line line; reader.next(line); progress.add()) {
        eventsdk::Result<std::string> made =
            line.too_long ? answer_of_error(line_too_long(max_line_bytes)) : convert(line.text);
        if (!made || line.too_long) session.answer_no();
        session.out.line(made ? *made : answer_of_error(violation_of(made.error())));
    }
}

void decode(Session& session, const RecordOptions& options) {
    Decoder decoder{options};
    convert_lines(session, options.input, options.max_bytes * escaped_size,
                  [&decoder](std::string_view line) { return decoder.decode(line); });
}

void encode(Session& session, const RecordOptions& options) {
    const auto format = value_or_stop(eventsdk::EnvelopeFormat::named(options.format));
    EnvelopeLineReader envelopes{options.max_bytes};
    EnvelopeLineReader::Line event;
    convert_lines(session, options.input, options.max_bytes,
                  [&](std::string_view line) -> eventsdk::Result<std::string> {
                      if (auto read = envelopes.read(line, event); !read) return std::move(read).error();
                      auto record = encode_line(format, event, options.topic);
                      if (!record) return std::move(record).error();
                      return record_line(*record);
                  });
}

void add_common(CLI::App& command, RecordOptions& options) {
    command.add_option("INPUT", options.input, "File with one line of JSON each; none or - is standard input");
    command.add_option("--max-bytes", options.max_bytes, "Longest value of a record, in bytes (1000000)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 26));
}

void add_decode(CLI::App& group, Session& session) {
    CLI::App& command = add_command(
        group, session, "decode", "Show what envelope records carry",
        "  eventsdk tail orders --json | eventsdk record decode --schemas schemas\n"
        "A record per line in: {\"topic\":\"t\",\"key\":\"k\",\"headers\":[[\"name\",\"value\"]],\"value\":\"...\"};\n"
        "null is Kafka's null; bytes stand in keyBase64, valueBase64, {\"base64\":\"...\"}.\n"
        "Out: {\"format\":\"native\",\"envelope\":{...}} or {\"error\":{\"code\":...,\"pointer\":...,\"message\":...}}.\n");
    auto options = std::make_shared<RecordOptions>();
    options->format = "auto";
    add_common(command, *options);
    command.add_option("--format", options->format,
                       "auto, native, cloudevents, or the name of a layout (user_events, ...)");
    command.add_option("--schemas", options->schemas, "Directory of schemas; payloads are checked against them");
    command.callback([&session, options] { session.run = [&session, options] { decode(session, *options); }; });
}

void add_encode(CLI::App& group, Session& session) {
    CLI::App& command = add_command(group, session, "encode", "Make records of native envelopes",
                                    "  eventsdk record encode --format cloudevents-binary envelopes.ndjson\n"
                                    "A native envelope per line in, a record per line out.\n");
    auto options = std::make_shared<RecordOptions>();
    add_common(command, *options);
    command
        .add_option("--format", options->format,
                    "native, cloudevents-structured, cloudevents-binary, or the name of a layout (user_events, ...)")
        ->required();
    command.add_option("--topic", options->topic, "Topic named in the records; none gives null");
    command.callback([&session, options] { session.run = [&session, options] { encode(session, *options); }; });
}

}  // namespace

void add_record_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "record", "Turn records into envelopes and back");
    add_decode(group, session);
    add_encode(group, session);
}

}  // namespace cli
