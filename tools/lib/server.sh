# What tools/kafka and tools/postgres share: ports and processes; sourced, never run.

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port: below the range that the kernel hands out by itself, so that no client takes it in between.
free_port() {
  local port
  for _ in {1..200}; do
    port=$((18000 + (RANDOM * 32768 + RANDOM) % 14000))
    if port_is_free "$port"; then echo "$port"; return; fi
  done
  fail "found no free port between 18000 and 32000"
}

# A process id alone may belong to somebody else by now: with its start time it does not.
process_mark() { echo "$1 $(awk '{sub(/.*\) /, ""); print $20}' "/proc/$1/stat" 2>/dev/null)"; }
mark_process() { process_mark "$1" >"$2"; }
marked_pid() { [[ -s "$1" ]] && cut -d ' ' -f 1 "$1"; }
is_alive() { [[ -s "$1" && "$(process_mark "$(marked_pid "$1")")" == "$(cat "$1")" ]] && ! is_zombie "$(marked_pid "$1")"; }
is_zombie() { grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

# stop_process FILE SIGNAL SECONDS: asks with SIGNAL, then kills.
stop_process() {
  local file="$1" signal="$2" tries=$(($3 * 20))
  if is_alive "$file"; then
    kill -s "$signal" "$(marked_pid "$file")" 2>/dev/null || true
    while is_alive "$file" && ((tries-- > 0)); do sleep 0.05; done
    ! is_alive "$file" || kill -s KILL "$(marked_pid "$file")" 2>/dev/null || true
  fi
  rm -f "$file"
}

# watch_owner PID COMMAND...: runs the command when the process is gone, so that no server outlives its user.
watch_owner() {
  local mark
  mark="$(process_mark "$1")"
  shift
  (
    trap '' INT HUP
    while [[ "$(process_mark "${mark% *}")" == "$mark" ]]; do sleep 1; done
    "$@"
  ) >/dev/null 2>&1 </dev/null &
  disown
}

# fresh_folder D: empties a server's own folder, and no other one.
fresh_folder() {
  if [[ -d "$1" && ! -f "$1/.eventsdk-server" && -n "$(ls -A "$1")" ]]; then
    fail "$1 is not empty and was not made by this script" "choose another --dir"
  fi
  rm -rf "$1"
  mkdir -p "$1"
  touch "$1/.eventsdk-server"
}
