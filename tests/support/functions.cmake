# How a test is declared.
#
#   eventsdk_test(NAME SOURCES a.cpp... [LIBS target...] [LABELS unit...] [ARGS arg...] [SERVER server] [TIMEOUT seconds])
#     one program and one ctest entry. LABELS unit: needs no server. SERVER is kafka (one node), kafka3 (three nodes),
#     kafka_sasl (TLS and SCRAM) or postgres: ctest starts it before the first test that needs it and stops it after
#     the last one; the test finds it through support/kafka_env.hpp (DATABASE_URL in the environment file for postgres).
#     A test that needs a second one: eventsdk_needs_server(NAME server) after it.
#   eventsdk_kafka_test(NAME ...), eventsdk_kafka3_test, eventsdk_kafka_sasl_test: the same with that SERVER.
#   eventsdk_run(NAME PROGRAM target [ARGS ...] [LABELS ...] [SERVER ...] [TIMEOUT ...]): one more entry of a program.

add_custom_target(unit_tests COMMENT "The tests which need no server")
add_custom_target(server_tests COMMENT "The tests which need a server")

function(eventsdk_test name)
  cmake_parse_arguments(ARG "" "SERVER;TIMEOUT" "SOURCES;LIBS;LABELS;ARGS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE eventsdk_test_main eventsdk::eventsdk eventsdk::testing ${ARG_LIBS})
  eventsdk_test_precompiled(${name})
  eventsdk_run(${name} PROGRAM ${name} ARGS ${ARG_ARGS} LABELS ${ARG_LABELS} SERVER ${ARG_SERVER} TIMEOUT ${ARG_TIMEOUT})
endfunction()

function(eventsdk_test_precompiled target)
  target_precompile_headers(${target} REUSE_FROM eventsdk_test_main)
  eventsdk_uses_precompiled(${target})
endfunction()

function(eventsdk_run name)
  cmake_parse_arguments(ARG "" "PROGRAM;SERVER;TIMEOUT" "LABELS;ARGS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_test(NAME ${name} COMMAND ${ARG_PROGRAM} ${ARG_ARGS})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "TSAN_OPTIONS=ignore_noninstrumented_modules=1 halt_on_error=1;UBSAN_OPTIONS=print_stacktrace=1")
  if(ARG_SERVER)
    eventsdk_needs_server(${name} ${ARG_SERVER})
  endif()
  if("unit" IN_LIST ARG_LABELS)
    add_dependencies(unit_tests ${ARG_PROGRAM})
  else()
    add_dependencies(server_tests ${ARG_PROGRAM})
  endif()
endfunction()

foreach(server kafka kafka3 kafka_sasl)
  cmake_language(EVAL CODE "
    function(eventsdk_${server}_test name)
      eventsdk_test(\${name} SERVER ${server} \${ARGN})
    endfunction()")
endforeach()

set(eventsdk_kafka_command tools/kafka start)
set(eventsdk_kafka3_command tools/kafka start --nodes 3)
set(eventsdk_kafka_sasl_command tools/kafka start --sasl-ssl)
set(eventsdk_postgres_command tools/postgres start)

# The entries <server>_start and <server>_stop, made when the first test asks for the server. The server also stops by
# itself when ctest is gone.
function(eventsdk_add_server server)
  get_property(there GLOBAL PROPERTY eventsdk_server_${server})
  if(there)
    return()
  endif()
  set_property(GLOBAL PROPERTY eventsdk_server_${server} TRUE)
  string(SHA256 place "${CMAKE_BINARY_DIR}")
  string(SUBSTRING "${place}" 0 12 place)
  # Not below the build folder: PostgreSQL's own user may have no way in there.
  set(folder "\${TMPDIR:-/tmp}/eventsdk-test-$(id -u)-${place}/${server}")
  list(POP_FRONT eventsdk_${server}_command script)
  list(JOIN eventsdk_${server}_command " " arguments)
  set(environment "${CMAKE_BINARY_DIR}/servers/${server}.env")
  string(REGEX REPLACE "[0-9_].*" "" product "${server}")
  add_test(NAME ${server}_start COMMAND sh -c
    "set -e; d=\"${folder}\"; '${PROJECT_SOURCE_DIR}/${script}' stop --dir \"$d\"; mkdir -p '${CMAKE_BINARY_DIR}/servers'; '${PROJECT_SOURCE_DIR}/${script}' ${arguments} --dir \"$d\" --owner $PPID; cp \"$d/${product}.env\" '${environment}'")
  add_test(NAME ${server}_stop COMMAND sh -c
    "rm -f '${environment}'; exec '${PROJECT_SOURCE_DIR}/${script}' stop --dir \"${folder}\"")
  set_tests_properties(${server}_start PROPERTIES FIXTURES_SETUP ${server} TIMEOUT 600 LABELS server)
  set_tests_properties(${server}_stop PROPERTIES FIXTURES_CLEANUP ${server} TIMEOUT 60 LABELS server)
endfunction()

# Tests on servers run one at a time: their deadlines would measure each other.
function(eventsdk_needs_server test server)
  eventsdk_add_server(${server})
  get_property(labels TEST ${test} PROPERTY LABELS)
  string(REGEX REPLACE "[0-9_].*" "" product "${server}")
  list(APPEND labels ${product} ${server})
  list(REMOVE_DUPLICATES labels)
  get_property(servers TEST ${test} PROPERTY FIXTURES_REQUIRED)
  list(APPEND servers ${server})
  set_tests_properties(${test} PROPERTIES FIXTURES_REQUIRED "${servers}" LABELS "${labels}" RESOURCE_LOCK servers)
  list(TRANSFORM servers REPLACE "(.+)" "${CMAKE_BINARY_DIR}/servers/\\1.env" OUTPUT_VARIABLE files)
  list(JOIN files ":" files)
  set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT "EVENTSDK_TEST_SERVER=${files}")
endfunction()
