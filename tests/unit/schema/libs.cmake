set(module_libs simdjson::simdjson fmt::fmt)
set(module_timeout 1800)  # EVENTSDK_TEST_SIZE=full compares the engines on 200,000 schemas
# The edition that tools/setup fetched; without it the distribution's, which ends with draft-07.
if(EXISTS ${eventsdk_json_schema_suite}/.complete)
  set(module_environment EVENTSDK_JSON_SCHEMA_SUITE=${eventsdk_json_schema_suite})
endif()
