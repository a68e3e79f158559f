#pragma once

#include <cstddef>
#include <string>

namespace bench {

/// A native envelope of about `bytes` bytes whose payload holds UUIDs, a date-time, a string with a pattern, numbers
/// and, from 400 bytes on, as many small objects as fit.
inline std::string sample_event(std::size_t bytes) {
    std::string text =
        R"({"eventId":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","type":"AssignmentSubmitted","schemaVersion":1,)"
        R"("aggregateId":"a-17","occurredAt":"2026-11-20T12:00:00.123Z","payload":{"courseCode":"CS-1042")";
    const std::string end = "}}";
    const auto add = [&](const std::string& member) {
        if (text.size() + member.size() + end.size() <= bytes) text += member;
    };
    add(R"(,"studentId":"0190a1b2-c3d4-7e5f-8a9b-aaaaaaaaaaaa")");
    add(R"(,"submittedAt":"2026-11-20T11:59:58.001+01:00")");
    add(R"(,"attempt":3,"score":87.5,"late":false)");
    std::string parts;
    for (int i = 0; text.size() + parts.size() + 90 + end.size() <= bytes; ++i)
        parts += (i == 0 ? R"(,"parts":[)" : ",") + std::string{R"({"name":"part-)"} + std::to_string(i % 10) +
                 R"(","points":)" + std::to_string(i % 7) + R"(,"tags":["a","bc"]})";
    if (!parts.empty()) text += parts + "]";
    return text + end;
}

/// The schema of the payload above.
inline std::string sample_payload_schema() {
    return R"j({"type":"object","required":["courseCode"],"additionalProperties":false,"properties":{
"courseCode":{"type":"string","pattern":"^[A-Z]{2,4}-[0-9]{3,5}$"},"studentId":{"type":"string","format":"uuid"},
"submittedAt":{"type":"string","format":"date-time"},"attempt":{"type":"integer","minimum":1,"maximum":99},
"score":{"type":"number","minimum":0,"maximum":100},"late":{"type":"boolean"},
"parts":{"type":"array","maxItems":1000,"items":{"type":"object","required":["name","points"],"properties":{
"name":{"type":"string","maxLength":40},"points":{"type":"integer","minimum":0},
"tags":{"type":"array","items":{"enum":["a","bc","d"]}}}}}}})j";
}

/// The schema of the whole envelope.
inline std::string sample_schema() {
    return R"j({"$schema":"http://json-schema.org/draft-07/schema#","type":"object",
"required":["eventId","type","schemaVersion","aggregateId","occurredAt","payload"],
"properties":{"eventId":{"type":"string","format":"uuid"},"type":{"const":"AssignmentSubmitted"},
"schemaVersion":{"type":"integer","minimum":1},"aggregateId":{"type":"string","minLength":1,"maxLength":255},
"occurredAt":{"type":"string","format":"date-time"},"payload":)j" +
           sample_payload_schema() + "}}";
}

}  // namespace bench
