#!/usr/bin/env bash
# usage: check.sh STEP SOURCE_TREE BUILD_FOLDER COMPILER: one way of using eventsdk from a project of its own.
set -euo pipefail
step="$1" tree="$2" build="$3" compiler="$4"
work="$build/package" prefix="$build/package/prefix"
here="$tree/tests/package"
unset KAFKA_BOOTSTRAP_SERVERS KAFKA_SECURITY_PROTOCOL
command -v ccache >/dev/null && export CMAKE_CXX_COMPILER_LAUNCHER=ccache
export CMAKE_GENERATOR=Ninja

# consume FOLDER PROJECT [-D...]: configures and builds a stand-alone project.
consume() {
  local folder="$work/$1" project="$2"
  shift 2
  rm -rf "$folder"
  cmake -S "$project" -B "$folder" -DCMAKE_CXX_COMPILER="$compiler" "$@"
  cmake --build "$folder" --parallel 2
}

# The setting of the tree's own build: with the same flags the compiler's cache has what was compiled there.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

run_consumer() {
  "$1/service" | grep -x 'ready to connect'
  "$1/service_test" | grep -x 'turnover 700'
}

# Refuses a program that links librdkafka.
links_no_librdkafka() {
  ! ldd "$1" | grep rdkafka
}

case "$step" in
  old_librdkafka)
    # A librdkafka that is too old is refused, with its version, its place, and what to run.
    folder="$build/package_old_librdkafka"
    rm -rf "$folder"
    mkdir -p "$folder"/{old/include/librdkafka,old/lib,project}
    echo '#define RD_KAFKA_VERSION 0x020002ff' >"$folder/old/include/librdkafka/rdkafka.h"
    touch "$folder/old/lib/librdkafka.so"
    cat >"$folder/project/CMakeLists.txt" <<PROJECT
