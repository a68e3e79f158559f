#pragma once

/// @file
/// All that is needed to describe events: include this beside the structs.

#include <eventsdk/event/detail/event_descriptor.hpp>
#include <eventsdk/event/envelope.hpp>
#include <eventsdk/event/event_traits.hpp>
#include <eventsdk/event/format.hpp>
#include <eventsdk/event/topic_name.hpp>
