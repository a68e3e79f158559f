#pragma once

#include "event/codec.hpp"
#include "json/writer.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace codec {

/// Writes one flat JSON object, member by member; the first text that is not UTF-8 is remembered.
class EnvelopeWriter {
public:
    explicit EnvelopeWriter(std::string& out) : writer_{out} { writer_.put('{'); }

    void text(std::string_view member, std::string_view value) {
        name(member);
        if (!writer_.string(value) && bad_.empty()) bad_ = member;
    }
    void integer(std::string_view member, std::int64_t value) {
        name(member);
        writer_.integer(value);
    }
    void time(std::string_view member, Timestamp value);
    /// A value that is JSON text already.
    void raw(std::string_view member, std::string_view json) {
        name(member);
        writer_.raw(json);
    }
    /// A member whose name comes from outside.
    void extension(const Extension& given);
    /// The members of an object's text, in place of themselves: `{"a":1}` adds `"a":1`.
    void members_of(std::string_view object);
    void object(std::string_view member, std::span<const Extension> members);

    /// Ends the object. `invalid_argument` "envelope.utf8" naming the member that is not UTF-8.
    [[nodiscard]] Result<void> finish();

private:
    /// Names of the formats need no escaping; those of extensions are escaped by extension().
    void name(std::string_view member) {
        char* at = writer_.room(member.size() + 3 + (first_ ? 0 : 1));
        if (!first_) *at++ = ',';
        first_ = false;
        *at++ = '"';
        at = std::copy(member.begin(), member.end(), at);
        *at++ = '"';
        *at = ':';
    }

    json::Writer writer_;
    bool first_ = true;
    std::string_view bad_{};
};

}  // namespace codec
EVENTSDK_END_NAMESPACE
