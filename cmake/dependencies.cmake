find_package(Threads REQUIRED)
find_package(fmt ${EVENTSDK_FMT_MIN} REQUIRED)
find_package(nlohmann_json ${EVENTSDK_NLOHMANN_JSON_MIN} REQUIRED)
find_package(simdjson REQUIRED)  # its package refuses to be newer than asked for
if(simdjson_VERSION VERSION_LESS EVENTSDK_SIMDJSON_MIN)
  message(FATAL_ERROR "simdjson ${simdjson_VERSION} is older than ${EVENTSDK_SIMDJSON_MIN}")
endif()
find_package(OpenSSL REQUIRED COMPONENTS Crypto)

# valijson's CMake target changed its name between 1.0 and 1.1.
find_package(valijson REQUIRED)
add_library(eventsdk_valijson INTERFACE)
target_link_libraries(eventsdk_valijson INTERFACE
  $<IF:$<TARGET_EXISTS:ValiJSON::valijson>,ValiJSON::valijson,valijson>)
target_compile_definitions(eventsdk_valijson INTERFACE VALIJSON_USE_EXCEPTIONS=1)

# Debian's RE2 ships a pkg-config file only.
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)

if(EVENTSDK_KAFKA)
  find_package(RdKafka ${EVENTSDK_LIBRDKAFKA_MIN} REQUIRED)
endif()

if(EVENTSDK_SQLITE)
  find_package(SQLite3 ${EVENTSDK_SQLITE_MIN} REQUIRED)
endif()
if(EVENTSDK_POSTGRES)
  pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
endif()
if(EVENTSDK_PROMETHEUS)
  find_package(prometheus-cpp CONFIG REQUIRED)
endif()
