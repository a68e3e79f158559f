// Any record, expected in any format, is decoded or refused; what is decoded is written again and reads the same.
//
// An input is one byte that chooses the format, one that counts the headers, their names and values each ended by a NUL,
// then the record's value.
#include "require.hpp"

#include <support/records.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

using namespace eventsdk;

namespace {

std::string take(std::string_view& input) {
    const std::size_t end = std::min(input.find('\0'), input.size());
    std::string text{input.substr(0, end)};
    input.remove_prefix(std::min(end + 1, input.size()));
    return text;
}

Timestamp milliseconds_of(Timestamp time) { return std::chrono::floor<std::chrono::milliseconds>(time); }

/// A layout may give extensions another order; they are attributes, not a list.
auto sorted(std::vector<std::pair<std::string, std::string>> extensions) {
    std::sort(extensions.begin(), extensions.end());
    return extensions;
}

void check_same(const Envelope& read, const Envelope& again) {
    require(read.event_id == again.event_id, "event id");
    require(read.type == again.type, "type");
    require(read.schema_version == again.schema_version, "schema version");
    require(read.aggregate_id == again.aggregate_id, "aggregate id");
    require(read.revision == again.revision, "revision");
    require(milliseconds_of(read.occurred_at) == again.occurred_at, "time");
    require(read.correlation_id == again.correlation_id, "correlation id");
    require(read.causation_id == again.causation_id, "causation id");
    require(read.traceparent == again.traceparent, "traceparent");
    require(read.tracestate == again.tracestate, "tracestate");
    require(read.source == again.source, "source");
    require(sorted(read.extensions) == sorted(again.extensions), "extensions");
}

struct Reader {
    codec::Scratch scratch{};
    codec::Decoded decoded{};
};

void write_again(const EnvelopeFormat& format, const codec::Decoded& decoded) {
    const Envelope read = decoded.owned_envelope();
    std::vector<codec::Extension> extensions;
    for (const auto& [name, json] : read.extensions) extensions.push_back({name, json});
    std::optional<std::string> payload;
    if (decoded.payload) payload = std::string{decoded.payload_text()};

    codec::EncodeInput input{decoded.envelope, extensions, {}};
    if (payload) input.payload = *payload;
    support::WrittenRecord record;
    if (!format.codec().encode(input, record)) return;  // strict in what it writes
    Reader reader;
    const auto again = codec::decode_record(format, record.parts(), {}, reader.scratch, reader.decoded);
    if (!again) std::fprintf(stderr, "%s\n%s\n", again.error().to_string().c_str(), record.shown().c_str());
    require(again.has_value(), "what was written cannot be read");
    check_same(read, reader.decoded.owned_envelope());
    require(payload.has_value() == reader.decoded.payload.has_value(), "payload");
    if (payload) require(*payload == reader.decoded.payload_text(), "payload's bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::array formats{EnvelopeFormat::native(),
                                    EnvelopeFormat::cloudevents_structured(),
                                    EnvelopeFormat::cloudevents_binary(),
                                    layouts::user_events(),
                                    layouts::learning_events(),
                                    layouts::qa_package_events()};
    if (size < 2) return 0;
    std::string_view input{reinterpret_cast<const char*>(data), size};
    const std::size_t chosen = static_cast<unsigned char>(input[0]) % (formats.size() + 1);
    std::size_t headers = static_cast<unsigned char>(input[1]) % 16;
    input.remove_prefix(2);
    support::WrittenRecord record;
    for (; headers > 0 && !input.empty(); --headers) {
        std::string name = take(input);
        record.headers.emplace_back(std::move(name), take(input));
    }
    record.key_text = "key";
    record.value_text = std::string{input};

    Reader reader;
    const auto read = chosen == formats.size()
                          ? codec::decode_any_record(record.parts(), {}, reader.scratch, reader.decoded)
                          : codec::decode_record(formats[chosen], record.parts(), {}, reader.scratch, reader.decoded);
    if (!read) {
        require(read.error().kind == ErrorKind::permanent, "kind of the error");
        require(!read.error().code.empty() && !read.error().message.empty(), "text of the error");
        return 0;
    }
    if (const auto format = EnvelopeFormat::named(reader.decoded.format)) write_again(*format, reader.decoded);
    return 0;
}
