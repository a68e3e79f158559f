"""usage: check_output.py [--kafka | --kafka-environment] [--postgres | --postgres-environment] EXPECTED PROGRAM [ARGUMENT...]

Runs an example, without a Kafka in its environment, or with the address of the server that a file named by
EVENTSDK_TEST_SERVER describes, given as `--brokers` (--kafka) or by all its KAFKA_ variables (--kafka-environment);
--postgres gives it that of a database, --postgres-environment in DATABASE_URL. Compares standard output with a file. `…` in the file stands
for any text within a line. Exit status 1 and a diff when they differ or the example fails.
"""
import difflib
import os
import re
import subprocess
import sys
from pathlib import Path


def matches(expected, line):
    return re.fullmatch(".*".join(re.escape(part) for part in expected.split("…")), line) is not None


SERVERS = {"--kafka": "KAFKA_BOOTSTRAP_SERVERS", "--kafka-environment": "KAFKA_", "--postgres": "DATABASE_URL",
           "--postgres-environment": "DATABASE_URL"}
OPTIONS = {"--kafka": "--brokers", "--postgres": "--postgres"}


def server_settings(prefix):
    lines = [line for path in os.environ["EVENTSDK_TEST_SERVER"].split(":")
             for line in Path(path).read_text(encoding="utf-8").splitlines()]
    found = dict(line.split("=", 1) for line in lines if line.startswith(prefix))
    if not found:
        raise ValueError(f"EVENTSDK_TEST_SERVER names no {prefix}")
    return found


def main(*command):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
    servers = []
    while command[0] in SERVERS:
        server, *command = command
        if server in OPTIONS:
            servers += OPTIONS[server], server_settings(SERVERS[server])[SERVERS[server]]
        else:
            environment.update(server_settings(SERVERS[server]))
    expected_file, *command = (*command, *servers)
    done = subprocess.run(command, capture_output=True, timeout=110, check=False, env=environment)
    expected = Path(expected_file).read_text(encoding="utf-8").splitlines()
    printed = done.stdout.decode().splitlines()
    # A line that fits its pattern counts as equal to it.
    shown = [want if matches(want, line) else line for want, line in zip(expected, printed)] + printed[len(expected):]
    if done.returncode == 0 and shown == expected:
        return 0
    print("\n".join(difflib.unified_diff(expected, shown, "expected", "printed", lineterm="")))
    print(f"exit status {done.returncode}\n{done.stderr.decode(errors='replace')}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
