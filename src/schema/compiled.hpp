#pragma once

#include "schema/plan.hpp"
#include "schema/reference.hpp"

#include <memory>
#include <string>
#include <vector>

EVENTSDK_BEGIN_NAMESPACE
namespace schema_detail {

/// What a Schema handle shares.
struct Compiled {
    std::shared_ptr<const Plan> plan{};
    const Node* root = nullptr;
    std::string file{};
    std::string type{};
    int version = 0;
    std::string text{};
    std::string bundle{};  ///< with what it refers to in other files; empty when there is nothing of that kind
    std::vector<std::string> unknown_keywords{};
    std::shared_ptr<const ReferenceSchema> reference{};  ///< decides, when SchemaOptions::engine says so
};

}  // namespace schema_detail
EVENTSDK_END_NAMESPACE
