# Debian packages by `cpack` in the build folder: `eventsdk` (the program, and the libraries where they are shared) and
# `libeventsdk-dev` (headers, CMake and pkg-config files, static libraries); and, where the tests are built,
# `libeventsdk-conformance-dev`, the contract for adapters of others.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME eventsdk)
set(CPACK_PACKAGE_CONTACT "eventsdk maintainers <maintainers@eventsdk.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME eventsdk)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libeventsdk-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
# The names that Debian and Ubuntu give to what tools/setup installs for building.
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "eventsdk (= ${PROJECT_VERSION}), nlohmann-json3-dev (>= ${EVENTSDK_NLOHMANN_JSON_MIN})")
if(NOT BUILD_SHARED_LIBS)
  string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    ", libfmt-dev (>= ${EVENTSDK_FMT_MIN}), libsimdjson-dev, libre2-dev, libssl-dev")
endif()
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS
  "librdkafka-dev (>= ${EVENTSDK_LIBRDKAFKA_MIN}), libsqlite3-dev (>= ${EVENTSDK_SQLITE_MIN}), libpq-dev, prometheus-cpp-dev")
if(TARGET RdKafka::rdkafka)
  # A librdkafka that no package owns, as that of the setup's cache, is found and left for the administrator to provide.
  get_filename_component(_eventsdk_rdkafka_folder "${RdKafka_LIBRARY}" DIRECTORY)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${_eventsdk_rdkafka_folder}")
endif()
if(TARGET eventsdk_conformance)
  list(APPEND CPACK_COMPONENTS_ALL conformance)
  set(CPACK_DEBIAN_CONFORMANCE_PACKAGE_NAME libeventsdk-conformance-dev)
  set(CPACK_DEBIAN_CONFORMANCE_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_CONFORMANCE_PACKAGE_DEPENDS "libeventsdk-dev (= ${PROJECT_VERSION})")
endif()
include(CPack)
