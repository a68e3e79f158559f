#pragma once

#include <eventsdk/broker/reader.hpp>
#include <eventsdk/broker/writer.hpp>

EVENTSDK_BEGIN_NAMESPACE

/// What every adapter checks of the options before it makes a port.
/// @return `invalid_argument` "options.invalid" naming the member and its range
[[nodiscard]] EVENTSDK_API Result<void> check_options(const WriterOptions& options);
[[nodiscard]] EVENTSDK_API Result<void> check_options(const TransactionalWriterOptions& options);
[[nodiscard]] EVENTSDK_API Result<void> check_options(const ReaderOptions& options);

/// @return `invalid_argument` "kafka.topic_invalid" when Kafka has no topics of that name
[[nodiscard]] EVENTSDK_API Result<void> check_broker_topic(std::string_view name);

EVENTSDK_END_NAMESPACE
