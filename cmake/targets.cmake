# One library per CMake target of the product; the sources of a module are the files of its folder.
set(_eventsdk_modules core json event schema broker catalogue produce consume process
                      outbox aggregate snapshot memory service)

function(eventsdk_library name)
  cmake_parse_arguments(ARG "" "" "MODULES" ${ARGN})
  set(sources "")
  foreach(module IN LISTS ARG_MODULES)
    file(GLOB module_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${module}/*.cpp")
    list(APPEND sources ${module_sources})
  endforeach()
  add_library(${name} ${sources})
  set(exported "${name}")
  string(REGEX REPLACE "^eventsdk_" "" exported "${exported}")
  add_library(eventsdk::${exported} ALIAS ${name})
  set_target_properties(${name} PROPERTIES
    EXPORT_NAME ${exported}
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON DEFINE_SYMBOL ""  # static and shared ones have the same objects, which ccache knows
    # A shared one finds its neighbours, and a librdkafka outside the system's folders.
    INSTALL_RPATH "$ORIGIN" INSTALL_RPATH_USE_LINK_PATH ON)
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_compile_definitions(${name} PRIVATE EVENTSDK_BUILDING)
  target_include_directories(${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:eventsdk_build_settings>)
  eventsdk_unity(${name})
  if(EVENTSDK_FUZZ)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)  # libFuzzer sees which ways were taken
    target_link_options(${name} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
endfunction()

eventsdk_library(eventsdk MODULES ${_eventsdk_modules})
target_link_libraries(eventsdk
  PUBLIC nlohmann_json::nlohmann_json Threads::Threads
  PRIVATE fmt::fmt simdjson::simdjson PkgConfig::RE2 OpenSSL::Crypto $<BUILD_INTERFACE:eventsdk_valijson>)

if("undefined" IN_LIST EVENTSDK_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # valijson casts doubles beyond 64 bits to integers, one of the known faults of the reference engine.
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/schema/reference.cpp
    PROPERTIES COMPILE_OPTIONS -fno-sanitize=float-cast-overflow)
endif()

eventsdk_library(eventsdk_testing MODULES testing)
target_link_libraries(eventsdk_testing PUBLIC eventsdk PRIVATE fmt::fmt)

if(EVENTSDK_KAFKA)
  eventsdk_library(eventsdk_kafka MODULES kafka)
  target_link_libraries(eventsdk_kafka PUBLIC eventsdk PRIVATE fmt::fmt RdKafka::rdkafka)
endif()

if(EVENTSDK_SQLITE)
  eventsdk_library(eventsdk_sqlite MODULES sqlite)
  target_link_libraries(eventsdk_sqlite PUBLIC eventsdk PRIVATE fmt::fmt SQLite::SQLite3)
endif()

if(EVENTSDK_POSTGRES)
  eventsdk_library(eventsdk_postgres MODULES postgres)
  target_link_libraries(eventsdk_postgres PUBLIC eventsdk PRIVATE fmt::fmt PkgConfig::LIBPQ)
endif()
if(EVENTSDK_PROMETHEUS)
  eventsdk_library(eventsdk_prometheus MODULES prometheus)
  target_link_libraries(eventsdk_prometheus PUBLIC eventsdk PRIVATE prometheus-cpp::core)
endif()
