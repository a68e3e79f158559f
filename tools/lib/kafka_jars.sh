# The broker's jars, fetched once by Maven into the cache; sourced by tools/kafka and tools/setup.
kafka_jars="$eventsdk_cache/kafka-$(version KAFKA_BROKER)"

need_java() {
  command -v java >/dev/null || fail "Java is missing: a Kafka broker runs on Java 17 or newer" "run: tools/setup kafka"
}

write_kafka_pom() {
  dependency() {
    printf '<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>' "$@"
  }
  cat <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>eventsdk.tools</groupId><artifactId>kafka-broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    $(dependency org.apache.kafka kafka_2.13 "$(version KAFKA_BROKER)")
    $(dependency org.apache.kafka kafka-tools "$(version KAFKA_BROKER)")
    $(dependency org.apache.logging.log4j log4j-slf4j-impl "$(version KAFKA_BROKER_LOG4J)")
  </dependencies>
</project>
POM
}

fetch_kafka_jars() {
  [[ ! -f "$kafka_jars/.complete" ]] || return 0
  command -v mvn >/dev/null || fail "Maven is missing: it fetches the broker's jars" "run: tools/setup kafka"
  say "fetching the jars of Apache Kafka $(version KAFKA_BROKER) (55 MB, once)"
  rm -rf "$kafka_jars"
  mkdir -p "$kafka_jars"
  write_kafka_pom >"$kafka_jars/pom.xml"
  logged "$kafka_jars/maven.log" mvn --batch-mode --file "$kafka_jars/pom.xml" \
    "org.apache.maven.plugins:maven-dependency-plugin:$(version MAVEN_DEPENDENCY_PLUGIN):copy-dependencies" \
    -DoutputDirectory="$kafka_jars/lib" -DincludeScope=runtime ||
    fail "Maven could not fetch the broker's jars" "check the network and Maven's settings.xml; the log is above"
  touch "$kafka_jars/.complete"
}

need_kafka_jars() {
  [[ -f "$kafka_jars/.complete" ]] || locked kafka-jars fetch_kafka_jars
}
