#include "consume/handler_table.hpp"

#include <algorithm>

EVENTSDK_BEGIN_NAMESPACE
namespace consume {
namespace {

Error bad_projection(std::string code, std::string message, std::string hint) {
    return {.kind = ErrorKind::invalid_argument,
            .code = std::move(code),
            .message = std::move(message),
            .hint = std::move(hint)};
}

/// The type names that an entry takes; none for otherwise().
std::vector<std::string_view> types_of(const Projection::Entry& entry) {
    std::vector<std::string_view> names;
    if (entry.descriptor != nullptr) {
        for (const EventType& type : entry.descriptor->types) names.push_back(type.name);
    } else if (!entry.type.empty()) {
        names.push_back(entry.type);
    }
    return names;
}

}  // namespace

Result<void> HandlerTable::add(std::string_view type, const Handler& handler) {
    if (by_type_.emplace(type, handler).second) return {};
    return bad_projection("projection.handled_twice", "two handlers take event type \"" + std::string{type} + "\"",
                          "register one of them");
}

Result<HandlerTable> HandlerTable::create(const Projection& projection, const Catalogue& catalogue) {
    HandlerTable table;
    table.middleware_ = projection.middleware();
    for (const Projection::Entry& entry : projection.entries()) {
        Handler handler{&entry, table.descriptors_.size()};
        if (entry.descriptor != nullptr) table.descriptors_.push_back(entry.descriptor);
        if (entry.make_batch) {
            if (entry.batch.max_events < 1 || entry.batch.max_events > 10'000)
                return bad_projection("projection.batch", "BatchOptions::max_events is out of range",
                                      "give it 1 to 10,000");
            table.largest_batch_ = std::max(table.largest_batch_, static_cast<std::size_t>(entry.batch.max_events));
        }
        const std::vector<std::string_view> types = types_of(entry);
        for (const std::string_view type : types) {
            if (entry.descriptor != nullptr) {
                if (auto topic = catalogue.topic_of(type); !topic) return std::move(topic).error();
            }
            if (auto added = table.add(type, handler); !added) return std::move(added).error();
        }
        if (!types.empty()) continue;
        if (table.otherwise_.entry != nullptr)
            return bad_projection("projection.handled_twice",
                                  "projection \"" + projection.name() + "\" has otherwise() twice", "register it once");
        table.otherwise_ = handler;
    }
    if (projection.entries().empty())
        return bad_projection("projection.no_handlers", "projection \"" + projection.name() + "\" has no handlers",
                              "call on<T>()");
    return table;
}

Result<std::vector<std::string>> topics_of(const Projection& projection, const Catalogue& catalogue) {
    std::vector<std::string> topics;
    for (const Projection::Entry& entry : projection.entries()) {
        for (const std::string_view type : types_of(entry)) {
            auto topic = catalogue.topic_of(type);
            if (!topic) return std::move(topic).error();
            if (std::find(topics.begin(), topics.end(), *topic) == topics.end()) topics.push_back(*topic);
        }
    }
    if (!topics.empty()) return topics;
    return bad_projection("projector.no_topics",
                          "nothing says which topics projection \"" + projection.name() + "\" reads",
                          "set ProjectorOptions::topics");
}

}  // namespace consume
EVENTSDK_END_NAMESPACE
