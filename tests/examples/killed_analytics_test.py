"""usage: killed_analytics_test.py IXE [--answers N] [--kills N]

Kills ixe's analytics service with SIGKILL again and again while answers come in on a real Kafka (EVENTSDK_TEST_SERVER):
in the end its files have every answer, in whole lines. Exit status 77 in the small size.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def environment(folder):
    found = dict(os.environ, IXE_DATA=folder, IXE_INSTANCE="analytics-1")
    for path in filter(None, os.environ.get("EVENTSDK_TEST_SERVER", "").split(":")):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        found.update(line.split("=", 1) for line in lines if line.startswith("KAFKA_"))
    return found


def answers_in(folder, run):
    """Of this run: which answers the files have, and how many lines that is."""
    found = []
    for file in Path(folder).glob("answers.jsonl*"):
        for line in file.read_text(encoding="utf-8").split("\n")[:-1]:  # what follows is still being written
            event = json.loads(line)
            if event["user_id"].startswith(run):
                found.append(int(event["payload"]["user_answer"]))
    return set(found), len(found)


def start(program, role, settings, **options):
    return subprocess.Popen([program, role], env=settings, stderr=subprocess.DEVNULL, **options)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--answers", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=10)
    arguments = parser.parse_args()
    if os.environ.get("EVENTSDK_TEST_SIZE") != "full":
        print("skipped: belongs to the full size")
        return 77
    run = f"run-{os.getpid()}-{int(time.time())}"
    with tempfile.TemporaryDirectory() as folder:
        settings = environment(folder)
        checker = start(arguments.program, "answer-checker", settings, stdin=subprocess.PIPE, text=True)
        analytics = start(arguments.program, "analytics", settings)
        each = arguments.answers // (arguments.kills + 1)
        for number in range(arguments.answers):
            checker.stdin.write(f"{run}-{number % 50} sum-17 5 {number}\n")
            if number % each == each - 1 and number // each < arguments.kills:
                checker.stdin.flush()
                time.sleep(random.uniform(0.2, 2))
                analytics.kill()
                analytics.wait()
                analytics = start(arguments.program, "analytics", settings)
        checker.stdin.close()
        published = checker.wait(timeout=300) == 0
        until = time.monotonic() + 180
        found, lines = answers_in(folder, run)
        while len(found) < arguments.answers and time.monotonic() < until:
            time.sleep(1)
            found, lines = answers_in(folder, run)
        analytics.terminate()
        analytics.wait(timeout=60)
    print(f"{arguments.kills} kills, {arguments.answers} answers published: {published}, {len(found)} in the files, "
          f"{lines - len(found)} lines twice")
    return 0 if published and found == set(range(arguments.answers)) else 1


if __name__ == "__main__":
    sys.exit(main())
