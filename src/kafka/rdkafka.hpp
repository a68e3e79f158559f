#pragma once

#include <eventsdk/core/config.hpp>

#include <librdkafka/rdkafka.h>

#include <memory>

// The one door to librdkafka: only files of src/kafka include this, and nothing else includes its header.
EVENTSDK_BEGIN_NAMESPACE
namespace kafka {

template <auto Destroy>
struct Deleter {
    template <class T>
    void operator()(T* object) const noexcept {
        Destroy(object);
    }
};

using Conf = std::unique_ptr<rd_kafka_conf_t, Deleter<rd_kafka_conf_destroy>>;
using TopicConf = std::unique_ptr<rd_kafka_topic_conf_t, Deleter<rd_kafka_topic_conf_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Deleter<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Deleter<rd_kafka_topic_destroy>>;
using HeaderList = std::unique_ptr<rd_kafka_headers_t, Deleter<rd_kafka_headers_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, Deleter<rd_kafka_topic_partition_list_destroy>>;
using NativeError = std::unique_ptr<rd_kafka_error_t, Deleter<rd_kafka_error_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Deleter<rd_kafka_AdminOptions_destroy>>;
using NativeGroupMetadata =
    std::unique_ptr<rd_kafka_consumer_group_metadata_t, Deleter<rd_kafka_consumer_group_metadata_destroy>>;

}  // namespace kafka
EVENTSDK_END_NAMESPACE
