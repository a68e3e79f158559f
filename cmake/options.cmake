include(GNUInstallDirs)
list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_SOURCE_DIR}/cmake")

option(EVENTSDK_KAFKA "Build eventsdk::kafka, the librdkafka adapter" ON)
option(EVENTSDK_SQLITE "Build eventsdk::sqlite, the stores in SQLite" ON)
option(EVENTSDK_POSTGRES "Build eventsdk::postgres, the stores in PostgreSQL" ON)
option(EVENTSDK_PROMETHEUS "Build eventsdk::prometheus, the exporter of measurements" ON)
option(EVENTSDK_BUILD_CLI "Build the eventsdk command-line tool" ${PROJECT_IS_TOP_LEVEL})
option(EVENTSDK_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(EVENTSDK_CONFORMANCE "Build eventsdk::conformance, the contract for adapters of others, also without the tests; needs Catch2" OFF)
option(EVENTSDK_BUILD_EXAMPLES "Build the examples as part of this tree" ${PROJECT_IS_TOP_LEVEL})
option(EVENTSDK_BUILD_BENCH "Build the benchmarks" OFF)
option(EVENTSDK_INSTALL "Make install rules" ${PROJECT_IS_TOP_LEVEL})
option(EVENTSDK_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)
option(EVENTSDK_WERROR "Warnings are errors" OFF)
option(EVENTSDK_UNITY "Compile several sources of the library and of the program at once" OFF)
set(EVENTSDK_SANITIZE "" CACHE STRING "Sanitizers for everything built here: address;undefined or thread")

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
  endif()
  find_program(EVENTSDK_CCACHE ccache)
  if(EVENTSDK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The settings that ccache needs to look through precompiled headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${EVENTSDK_CCACHE}")
  endif()
endif()

# Compile settings of everything in this tree; never exported to users.
add_library(eventsdk_build_settings INTERFACE)
target_compile_features(eventsdk_build_settings INTERFACE cxx_std_20)
target_compile_options(eventsdk_build_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion $<$<BOOL:${EVENTSDK_WERROR}>:-Werror>
  # Sources that are compiled together see each other's file-local names, and may use them for parameters.
  $<$<NOT:$<BOOL:${EVENTSDK_UNITY}>>:-Wshadow>
  $<$<AND:$<BOOL:${EVENTSDK_UNITY}>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>)
if(EVENTSDK_SANITIZE)
  list(JOIN EVENTSDK_SANITIZE "," _sanitizers)
  target_compile_options(eventsdk_build_settings INTERFACE
    -fsanitize=${_sanitizers} -fno-omit-frame-pointer -fno-sanitize-recover=all
    # gcc 12 sees this where the instrumentation hides the initialisation.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(eventsdk_build_settings INTERFACE -fsanitize=${_sanitizers})
  if("thread" IN_LIST EVENTSDK_SANITIZE)
    # Into each program, and only there: an object library that a program links would bring it a second time.
    target_sources(eventsdk_build_settings INTERFACE
      $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${PROJECT_SOURCE_DIR}/tests/support/tsan_c11_threads.cpp>)
  endif()
endif()

# eventsdk_precompile(TARGET [header...]): the standard headers that most files include, and those named.
# What a file needs it includes all the same: other builds have no precompiled headers.
function(eventsdk_precompile target)
  target_precompile_headers(${target} PRIVATE
    <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <functional> <map> <memory> <mutex> <optional>
    <set> <span> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector> ${ARGN})
  eventsdk_uses_precompiled(${target})
endfunction()

function(eventsdk_uses_precompiled target)
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

# eventsdk_unity(TARGET): with EVENTSDK_UNITY its sources are compiled in batches, each header once a batch.
function(eventsdk_unity target)
  if(EVENTSDK_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()
