# Configuring and building a preset with progress; sourced by tools/test, tools/demo, tools/bench and .ci/run.
export CCACHE_DIR="${CCACHE_DIR:-$eventsdk_cache/ccache}"
# No base directory: with absolute paths a tree built again elsewhere, as the packaging tests do, is found in the cache.
export CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-2G}" CCACHE_NOHASHDIR=1
export NINJA_STATUS="[%f/%t, %e s] "

# configure PRESET [-D...]
configure() {
  local preset="$1"
  shift
  say "configuring ($preset)"
  (cd "$eventsdk_source" && logged "build/$preset/configure.log" cmake --preset "$preset" "$@")
}

# build PRESET TARGET...
build() {
  local preset="$1"
  shift
  say "building ($preset: $*)"
  (cd "$eventsdk_source" && cmake --build "build/$preset" --parallel "$(jobs_for_build)" --target "$@" </dev/null)
}
