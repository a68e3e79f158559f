# Installing: headers, libraries, a CMake package with the components kafka and testing, pkg-config files.
include(CMakePackageConfigHelpers)
set(_eventsdk_package "${CMAKE_INSTALL_LIBDIR}/cmake/eventsdk")
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME dev)  # what is run, shared libraries and programs, is named below

# Each component has an export set of its own, so that a user without Kafka needs no librdkafka.
function(eventsdk_install_library target component)
  install(TARGETS ${target} EXPORT ${component}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT dev
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
  install(EXPORT ${component} NAMESPACE eventsdk:: DESTINATION ${_eventsdk_package}
    FILE eventsdk-${component}-targets.cmake)
endfunction()

# What a static library needs at link time is named to pkg-config always, what a shared one hides only privately.
set(_eventsdk_private_keyword Requires)
if(BUILD_SHARED_LIBS)
  set(_eventsdk_private_keyword Requires.private)
endif()

# eventsdk_install_pkg_config(NAME DESCRIPTION LIBRARY REQUIRES PRIVATE [LIBS])
function(eventsdk_install_pkg_config name)
  cmake_parse_arguments(ARG "" "DESCRIPTION;LIBRARY;REQUIRES;PRIVATE;LIBS" "" ${ARGN})
  if(_eventsdk_private_keyword STREQUAL "Requires")
    string(JOIN ", " requires ${ARG_REQUIRES} ${ARG_PRIVATE})
    set(private "")
  else()
    set(requires "${ARG_REQUIRES}")
    set(private "Requires.private: ${ARG_PRIVATE}\n")
  endif()
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc" @ONLY CONTENT
"prefix=\${pcfiledir}/@_eventsdk_pc_to_prefix@
includedir=\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
libdir=\${prefix}/@CMAKE_INSTALL_LIBDIR@

Name: @name@
Description: @ARG_DESCRIPTION@
Version: @PROJECT_VERSION@
Requires: @requires@
@private@Cflags: -I\${includedir}
Libs: -L\${libdir} -l@ARG_LIBRARY@ @ARG_LIBS@
")
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

file(RELATIVE_PATH _eventsdk_pc_to_prefix
  "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" _eventsdk_pc_to_prefix "${_eventsdk_pc_to_prefix}")

install(DIRECTORY include/eventsdk DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp"
  PATTERN kafka EXCLUDE PATTERN testing EXCLUDE PATTERN sqlite EXCLUDE PATTERN postgres EXCLUDE
  PATTERN prometheus EXCLUDE PATTERN conformance EXCLUDE)
install(DIRECTORY include/eventsdk/testing DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eventsdk)
eventsdk_install_library(eventsdk eventsdk)
eventsdk_install_library(eventsdk_testing testing)
eventsdk_install_pkg_config(eventsdk LIBRARY eventsdk DESCRIPTION "${PROJECT_DESCRIPTION}"
  REQUIRES "nlohmann_json >= ${EVENTSDK_NLOHMANN_JSON_MIN}"
  PRIVATE "fmt >= ${EVENTSDK_FMT_MIN}, simdjson >= ${EVENTSDK_SIMDJSON_MIN}, re2, libcrypto" LIBS "-pthread")
eventsdk_install_pkg_config(eventsdk-testing LIBRARY eventsdk_testing
  DESCRIPTION "Fixtures, clocks and fault plans for tests of eventsdk's users"
  REQUIRES "eventsdk = ${PROJECT_VERSION}" PRIVATE "fmt >= ${EVENTSDK_FMT_MIN}")

if(EVENTSDK_KAFKA)
  install(DIRECTORY include/eventsdk/kafka DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eventsdk)
  eventsdk_install_library(eventsdk_kafka kafka)
  install(FILES cmake/FindRdKafka.cmake DESTINATION ${_eventsdk_package})
  eventsdk_install_pkg_config(eventsdk-kafka LIBRARY eventsdk_kafka
    DESCRIPTION "The Apache Kafka adapter of eventsdk"
    REQUIRES "eventsdk = ${PROJECT_VERSION}"
    PRIVATE "fmt >= ${EVENTSDK_FMT_MIN}, rdkafka >= ${EVENTSDK_LIBRDKAFKA_MIN}")
endif()

if(EVENTSDK_SQLITE)
  install(DIRECTORY include/eventsdk/sqlite DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eventsdk)
  eventsdk_install_library(eventsdk_sqlite sqlite)
  eventsdk_install_pkg_config(eventsdk-sqlite LIBRARY eventsdk_sqlite DESCRIPTION "The SQLite stores of eventsdk"
    REQUIRES "eventsdk = ${PROJECT_VERSION}" PRIVATE "fmt >= ${EVENTSDK_FMT_MIN}, sqlite3 >= ${EVENTSDK_SQLITE_MIN}")
endif()

if(EVENTSDK_POSTGRES)
  install(DIRECTORY include/eventsdk/postgres DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eventsdk)
  eventsdk_install_library(eventsdk_postgres postgres)
  eventsdk_install_pkg_config(eventsdk-postgres LIBRARY eventsdk_postgres
    DESCRIPTION "The PostgreSQL stores of eventsdk"
    REQUIRES "eventsdk = ${PROJECT_VERSION}" PRIVATE "fmt >= ${EVENTSDK_FMT_MIN}, libpq")
endif()

if(EVENTSDK_PROMETHEUS)
  install(DIRECTORY include/eventsdk/prometheus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eventsdk)
  eventsdk_install_library(eventsdk_prometheus prometheus)
  eventsdk_install_pkg_config(eventsdk-prometheus LIBRARY eventsdk_prometheus
    DESCRIPTION "The Prometheus exporter of eventsdk"
    REQUIRES "eventsdk = ${PROJECT_VERSION}" PRIVATE "prometheus-cpp-core")
endif()

# The contract, for adapters of others: a component of its own, made with the tests or by EVENTSDK_CONFORMANCE.
set(_eventsdk_catch "")
if(TARGET eventsdk_conformance)
  if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
    set(_eventsdk_catch 3)
  endif()
  install(DIRECTORY include/eventsdk/conformance DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eventsdk COMPONENT conformance)
  install(TARGETS eventsdk_conformance EXPORT conformance DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT conformance)
  install(EXPORT conformance NAMESPACE eventsdk:: DESTINATION ${_eventsdk_package} COMPONENT conformance
    FILE eventsdk-conformance-targets.cmake)
endif()

set(_eventsdk_static TRUE)
if(BUILD_SHARED_LIBS)
  set(_eventsdk_static FALSE)
endif()
configure_package_config_file(cmake/eventsdkConfig.cmake.in eventsdkConfig.cmake
  INSTALL_DESTINATION ${_eventsdk_package} PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(eventsdkConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/eventsdkConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/eventsdkConfigVersion.cmake"
  DESTINATION ${_eventsdk_package})
install(FILES cmake/EventsdkSchemas.cmake DESTINATION ${_eventsdk_package})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/eventsdk)

include(cmake/packages.cmake)
