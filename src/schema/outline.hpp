#pragma once

#include <eventsdk/schema/schema.hpp>

#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// What a schema says of one place of its documents.
struct OutlineEntry {
    std::string pointer{};   ///< in the document; `*` stands for any element or name
    bool required = false;   ///< the object around it must have it
    std::string rules{};     ///< what is enforced: a JSON object of keywords
    std::string notes{};     ///< title, description, default, …: a JSON object of keywords without effect
    bool recursive = false;  ///< the same as a place above, whose inner places follow there
};

/// The places that a schema describes, from the root down, members by name; at most `cap`.
[[nodiscard]] std::vector<OutlineEntry> outline(const Schema& schema, std::size_t cap = 10'000);

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
