# Shared by the scripts in tools/; sourced, never run. Results go to stdout, progress to stderr.
eventsdk_source="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
eventsdk_cache="${EVENTSDK_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/eventsdk}"
eventsdk_started=$SECONDS

say() { printf '[%3ds] %s\n' $((SECONDS - eventsdk_started)) "$*" >&2; }

# fail MESSAGE [HINT]: one clear error, then what to do.
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  [[ $# -lt 2 ]] || printf '  %s\n' "$2" >&2
  exit "${EVENTSDK_FAIL_STATUS:-2}"
}

# version NAME: the value of `set(EVENTSDK_NAME value)` in cmake/versions.cmake.
version() {
  local value
  value="$(sed -n "s/^set(EVENTSDK_$1 \([^)]*\))\$/\1/p" "$eventsdk_source/cmake/versions.cmake")"
  [[ -n "$value" ]] || fail "cmake/versions.cmake has no line set(EVENTSDK_$1 ...)"
  printf '%s\n' "$value"
}

at_least() { [[ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" == "$2" ]]; }

# jobs: how many compilers at once: one a core, but no more than one for each 1.5 GB of free memory.
jobs_for_build() {
  local cores memory
  cores="$(nproc 2>/dev/null || echo 2)"
  memory="$(awk '/^MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null || echo "$cores")"
  [[ "$memory" -ge 1 ]] || memory=1
  echo $((memory < cores ? memory : cores))
}

# logged FILE COMMAND...: runs quietly; on failure shows the end of the log.
logged() {
  local log="$1"
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null && return 0
  local status=$?
  tail -n 40 "$log" >&2
  printf '%s: failed (%d): %s\n  the whole log: %s\n' "$(basename "$0")" "$status" "$*" "$log" >&2
  return "$status"
}

# locked NAME COMMAND...: one process at a time works on a part of the cache.
locked() {
  local lock="$eventsdk_cache/$1.lock"
  shift
  mkdir -p "$eventsdk_cache"
  (
    flock --wait 1800 9 || fail "waited 30 minutes for $lock" "another setup seems to hang; stop it and try again"
    "$@"
  ) 9>"$lock"
}
