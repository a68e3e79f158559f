set(module_libs eventsdk_kafka RdKafka::rdkafka fmt::fmt)
