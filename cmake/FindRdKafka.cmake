#[[
Finds librdkafka's C library and makes the target RdKafka::rdkafka.

Looked at, in this order; one that is older than the version asked for is passed over:
  1. RdKafka_ROOT (variable or environment), CMAKE_PREFIX_PATH (vcpkg and Conan enter here), the system's folders,
     by a CMake package config where there is one, else by header and library;
  2. what pkg-config knows;
  3. the cache folder of tools/setup: ${EVENTSDK_CACHE:-${XDG_CACHE_HOME:-~/.cache}/eventsdk}/librdkafka-<version>.

Result: RdKafka_FOUND, RdKafka_VERSION, RdKafka::rdkafka.
]]
set(_rdkafka_wanted "${RdKafka_FIND_VERSION}")
if(NOT _rdkafka_wanted)
  set(_rdkafka_wanted 0)
endif()
set(_rdkafka_refused "")

# The version that a header belongs to: RD_KAFKA_VERSION is 0xMMmmrrxx.
function(_rdkafka_header_version include_dir result)
  file(STRINGS "${include_dir}/librdkafka/rdkafka.h" line REGEX "^#define RD_KAFKA_VERSION +0x[0-9a-fA-F]+")
  set(version "0")
  if(line MATCHES "0x(..)(..)(..)")
    math(EXPR major "0x${CMAKE_MATCH_1}")
    math(EXPR minor "0x${CMAKE_MATCH_2}")
    math(EXPR patch "0x${CMAKE_MATCH_3}")
    set(version "${major}.${minor}.${patch}")
  endif()
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

# One place by header and library; on success RdKafka_INCLUDE_DIR and RdKafka_LIBRARY stay set.
macro(_rdkafka_try)
  if(NOT TARGET RdKafka::rdkafka AND NOT _rdkafka_done)
    unset(RdKafka_INCLUDE_DIR CACHE)
    unset(RdKafka_LIBRARY CACHE)
    find_path(RdKafka_INCLUDE_DIR librdkafka/rdkafka.h ${ARGN} PATH_SUFFIXES include)
    find_library(RdKafka_LIBRARY rdkafka ${ARGN} PATH_SUFFIXES lib)
    mark_as_advanced(RdKafka_INCLUDE_DIR RdKafka_LIBRARY)
    if(RdKafka_INCLUDE_DIR AND RdKafka_LIBRARY)
      _rdkafka_header_version("${RdKafka_INCLUDE_DIR}" RdKafka_VERSION)
      if(RdKafka_VERSION VERSION_LESS _rdkafka_wanted)
        list(APPEND _rdkafka_refused "${RdKafka_VERSION} (${RdKafka_LIBRARY})")
      else()
        set(_rdkafka_done TRUE)
      endif()
    endif()
  endif()
endmacro()

# A config may ask for modules that lie beside it (librdkafka's own asks for LZ4).
set(_rdkafka_module_path "${CMAKE_MODULE_PATH}")
foreach(_rdkafka_prefix IN LISTS RdKafka_ROOT CMAKE_PREFIX_PATH)
  list(APPEND CMAKE_MODULE_PATH "${_rdkafka_prefix}/lib/cmake/RdKafka")
endforeach()
list(APPEND CMAKE_MODULE_PATH "$ENV{RdKafka_ROOT}/lib/cmake/RdKafka")
set(_rdkafka_done FALSE)
if(NOT TARGET RdKafka::rdkafka)
  find_package(RdKafka ${RdKafka_FIND_VERSION} CONFIG QUIET)
endif()
set(CMAKE_MODULE_PATH "${_rdkafka_module_path}")

_rdkafka_try()
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(PC_RdKafka QUIET rdkafka)
  if(PC_RdKafka_FOUND)
    _rdkafka_try(PATHS ${PC_RdKafka_INCLUDEDIR} ${PC_RdKafka_LIBDIR} NO_DEFAULT_PATH)
  endif()
endif()
set(_rdkafka_cache "$ENV{EVENTSDK_CACHE}")
if(NOT _rdkafka_cache AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_rdkafka_cache "$ENV{XDG_CACHE_HOME}/eventsdk")
elseif(NOT _rdkafka_cache)
  set(_rdkafka_cache "$ENV{HOME}/.cache/eventsdk")
endif()
file(GLOB _rdkafka_cached "${_rdkafka_cache}/librdkafka-*")
list(SORT _rdkafka_cached COMPARE NATURAL ORDER DESCENDING)
foreach(_rdkafka_prefix IN LISTS _rdkafka_cached)
  _rdkafka_try(PATHS "${_rdkafka_prefix}" NO_DEFAULT_PATH)
endforeach()

if(_rdkafka_done)
  add_library(RdKafka::rdkafka UNKNOWN IMPORTED)
  set_target_properties(RdKafka::rdkafka PROPERTIES
    IMPORTED_LOCATION "${RdKafka_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${RdKafka_INCLUDE_DIR}")
  if(RdKafka_LIBRARY MATCHES "\\.a$")
    find_package(Threads REQUIRED)
    target_link_libraries(RdKafka::rdkafka INTERFACE
      ${PC_RdKafka_STATIC_LIBRARIES} Threads::Threads ${CMAKE_DL_LIBS} m)
  endif()
endif()

set(RdKafka_FOUND FALSE)
if(TARGET RdKafka::rdkafka)
  set(RdKafka_FOUND TRUE)
  if(NOT RdKafka_FIND_QUIETLY)
    get_target_property(_rdkafka_where RdKafka::rdkafka INTERFACE_INCLUDE_DIRECTORIES)
    message(STATUS "Found librdkafka ${RdKafka_VERSION}: ${_rdkafka_where}")
  endif()
else()
  list(REMOVE_DUPLICATES _rdkafka_refused)
  list(JOIN _rdkafka_refused ", " _rdkafka_refused)
  set(_rdkafka_reason "librdkafka ${_rdkafka_wanted} or newer was not found")
  if(_rdkafka_refused)
    string(APPEND _rdkafka_reason "; too old: ${_rdkafka_refused}")
  endif()
  string(APPEND _rdkafka_reason ".\nRun tools/setup of the eventsdk source tree: it installs or builds one that is new "
    "enough, once, into ${_rdkafka_cache}, where it is found from then on. Or name the prefix of another one: "
    "-D RdKafka_ROOT=/prefix. Or build without Kafka: -D EVENTSDK_KAFKA=OFF.")
  if(RdKafka_FIND_REQUIRED)
    message(FATAL_ERROR "${_rdkafka_reason}")
  elseif(NOT RdKafka_FIND_QUIETLY)
    message(STATUS "${_rdkafka_reason}")
  endif()
  set(RdKafka_NOT_FOUND_MESSAGE "${_rdkafka_reason}")
endif()
