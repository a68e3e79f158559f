#pragma once

#include "catalogue/open_scratch.hpp"
#include "catalogue/registry.hpp"

EVENTSDK_BEGIN_NAMESPACE
namespace catalogue {

/// Turns the payload of out.payload_version into one of the type's newest version, step by step, and checks the result
/// against that version's schema. The record's bytes stay as they are.
/// @return `permanent` "upcast.failed" (the upcaster threw), "upcast.invalid" (its result breaks the schema)
Result<void> upcast(const Type& type, const CatalogueOptions& options, OpenScratch::Impl& scratch, Opened& out);

}  // namespace catalogue
EVENTSDK_END_NAMESPACE
