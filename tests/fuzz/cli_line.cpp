// Any line that the program reads is answered: a record line comes back from what is written of it, and an envelope line
// becomes a record of each format or is refused with a reason.
#include "require.hpp"

#include "cli/envelope_line.hpp"
#include "cli/json_object.hpp"
#include "cli/record_line.hpp"

#include <array>
#include <cstdint>

using namespace eventsdk;

namespace {

void require_reason(const Error& error) { require(!error.code.empty() && !error.message.empty(), "text of an error"); }

void read_record(std::string_view text) {
    static cli::RecordLineReader reader;
    const auto read = reader.read(text);
    if (!read) return require_reason(read.error());
    const std::string written = cli::record_line(read->record);
    require(written.find('\n') == std::string::npos, "a record line is more than one line");
    const auto again = reader.read(written);
    require(again.has_value(), "a written record line cannot be read");
    require(again->record.topic == read->record.topic, "topic");
    require(again->record.key == read->record.key, "key");
    require(again->record.value == read->record.value, "value");
    require(again->record.headers == read->record.headers, "headers");
}

void show(const Record& record, codec::Scratch& scratch) {
    codec::Decoded decoded;
    std::vector<codec::HeaderText> headers;
    const cli::RecordLine line{record};
    const auto done = codec::decode_any_record(cli::parts_of(line, headers), {}, scratch, decoded);
    if (!done) return require_reason(done.error());
    require(cli::envelope_json(decoded).find('\n') == std::string::npos, "an envelope is more than one line");
}

void write_envelope(std::string_view text) {
    static const std::array formats{EnvelopeFormat::native(), EnvelopeFormat::cloudevents_structured(),
                                    EnvelopeFormat::cloudevents_binary(), layouts::user_events(),
                                    layouts::qa_package_events()};
    static cli::EnvelopeLineReader reader{100'000};
    static codec::Scratch scratch;
    cli::EnvelopeLineReader::Line line;
    if (const auto read = reader.read(text, line); !read) return require_reason(read.error());
    for (const EnvelopeFormat& format : formats) {
        const auto record = cli::encode_line(format, line, "topic");
        record ? show(*record, scratch) : require_reason(record.error());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    read_record(text);
    write_envelope(text);
    require(cli::json_string(text).find('\n') == std::string::npos, "a JSON string is more than one line");
    return 0;
}
