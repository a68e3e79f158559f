# Jars by Maven, into a folder of the cache; sourced by what needs some.

# write_pom NAME GROUP:ARTIFACT:VERSION...
write_pom() {
  local name="$1" group artifact number
  shift
  cat <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>eventsdk.tools</groupId><artifactId>$name</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
POM
  while [[ $# -gt 0 ]]; do
    IFS=: read -r group artifact number <<<"$1"
    printf '    <dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>\n' \
      "$group" "$artifact" "$number"
    shift
  done
  printf '  </dependencies>\n</project>\n'
}

# copy_jars FOLDER [OPTION...]: what FOLDER/pom.xml names and what that needs, to FOLDER/lib, within maven_seconds
# (default 1200); options go to Maven.
copy_jars() {
  local folder="$1"
  shift
  logged "$folder/maven.log" timeout "${maven_seconds:-1200}" mvn --batch-mode --file "$folder/pom.xml" \
    "org.apache.maven.plugins:maven-dependency-plugin:$(version MAVEN_DEPENDENCY_PLUGIN):copy-dependencies" \
    -DoutputDirectory="$folder/lib" -DincludeScope=runtime "$@"
}
