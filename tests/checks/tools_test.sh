#!/usr/bin/env bash
# usage: tools_test.sh SOURCE_TREE: what the scripts in tools/ say and return when something is wrong; starts no server.
set -uo pipefail
tools="$1/tools"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failures=0

# expect STATUS WORDS COMMAND...: the exit status, and words of what is printed.
expect() {
  local status="$1" words="$2" output actual
  shift 2
  output="$("$@" 2>&1 </dev/null)"
  actual=$?
  if [[ "$actual" != "$status" || "$output" != *"$words"* ]]; then
    printf 'FAILED: %s\n  expected status %s and "%s"; got %s and:\n%s\n' "$*" "$status" "$words" "$actual" "$output"
    failures=$((failures + 1))
  fi
}

# A PATH that has what the scripts need, but neither Java nor Maven.
mkdir "$work/bin"
for command in bash env awk basename cat chmod cut date dirname flock grep head id ls mkdir mktemp nproc rm sed seq sleep sort touch; do
  ln -s "$(command -v "$command")" "$work/bin/$command"
done
bare=(env "PATH=$work/bin" "EVENTSDK_CACHE=$work/cache")

expect 2 'tools/setup kafka' "${bare[@]}" "$tools/kafka" start --dir "$work/k"
expect 2 'Java is missing' "${bare[@]}" "$tools/kafka" fetch
printf '#!/bin/sh\n' >"$work/bin/java"
chmod +x "$work/bin/java"
expect 2 'Maven is missing' "${bare[@]}" "$tools/kafka" start --dir "$work/k"
expect 1 'not running' "$tools/kafka" status --dir "$work/k"
expect 0 '' "$tools/kafka" stop --dir "$work/k"
expect 2 'no cluster in' "$tools/kafka" signal --node 1 KILL --dir "$work/k"
expect 2 'unknown option' "$tools/kafka" start --node-count 3
expect 2 'number from 1 to 9' "$tools/kafka" start --nodes 0 --dir "$work/k"
expect 2 'unknown command' "$tools/kafka" begin
expect 0 'usage: tools/kafka' "$tools/kafka" --help
expect 1 'not running' "$tools/postgres" status --dir "$work/p"
expect 2 'unknown option' "$tools/postgres" start --port 5432
expect 2 'unknown part' "$tools/setup" everything
expect 2 'unknown option' "$tools/demo" --borkers localhost:9092
expect 2 'HOST:PORT' "$tools/demo" --brokers
for script in setup test demo kafka postgres check_includes check_format check_sizes tidy api_docs; do
  expect 0 "usage: tools/$script" "$tools/$script" --help
done

# Nobody's folder is emptied.
mkdir "$work/mine"
touch "$work/mine/thesis"
expect 2 'was not made by this script' bash -c "source '$tools/lib/common.sh'; source '$tools/lib/server.sh'; fresh_folder '$work/mine'"
[[ -f "$work/mine/thesis" ]] || { echo "FAILED: a folder was emptied"; failures=$((failures + 1)); }

# A recycled process id is not ours: the mark holds the start time too.
expect 1 '' bash -c "source '$tools/lib/common.sh'; source '$tools/lib/server.sh'; echo '$$ 1' >'$work/pid'; is_alive '$work/pid'"
expect 0 '' bash -c "source '$tools/lib/common.sh'; source '$tools/lib/server.sh'; mark_process $$ '$work/pid'; is_alive '$work/pid'"

[[ "$failures" == 0 ]] && echo "the tools answer as documented"
exit $((failures > 0))
