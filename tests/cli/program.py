"""Runs the eventsdk program for the tests in this folder: EVENTSDK_PROGRAM names it, EVENTSDK_SOURCE the source tree."""
import json
import os
import subprocess
from pathlib import Path

PROGRAM = os.environ["EVENTSDK_PROGRAM"]
SOURCE = Path(os.environ["EVENTSDK_SOURCE"])
VECTORS = SOURCE / "tests" / "vectors"
SCHEMAS = SOURCE / "schemas"
TIMEOUT_SECONDS = 120


class Outcome:
    def __init__(self, finished):
        self.status = finished.returncode
        self.bytes = finished.stdout
        self.errors = finished.stderr.decode(errors="replace")

    @property
    def lines(self):
        """Every line of standard output as JSON; strict UTF-8."""
        return [json.loads(line) for line in self.bytes.decode().splitlines()]


def environment(**changes):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
    kept.update(changes)
    return kept


def run(*arguments, given=b"", env=None):
    if isinstance(given, list):
        given = "".join(line if line.endswith("\n") else line + "\n" for line in given)
    if isinstance(given, str):
        given = given.encode()
    finished = subprocess.run([PROGRAM, *map(os.fspath, arguments)], input=given, capture_output=True,
                              timeout=TIMEOUT_SECONDS, check=False, env=env or environment())
    return Outcome(finished)


def vectors(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))
