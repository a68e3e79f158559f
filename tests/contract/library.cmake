# The library eventsdk::conformance: the cases of the contract, with Catch2 inside, for the programs below and for those of
# users with adapters of their own. Users need no Catch2 where it is version 2, which is a header.
file(GLOB contract_cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/stores/*_test.cpp)
set(declared "")
set(taken "")
foreach(file IN LISTS contract_cases)
  get_filename_component(name ${file} NAME_WE)
  string(APPEND declared "void cases_of_${name}();\n")
  string(APPEND taken "    cases_of_${name}();\n")
endforeach()
set(generated ${CMAKE_CURRENT_BINARY_DIR}/contract_library)
file(CONFIGURE OUTPUT ${generated}/all_cases.cpp @ONLY CONTENT
  "namespace contract {\n@declared@void take_all_cases();\nvoid take_all_cases() {\n@taken@}\n}  // namespace contract\n")
file(READ ${PROJECT_SOURCE_DIR}/tests/vectors/partitioner.json vectors)
file(CONFIGURE OUTPUT ${generated}/partitioner_vectors.hpp @ONLY CONTENT
  "#pragma once\n\ninline constexpr const char* partitioner_vectors = R\"json(@vectors@)json\";\n")

add_library(eventsdk_conformance STATIC contract/run.cpp contract/support.cpp ${contract_cases} ${generated}/all_cases.cpp
  $<TARGET_OBJECTS:eventsdk_catch>)
add_library(eventsdk::conformance ALIAS eventsdk_conformance)
set_target_properties(eventsdk_conformance PROPERTIES EXPORT_NAME conformance)
target_compile_features(eventsdk_conformance PUBLIC cxx_std_20)
target_include_directories(eventsdk_conformance PRIVATE ${generated})
target_link_libraries(eventsdk_conformance PUBLIC eventsdk PRIVATE $<BUILD_INTERFACE:eventsdk_test_main>)
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
  target_link_libraries(eventsdk_conformance PRIVATE Catch2::Catch2)
endif()
eventsdk_test_precompiled(eventsdk_conformance)
