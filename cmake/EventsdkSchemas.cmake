# eventsdk_check_schemas(NAME DIRECTORY folder [LEVEL backward|forward|full|additive] [POLICY lenient|strict] [ALL_OLDER])
#
# A target, part of `all`, which fails the build when a version of a schema in the folder may not follow the version before
# it (ALL_OLDER: any version before it). It runs again when a schema file changes. EVENTSDK_PROGRAM names the eventsdk
# program where it does not stand beside the package.
function(eventsdk_check_schemas name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "ALL_OLDER" "DIRECTORY;LEVEL;POLICY" "")
  if(NOT ARG_DIRECTORY OR ARG_UNPARSED_ARGUMENTS OR ARG_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "eventsdk_check_schemas(${name}) needs DIRECTORY folder; unknown: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  get_filename_component(folder "${ARG_DIRECTORY}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  if(TARGET eventsdk_cli)
    set(program eventsdk_cli)
  else()
    find_program(EVENTSDK_PROGRAM eventsdk HINTS "${EVENTSDK_PROGRAM_DIR}" DOC "The eventsdk program")
    set(program "${EVENTSDK_PROGRAM}")
  endif()
  if(NOT program)
    message(FATAL_ERROR "eventsdk_check_schemas(${name}): the program eventsdk was not found; set EVENTSDK_PROGRAM")
  endif()
  set(arguments --schemas "${folder}")
  foreach(option LEVEL POLICY)
    if(ARG_${option})
      string(TOLOWER "${option}" word)
      list(APPEND arguments --${word} "${ARG_${option}}")
    endif()
  endforeach()
  if(ARG_ALL_OLDER)
    list(APPEND arguments --all-older)
  endif()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${folder}/*.json")
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/${name}.schemas_checked")
  add_custom_command(OUTPUT "${stamp}"
    COMMAND "${program}" schema compat ${arguments}
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS ${files} COMMENT "Comparing the versions of the schemas in ${folder}" VERBATIM)
  add_custom_target(${name} ALL DEPENDS "${stamp}")
endfunction()