cmake_minimum_required(VERSION 3.25)
project(asks LANGUAGES CXX)
list(PREPEND CMAKE_MODULE_PATH "$tree/cmake")
find_package(RdKafka 99.0 REQUIRED)
PROJECT
    if EVENTSDK_CACHE="$folder/no_cache" cmake -S "$folder/project" -B "$folder/build" -DCMAKE_CXX_COMPILER="$compiler" \
      -DRdKafka_ROOT="$folder/old" >"$folder/log" 2>&1; then
      echo "an old librdkafka was taken"
      exit 1
    fi
    tr -s ' \n' ' ' <"$folder/log" >"$folder/said"
    grep -F "librdkafka 99.0 or newer was not found; too old: 2.0.2" "$folder/said"
    grep -F "Run tools/setup" "$folder/said"
    ;;
  install)
    rm -rf "$work"
    cmake --install "$build" --prefix "$prefix"
    ;;
  find_package)
    consume find_package "$here/consumer" -DCMAKE_PREFIX_PATH="$prefix"
    run_consumer "$work/find_package"
    links_no_librdkafka "$work/find_package/service_test"
    ;;
  without_librdkafka)
    # Core and testing are usable where there is no librdkafka; asking for kafka there says what to do.
    mkdir -p "$work/empty_cache"
    export EVENTSDK_CACHE="$work/empty_cache"
    consume without_librdkafka "$here/consumer_core" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_DISABLE_FIND_PACKAGE_RdKafka=TRUE
    "$work/without_librdkafka/service_test" | grep -x 'turnover 700'
    if cmake -S "$here/consumer" -B "$work/refused" -DCMAKE_PREFIX_PATH="$prefix" \
      -DCMAKE_DISABLE_FIND_PACKAGE_RdKafka=TRUE >"$work/refused.log" 2>&1; then
      echo "a missing librdkafka was not noticed"
      exit 1
    fi
    grep -i 'kafka' "$work/refused.log"
    ;;
  pkg_config)
    # librdkafka of the setup's cache has its .pc file there.
    rdkafka="$(sed -n 's/^RdKafka_LIBRARY:FILEPATH=\(.*\)\/librdkafka\..*/\1/p' "$build/CMakeCache.txt")"
    PKG_CONFIG_PATH="$(dirname "$(find "$prefix" -name eventsdk.pc)"):$rdkafka/pkgconfig:${PKG_CONFIG_PATH:-}"
    export PKG_CONFIG_PATH
    mkdir -p "$work/pkg_config"
    # shellcheck disable=SC2046
    "$compiler" -std=c++20 "$here/consumer/service.cpp" -o "$work/pkg_config/service" \
      $(pkg-config --cflags --libs eventsdk-kafka) "-Wl,-rpath,$rdkafka"
    # shellcheck disable=SC2046
    "$compiler" -std=c++20 "-DSCHEMAS=\"$here/consumer/schemas\"" "$here/consumer/service_test.cpp" -o "$work/pkg_config/service_test" \
      $(pkg-config --cflags --libs eventsdk-testing)
    run_consumer "$work/pkg_config"
    links_no_librdkafka "$work/pkg_config/service_test"
    ;;
  add_subdirectory)
    # The tree inside a project's own build, as shared libraries, which are then installed: with the settings of the tree's
    # build the compiler's cache has what was compiled there.
    local_prefix="$work/shared_prefix"
    consume add_subdirectory "$here/consumer" -DEVENTSDK_TREE="$tree" -DEVENTSDK_SQLITE=OFF -DEVENTSDK_POSTGRES=OFF \
      -DEVENTSDK_PROMETHEUS=OFF -DBUILD_SHARED_LIBS=ON -DEVENTSDK_INSTALL=ON \
      -DCMAKE_BUILD_TYPE="$(cached CMAKE_BUILD_TYPE)" \
      -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="$(cached CMAKE_CXX_FLAGS_RELWITHDEBINFO)" -DEVENTSDK_WERROR="$(cached EVENTSDK_WERROR)"
    run_consumer "$work/add_subdirectory"
    rm -rf "$local_prefix"
    cmake --install "$work/add_subdirectory" --prefix "$local_prefix"
    consume shared_example "$tree/examples/01_publish_event" -DCMAKE_PREFIX_PATH="$local_prefix"
    ldd "$work/shared_example/publish_event" | grep -F "$local_prefix/lib/libeventsdk_kafka.so"
    python3 -B "$tree/tests/examples/check_output.py" "$tree/examples/01_publish_event/expected_output.txt" \
      "$work/shared_example/publish_event"
    ;;
  examples)
    # The lessons are templates: each builds alone against the installed package, and prints what it should.
    for lesson in "$tree"/examples/0*/CMakeLists.txt "$tree"/examples/demo/CMakeLists.txt; do
      folder="$(dirname "$lesson")"
      name="$(basename "$folder")"
      consume "examples/$name" "$folder" -DCMAKE_PREFIX_PATH="$prefix"
      program="$work/examples/$name/$(sed -n 's/^add_executable(\([a-z_0-9]*\).*/\1/p' "$lesson")"
      [[ ! -f "$folder/expected_output.txt" ]] ||
        python3 -B "$tree/tests/examples/check_output.py" "$folder/expected_output.txt" "$program"
    done
    ;;
  systems)
    # A system, copied out of the tree: builds, passes its tests, tells its story. The others do so in the full size, and
    # all on a real Kafka too; each is built and run with the tree anyway.
    names=(ixe)
    [[ "${EVENTSDK_TEST_SIZE:-}" != full ]] || names=(campus_hub ixe learnflow learnflow_services qawave)
    export CMAKE_PREFIX_PATH="$prefix" CXX="$compiler" EVENTSDK_TREE="$tree"
    check=(python3 -B "$tree/tests/examples/check_output.py")
    for name in "${names[@]}"; do
      [[ -f "$tree/examples/$name/CMakeLists.txt" ]] || continue
      rm -rf "$work/copied/$name"
      mkdir -p "$work/copied"
      cp -r "$tree/examples/$name" "$work/copied/$name"
      copy="$work/copied/$name"
      (cd "$copy" && cmake -S . -B build -DCMAKE_BUILD_TYPE=RelWithDebInfo && cmake --build build --parallel 2)
      ctest --test-dir "$copy/build" --output-on-failure --no-tests=error
      "${check[@]}" "$copy/expected_output.txt" "$copy/run"
      [[ "${EVENTSDK_TEST_SIZE:-}" != full ]] || "${check[@]}" "$copy/expected_output.txt" "$copy/run" --kafka
      echo "$name: $SECONDS s since the first began"
    done
    ;;
  conformance)
    # The installed contract on somebody's own broker and inbox; a broker that loses headers does not pass.
    consume conformance "$here/conformance" -DCMAKE_PREFIX_PATH="$prefix"
    ctest --test-dir "$work/conformance" --output-on-failure --no-tests=error
    "$work/conformance/adapter_conformance" '[group]' >"$work/conformance/report"
    grep -F "no static members yet" "$work/conformance/report"
    if FORGETFUL=1 "$work/conformance/adapter_conformance" >"$work/conformance/report"; then
      echo "a broker that loses headers passed the contract"
      exit 1
    fi
    grep -F "headers keep their order, repetitions, and null apart from empty" "$work/conformance/report"
    ;;
  deb)
    # Debian packages: what is run, what is built with, and the contract. dpkg is the judge of them.
    rm -rf "$work/deb"
    (cd "$build" && cpack -G DEB -B "$work/deb")
    runtime="$(echo "$work"/deb/eventsdk_*.deb)" dev="$(echo "$work"/deb/libeventsdk-dev_*.deb)"
    dpkg-deb --field "$dev" Depends | grep -F "eventsdk (= "
    dpkg-deb --contents "$runtime" | grep -E ' \./usr/bin/eventsdk$'
    dpkg-deb --contents "$dev" | grep -E ' \./usr/include/eventsdk/eventsdk.hpp$'
    dpkg-deb --extract "$runtime" "$work/deb/root"
    dpkg-deb --extract "$dev" "$work/deb/root"
    "$work/deb/root/usr/bin/eventsdk" --version
    dpkg-deb --contents "$work"/deb/libeventsdk-conformance-dev_*.deb | grep -F "/libeventsdk_conformance.a"
    consume deb_consumer "$here/consumer" -DCMAKE_PREFIX_PATH="$work/deb/root/usr"
    run_consumer "$work/deb_consumer"
    ;;
  tutorial)
    # The tutorial's page, word for word, in an empty folder, with the installed package and CMake's own generator.
    unset CMAKE_GENERATOR
    CMAKE_PREFIX_PATH="$prefix" CXX="$compiler" python3 -B "$here/tutorial.py" "$tree/docs/tutorial.md" "$work/tutorial"
    ;;
  *)
    echo "unknown step $step"
    exit 2
    ;;
esac
