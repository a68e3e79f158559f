# The broker's jars, fetched once by Maven into the cache; sourced by tools/kafka and tools/setup.
source "$eventsdk_source/tools/lib/maven.sh"
kafka_jars="$eventsdk_cache/kafka-$(version KAFKA_BROKER)"

need_java() {
  command -v java >/dev/null || fail "Java is missing: a Kafka broker runs on Java 17 or newer" "run: tools/setup kafka"
}

fetch_kafka_jars() {
  [[ ! -f "$kafka_jars/.complete" ]] || return 0
  command -v mvn >/dev/null || fail "Maven is missing: it fetches the broker's jars" "run: tools/setup kafka"
  say "fetching the jars of Apache Kafka $(version KAFKA_BROKER) (55 MB, once)"
  rm -rf "$kafka_jars"
  mkdir -p "$kafka_jars"
  write_pom kafka-broker "org.apache.kafka:kafka_2.13:$(version KAFKA_BROKER)" \
    "org.apache.kafka:kafka-tools:$(version KAFKA_BROKER)" \
    "org.apache.logging.log4j:log4j-slf4j-impl:$(version KAFKA_BROKER_LOG4J)" >"$kafka_jars/pom.xml"
  copy_jars "$kafka_jars" ||
    fail "Maven could not fetch the broker's jars" "check the network and Maven's settings.xml; the log is above"
  touch "$kafka_jars/.complete"
}

need_kafka_jars() {
  [[ -f "$kafka_jars/.complete" ]] || locked kafka-jars fetch_kafka_jars
}
