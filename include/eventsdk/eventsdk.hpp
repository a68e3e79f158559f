#pragma once

/// @file
/// Everything of `eventsdk::eventsdk`.

#include <eventsdk/aggregate/aggregate_traits.hpp>
#include <eventsdk/aggregate/decide.hpp>
#include <eventsdk/broker/start_lint.hpp>
#include <eventsdk/broker/topic_lint.hpp>
#include <eventsdk/broker/topics.hpp>
#include <eventsdk/catalogue/catalogue.hpp>
#include <eventsdk/catalogue/topic_specs.hpp>
#include <eventsdk/consume/projector.hpp>
#include <eventsdk/consume/redrive.hpp>
#include <eventsdk/consume/replay.hpp>
#include <eventsdk/event.hpp>
#include <eventsdk/memory/broker.hpp>
#include <eventsdk/process/processor.hpp>
#include <eventsdk/produce/producer.hpp>
#include <eventsdk/produce/transactional_id.hpp>
#include <eventsdk/produce/transactional_producer.hpp>
#include <eventsdk/service/service.hpp>
#include <eventsdk/service/stop_on_signals.hpp>
#include <eventsdk/snapshot/snapshots.hpp>
