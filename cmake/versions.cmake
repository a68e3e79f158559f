# The one place that names dependency versions. tools/ reads it too: keep one `set(NAME VERSION)` a line.
set(EVENTSDK_FMT_MIN 9.0)
set(EVENTSDK_NLOHMANN_JSON_MIN 3.11)
set(EVENTSDK_VALIJSON_MIN 1.0)
set(EVENTSDK_SIMDJSON_MIN 3.0)
set(EVENTSDK_CLI11_MIN 2.1)
set(EVENTSDK_SQLITE_MIN 3.38)
set(EVENTSDK_LIBRDKAFKA_MIN 2.8.0)
# The source package that tools/setup builds where the distribution's librdkafka is older than the minimum: Debian 13's,
# or Ubuntu 26.04's.
set(EVENTSDK_LIBRDKAFKA_DEBIAN_REVISION 2.8.0-1)
set(EVENTSDK_LIBRDKAFKA_UBUNTU_REVISION 2.13.0-1)
# What tools/kafka runs.
set(EVENTSDK_KAFKA_BROKER 4.1.0)
set(EVENTSDK_KAFKA_BROKER_LOG4J 2.24.3)
# Whose outbox event router the tests ask.
set(EVENTSDK_DEBEZIUM 3.3.1.Final)
set(EVENTSDK_MAVEN_DEPENDENCY_PLUGIN 3.6.1)
# The source distribution on PyPI that carries the newest official JSON-Schema-Test-Suite.
set(EVENTSDK_JSONSCHEMA_SDIST 4.26.0)
set(EVENTSDK_JSONSCHEMA_SDIST_SHA256 0c26707e2efad8aa1bfc5b7ce170f3fccc2e4918ff85989ba9ffa9facb2be326)
