#include "event/layout.hpp"

#include <algorithm>
#include <array>

EVENTSDK_BEGIN_NAMESPACE
namespace {

std::array<const std::string*, 6> members_of(const EnvelopeLayout& layout) {
    return {&layout.id_member,      &layout.key_member,  &layout.type_member,
            &layout.version_member, &layout.time_member, &layout.payload_member};
}

bool is_plain(std::string_view name) noexcept {
    return std::none_of(name.begin(), name.end(), [](char c) { return c == '"' || c == '\\' || (c >= 0 && c < ' '); });
}

Error bad_layout(const EnvelopeLayout& layout, std::string message, std::string hint) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = "layout.member",
                 .message = "layout \"" + layout.name + "\" " + message,
                 .hint = std::move(hint)};
}

EnvelopeLayout learning_layout(std::string name) {
    return {.name = std::move(name),
            .id_member = "eventId",
            .type_member = "eventType",
            .key_member = "userId",
            .time_member = "timestamp",
            .payload_member = "data",
            .order = {"eventId", "userId", "eventType", "timestamp", "data"}};
}

EnvelopeFormat make(const EnvelopeLayout& layout) {
    return EnvelopeFormat{std::make_shared<const codec::MappedFormat>(layout)};
}

}  // namespace

Result<EnvelopeLayout> EnvelopeLayout::validated() const {
    if (name.empty()) return bad_layout(*this, "has no name", "give EnvelopeLayout::name");
    if (type_member.empty())
        return bad_layout(*this, "names no member for the event type", "give EnvelopeLayout::type_member");
    const auto members = members_of(*this);
    for (std::size_t i = 0; i < members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (!members[i]->empty() && *members[i] == *members[j])
                return bad_layout(*this, "uses the member \"" + *members[i] + "\" twice",
                                  "give each part a member of its own");
    for (const std::string* each : members)
        if (!is_plain(*each))
            return bad_layout(*this, "has a member name with a quote, backslash or control character",
                              "use a plain name");
    for (const std::string& each : order)
        if (each.empty() || std::count(order.begin(), order.end(), each) > 1)
            return bad_layout(*this, "has an order with \"" + each + "\" empty or double", "name each member once");
    return *this;
}

codec::MappedFormat::MappedFormat(EnvelopeLayout layout) : layout_{std::move(layout)}, order_{layout_.order} {
    for (const std::string* member : members_of(layout_)) {
        const bool payload = member == &layout_.payload_member;
        if (member->empty() || payload || std::count(order_.begin(), order_.end(), *member) > 0) continue;
        order_.push_back(*member);
    }
}

bool codec::MappedFormat::recognises(const json::Value& body) const noexcept {
    simdjson::dom::object object;
    if (body.get(object) != simdjson::SUCCESS) return false;
    for (const std::string* member : members_of(layout_))
        if (!member->empty() && object.at_key(*member).error() != simdjson::SUCCESS) return false;
    return true;
}

Result<EnvelopeFormat> EnvelopeFormat::mapped(const EnvelopeLayout& layout) {
    auto checked = layout.validated();
    if (!checked) return std::move(checked).error();
    return make(*checked);
}

EnvelopeFormat layouts::user_events() {
    static const EnvelopeFormat format =
        make({.name = "user_events",
              .id_member = "event_id",
              .type_member = "event_type",
              .key_member = "user_id",
              .time_member = "timestamp",
              .payload_member = "payload",
              .order = {"event_id", "user_id", "event_type", "problem_id", "payload", "timestamp"}});
    return format;
}

EnvelopeFormat layouts::learning_events() {
    static const EnvelopeFormat format = make(learning_layout("learning-events"));
    return format;
}

EnvelopeFormat layouts::code_submitted() {
    static const EnvelopeFormat format = make(learning_layout("code-submitted"));
    return format;
}

EnvelopeFormat layouts::struggle_detected() {
    static const EnvelopeFormat format = make(learning_layout("struggle-detected"));
    return format;
}

EnvelopeFormat layouts::qa_package_events() {
    static const EnvelopeFormat format = make({.name = "qa-package-events",
                                               .type_member = "type",
                                               .key_member = "planId",
                                               .time_member = "timestamp",
                                               .upper_snake_types = true,
                                               .order = {"planId", "type", "timestamp"}});
    return format;
}

std::span<const EnvelopeFormat> codec::ready_made_layouts() {
    static const std::array formats{layouts::user_events(), layouts::learning_events(), layouts::code_submitted(),
                                    layouts::struggle_detected(), layouts::qa_package_events()};
    return formats;
}

Result<EnvelopeFormat> EnvelopeFormat::named(std::string_view name) {
    if (name == "native") return native();
    if (name == "cloudevents" || name == "cloudevents-structured") return cloudevents_structured();
    if (name == "cloudevents-binary") return cloudevents_binary();
    std::string known = "native, cloudevents, cloudevents-structured, cloudevents-binary";
    for (const EnvelopeFormat& each : codec::ready_made_layouts()) {
        if (each.name() == name) return each;
        known.append(", ").append(each.name());
    }
    return Error{.kind = ErrorKind::invalid_argument,
                 .code = "format.unknown",
                 .message = "there is no envelope format \"" + std::string{name} + "\"",
                 .hint = "use one of " + known};
}

EVENTSDK_END_NAMESPACE
