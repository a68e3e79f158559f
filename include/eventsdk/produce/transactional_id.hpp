#pragma once

#include <eventsdk/core/result.hpp>

#include <string>
#include <string_view>

EVENTSDK_BEGIN_NAMESPACE

/// The transactional id "application-instance": the same at every start of this instance, of no other one.
///
/// @param application the service, the same for all its instances
/// @param instance what tells this instance from the others and outlives a restart: the ordinal of a StatefulSet's pod,
///   a partition, a shard; never a process id or a random name, because a new id each time fences nobody, and what the
///   old one left open holds readers back until its time-out
/// @return `invalid_argument` "transactional_id.part": a part is empty or not [A-Za-z0-9._-], or both have more than 248
///   bytes together
[[nodiscard]] EVENTSDK_API Result<std::string> transactional_id(std::string_view application,
                                                                std::string_view instance);

/// The name that this instance keeps: the environment variable EVENTSDK_INSTANCE, else HOSTNAME when it ends in an
/// ordinal as those of a StatefulSet's pods do ("grader-0").
/// @return `invalid_argument` "transactional_id.unstable" when neither says so: other host names of containers are random
[[nodiscard]] EVENTSDK_API Result<std::string> stable_instance_name();

EVENTSDK_END_NAMESPACE
