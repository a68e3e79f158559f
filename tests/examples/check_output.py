"""usage: check_output.py [--kafka | --kafka-environment] EXPECTED PROGRAM [ARGUMENT...]

Runs an example, without a Kafka in its environment, or with the address of the server that the file named by
EVENTSDK_TEST_SERVER describes, given as `--brokers` (--kafka) or in KAFKA_BOOTSTRAP_SERVERS (--kafka-environment), and
compares standard output with a file. `…` in the file stands
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


def bootstrap_servers():
    for line in Path(os.environ["EVENTSDK_TEST_SERVER"]).read_text(encoding="utf-8").splitlines():
        if line.startswith("KAFKA_BOOTSTRAP_SERVERS="):
            return line.partition("=")[2]
    raise ValueError("EVENTSDK_TEST_SERVER names no KAFKA_BOOTSTRAP_SERVERS")


def main(expected_file, *command):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
    if expected_file == "--kafka":
        expected_file, *command = *command, "--brokers", bootstrap_servers()
    elif expected_file == "--kafka-environment":
        expected_file, *command = command
        environment["KAFKA_BOOTSTRAP_SERVERS"] = bootstrap_servers()
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
