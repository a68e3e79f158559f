#include "event/envelope_writer.hpp"

#include <eventsdk/core/time.hpp>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

void EnvelopeWriter::time(std::string_view member, Timestamp value) {
    name(member);
    char* const room = writer_.room(26);
    room[0] = room[25] = '"';
    format_timestamp(value, std::span<char, 24>{room + 1, 24});
}

void EnvelopeWriter::members_of(std::string_view object) {
    const std::size_t first = object.find('{') + 1;
    const std::size_t last = object.rfind('}');
    if (object.find_first_not_of(" \t\r\n", first) == last) return;
    if (!first_) writer_.put(',');
    first_ = false;
    writer_.raw(object.substr(first, last - first));
}

void EnvelopeWriter::extension(const Extension& given) {
    if (!first_) writer_.put(',');
    first_ = false;
    if (!writer_.string(given.name) && bad_.empty()) bad_ = given.name;
    writer_.put(':');
    writer_.raw(given.json);
}

void EnvelopeWriter::object(std::string_view member, std::span<const Extension> members) {
    name(member);
    writer_.put('{');
    first_ = true;
    for (const Extension& each : members) extension(each);
    writer_.put('}');
    first_ = false;
}

Result<void> EnvelopeWriter::finish() {
    writer_.put('}');
    if (bad_.empty()) return {};
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = "envelope.utf8",
                 .message = "\"" + std::string{bad_} + "\" is not UTF-8",
                 .hint = "give ids and names as UTF-8 text",
                 .pointer = "/" + std::string{bad_}};
}

}  // namespace codec
EVENTSDK_END_NAMESPACE
