#include <eventsdk/testing/event_difference.hpp>

#include <eventsdk/testing/difference.hpp>

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace testing {
namespace {

/// A record's event, or why it has none.
struct Read {
    Record record{};
    ReceivedRecord received{};
    OpenScratch scratch{};
    Opened opened{};
    std::string failure{};

    Read(const Catalogue& catalogue, const Record& from) : record{from}, received{make_received(from, 0, 0)} {
        if (const auto done = catalogue.open(received, scratch, opened); !done) failure = done.error().message;
    }
};

class Lines {
public:
    void add(const std::string& line) {
        if (!text_.empty()) text_ += '\n';
        text_ += line;
    }
    void compare(const char* what, std::string_view expected, std::string_view actual) {
        if (expected == actual) return;
        add(std::string{what} + ": expected \"" + std::string{expected} + "\", was \"" + std::string{actual} + "\"");
    }
    void compare(const char* what, std::int64_t expected, std::int64_t actual) {
        if (expected == actual) return;
        add(std::string{what} + ": expected " + std::to_string(expected) + ", was " + std::to_string(actual));
    }
    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    std::string text_;
};

/// "json /number: …" as "payload /number: …", in each line.
std::string of_payload(const std::string& differences) {
    std::string made;
    for (std::size_t begin = 0; begin < differences.size();) {
        const std::size_t end = std::min(differences.find("\njson", begin), differences.size());
        if (!made.empty()) made += '\n';
        made += "payload" + differences.substr(begin + 4, end - begin - 4);
        begin = end + 1;
    }
    return made;
}

void compare(Lines& lines, const Opened& expected, const Opened& actual) {
    const EnvelopeView& wanted = expected.envelope;
    const EnvelopeView& got = actual.envelope;
    lines.compare("aggregate", wanted.aggregate_id, got.aggregate_id);
    if (expected.tombstone != actual.tombstone)
        return lines.add(expected.tombstone ? "expected a tombstone, was an event"
                                            : "expected an event, was a tombstone");
    lines.compare("type", wanted.type, got.type);
    lines.compare("version", wanted.schema_version, got.schema_version);
    if (wanted.revision) lines.compare("revision", *wanted.revision, got.revision.value_or(-1));
    const std::string payload = json_difference(expected.payload_text(), actual.payload_text());
    if (!payload.empty()) lines.add(of_payload(payload));
}

}  // namespace

std::string event_difference(const Catalogue& catalogue, const Record& expected, const Record& actual) {
    const Read wanted{catalogue, expected};
    const Read got{catalogue, actual};
    Lines lines;
    lines.compare("topic", expected.topic, actual.topic);
    if (!wanted.failure.empty()) lines.add("the expected record has no event: " + wanted.failure);
    if (!got.failure.empty()) lines.add("the record has no event: " + got.failure);
    if (wanted.failure.empty() && got.failure.empty()) compare(lines, wanted.opened, got.opened);
    return std::move(lines).text();
}

std::string event_difference(const Catalogue& catalogue, const std::vector<Record>& expected,
                             const std::vector<Record>& actual) {
    Lines lines;
    if (expected.size() != actual.size())
        lines.add("expected " + std::to_string(expected.size()) + " events, were " + std::to_string(actual.size()));
    for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
        const std::string found = event_difference(catalogue, expected[i], actual[i]);
        if (!found.empty()) lines.add("event " + std::to_string(i) + ":\n" + found);
    }
    for (std::size_t i = expected.size(); i < actual.size(); ++i) {
        const Read more{catalogue, actual[i]};
        lines.add("event " + std::to_string(i) + " was " +
                  (more.failure.empty()
                       ? std::string{more.opened.envelope.type} + " " + std::string{more.opened.payload_text()}
                       : "none: " + more.failure));
    }
    return std::move(lines).text();
}

}  // namespace testing
EVENTSDK_END_NAMESPACE
