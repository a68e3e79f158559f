"""usage: dashboard_test.py LEARNFLOW MONITORING_FOLDER [--seconds N] [--picture FILE]

Runs learnflow's services on the Kafka of the environment (EVENTSDK_TEST_SERVER, or KAFKA_BOOTSTRAP_SERVERS), lets
students work, and has a real Prometheus scrape the services. It must take the alert rules, answer the query of every
panel of the dashboard, and raise the alert of dead letters. With --picture the panels (their titles, queries and
legends as the dashboard has them) are drawn from what Prometheus answers. Exit status 77 when there is no Prometheus,
and in any size but the full one.
"""
import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import panels

CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: learnflow
    static_configs: [{{targets: [{targets}]}}]
"""


def environment():
    found = dict(os.environ, LEARNFLOW_METRICS_PORT="0")
    for path in filter(None, os.environ.get("EVENTSDK_TEST_SERVER", "").split(":")):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        found.update(line.split("=", 1) for line in lines if line.startswith("KAFKA_"))
    return found


def wait_for(what, look, patience=90):
    """The first answer of `look` that is something."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.1)
    raise RuntimeError(f"{what} does not come")


class Prometheus:
    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}"

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"{self.address}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def ask(self, path, **parameters):
        url = f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["data"]


def start(stack, *command, **options):
    process = stack.enter_context(subprocess.Popen(command, text=True, **options))
    stack.callback(process.kill)
    return process


def start_service(stack, program, role, log):
    """The service, and the port of its metrics."""
    with open(log, "w", encoding="utf-8") as out:
        start(stack, program, role, env=environment(), stdout=subprocess.DEVNULL, stderr=out)
    return wait_for(f"the port of {role}", lambda: re.findall(r"metrics on port (\d+)", log.read_text(encoding="utf-8")))[0]


def start_prometheus(stack, folder, rules, ports):
    targets = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
    (folder / "prometheus.yml").write_text(CONFIGURATION.format(rules=rules, targets=targets), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start(stack, "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
          f"--web.listen-address=127.0.0.1:{port}", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    prometheus = Prometheus(port)
    wait_for("Prometheus", prometheus.is_ready)
    return prometheus


def let_students_work(students, moment):
    """A second of a school day: many submissions now and then, some in a language that the sandbox does not know."""
    rush = 40 if moment % 60 > 40 else 0
    for _ in range(random.randint(5, 15) + rush):
        user = f"student-{random.randint(1, 200)}"
        language = "cobol" if random.random() < 0.02 else "python"
        students.stdin.write(f"{user} submit loops {language}\n{user} ask ex-{random.randint(1, 3)}\n")
    students.stdin.flush()


def answers_of(prometheus, dashboard, began):
    """Of each panel's queries: title, legend and the series that Prometheus has."""
    found = {}
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$group", "learnflow-.*")
            series = prometheus.ask("query_range", query=query, start=began, end=time.time(), step=1)["result"]
            found.setdefault(panel["id"], []).extend((target["legendFormat"], one) for one in series)
    return found


def missing(prometheus, dashboard, answers):
    """What the panels and the rules still owe."""
    empty = [panel["title"] for panel in dashboard["panels"]
             if not any(float(value) > 0 for _, series in answers[panel["id"]] for _, value in series["values"])]
    firing = {alert["labels"]["alertname"] for alert in prometheus.ask("alerts")["alerts"] if alert["state"] == "firing"}
    broken = [rule["name"] for group in prometheus.ask("rules")["groups"] for rule in group["rules"]
              if rule["health"] == "err"]
    return [f"no data for {title}" for title in empty] + [f"{name} is broken" for name in broken] + (
        [] if "LearnflowDeadLetters" in firing else ["no alert of dead letters"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("monitoring", type=Path)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--picture")
    arguments = parser.parse_args()
    if shutil.which("prometheus") is None or not (arguments.picture or os.environ.get("EVENTSDK_TEST_SIZE") == "full"):
        print("skipped: no Prometheus, or not the full size")
        return 77
    dashboard = json.loads((arguments.monitoring / "dashboard.json").read_text(encoding="utf-8"))
    began = time.time()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        roles = ("grader", "tutor")
        ports = [start_service(stack, arguments.program, role, folder / f"{role}.log") for role in roles]
        prometheus = start_prometheus(stack, folder, (arguments.monitoring / "alerts.yml").resolve(), ports)
        students = start(stack, arguments.program, "students", env=environment(), stdin=subprocess.PIPE)
        for moment in range(240):
            let_students_work(students, moment)
            time.sleep(1)
            if moment < arguments.seconds:
                continue
            answers = answers_of(prometheus, dashboard, began)
            owed = missing(prometheus, dashboard, answers)
            if not owed:
                break
        if arguments.picture:
            panels.draw(dashboard, answers, arguments.picture)
        students.stdin.close()
    print("; ".join(owed) or f"{len(dashboard['panels'])} panels have data, and the alert of dead letters fires")
    return 1 if owed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
