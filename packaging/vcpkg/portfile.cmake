# An overlay port: vcpkg install eventsdk --overlay-ports=packaging/vcpkg, run from eventsdk's source tree.
set(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../..")

vcpkg_check_features(OUT_FEATURE_OPTIONS options FEATURES
  kafka EVENTSDK_KAFKA
  postgres EVENTSDK_POSTGRES
  prometheus EVENTSDK_PROMETHEUS
  sqlite EVENTSDK_SQLITE)

vcpkg_find_acquire_program(PKGCONFIG)  # RE2 and libpq are found through it
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS
  ${options} "-DPKG_CONFIG_EXECUTABLE=${PKGCONFIG}" -DEVENTSDK_BUILD_TESTS=OFF -DEVENTSDK_BUILD_EXAMPLES=OFF -DEVENTSDK_BUILD_CLI=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/eventsdk)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
