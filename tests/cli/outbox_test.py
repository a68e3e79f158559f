"""The outbox commands on a SQLite file: what waits, what is blocked, letting it go on; a relay that is stopped."""
import os
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from program import PROGRAM, environment, run

SCRIPT = Path(os.environ["EVENTSDK_SOURCE"]) / "docs" / "outbox_sqlite.sql"


class Outbox(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "service.db"
        self.database = sqlite3.connect(self.file)
        self.addCleanup(self.database.close)
        self.database.executescript(SCRIPT.read_text(encoding="utf-8"))

    def append(self, order, blocked=False):
        self.database.execute(
            "INSERT INTO outbox (id, shard, aggregatetype, aggregateid, type, schemaversion, topic, headers, payload, "
            "occurredat, attempts, blocked, lasterror) VALUES (?, 0, 'shop.order', ?, 'OrderPlaced', 1, 'shop', '[]', "
            "'{}', '', ?, ?, ?)", (str(uuid.uuid4()), order, int(blocked), blocked, "too\nlarge" if blocked else None))
        self.database.commit()

    def command(self, *arguments):
        return run("outbox", *arguments, "--sqlite", self.file)

    def test_an_empty_outbox_is_well(self):
        told = self.command("status", "--json")
        self.assertEqual((told.status, told.lines), (0, [{"pending": 0, "oldestSeconds": None, "blocked": 0}]))

    def test_what_waits_is_counted_and_aged(self):
        self.append("a")
        self.database.execute("UPDATE outbox SET createdat = createdat - 100000")
        self.database.commit()
        told = self.command("status", "--json")
        self.assertEqual((told.status, told.lines[0]["pending"]), (0, 1))
        self.assertIn(told.lines[0]["oldestSeconds"], range(99, 120))
        self.assertEqual(self.command("status", "--oldest-at-most", "60").status, 1)
        self.assertEqual(self.command("status", "--oldest-at-most", "600").status, 0)

    def test_blocked_rows_are_shown_with_their_reason_and_what_waits_behind(self):
        for blocked in (True, False, False):
            self.append("a", blocked)
        told = self.command("status", "--json")
        self.assertEqual(told.status, 1)
        row = told.lines[1]
        self.assertEqual((row["seq"], row["aggregateId"], row["waitingBehind"], row["error"]), (1, "a", 2, "too\nlarge"))
        self.assertIn("blocked 1 OrderPlaced of a to shop, 2 wait behind it: too\\x0alarge",
                      self.command("status").bytes.decode())

    def test_blocked_rows_are_tried_again_skipped_or_made_dead_letters(self):
        for order in "abc":
            self.append(order, True)
        self.assertEqual(self.command("resolve", "retry", "1", "--json").lines, [{"seq": 1, "resolved": "retry"}])
        self.assertEqual(self.command("resolve", "skip", "2", "--archive").status, 0)
        self.assertEqual(self.command("resolve", "dead-letter", "3").status, 0)
        rows = self.database.execute("SELECT seq, topic, blocked FROM outbox ORDER BY seq").fetchall()
        self.assertEqual(rows, [(1, "shop", 0), (3, "shop.dlq", 0)])
        self.assertEqual(self.database.execute("SELECT seq FROM outbox_archive").fetchall(), [(2,)])
        missing = self.command("resolve", "retry", "1")
        self.assertEqual(missing.status, 1)
        self.assertIn("outbox.not_blocked", missing.errors)

    def test_a_wrong_database_is_told_apart(self):
        self.assertEqual(run("outbox", "status", "--sqlite", "/does/not/exist").status, 3)
        self.database.execute("DROP TABLE outbox")
        told = self.command("status")
        self.assertEqual(told.status, 2)
        self.assertIn("outbox.schema", told.errors)
        self.assertEqual(run("outbox", "status").status, 2)
        self.assertEqual(self.command("status", "--postgres", "host=x").status, 2)
        self.assertEqual(self.command("status", "--table", "a\"b").status, 2)
        down = run("outbox", "status", "--postgres", "host=127.0.0.1 port=1 dbname=x password=sesame")
        self.assertEqual(down.status, 3)
        self.assertNotIn("sesame", down.errors)

    def test_a_relay_whose_broker_is_down_waits_says_so_and_stops_when_asked(self):
        self.append("a")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
            process = subprocess.Popen([PROGRAM, "outbox", "relay", "--sqlite", self.file, "--lease", "1", "--brokers",
                                        f"127.0.0.1:{taken.getsockname()[1]}"], stderr=subprocess.PIPE,
                                       env=environment(), text=True)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.kill)
            watchdog = threading.Timer(60, process.kill)
            watchdog.start()
            self.addCleanup(watchdog.cancel)
            for line in process.stderr:
                if "the outbox relay waits" in line:
                    break
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(30), 0)
        self.assertEqual(self.database.execute("SELECT holder FROM outbox_leases").fetchone(), ("",))
        self.assertEqual(self.database.execute("SELECT count(*) FROM outbox").fetchone(), (1,))

    def test_a_relay_shows_its_measurements_and_its_health(self):
        self.append("a")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            process = subprocess.Popen([PROGRAM, "outbox", "relay", "--sqlite", self.file, "--metrics", "0", "--brokers",
                                        f"127.0.0.1:{taken.getsockname()[1]}"], stderr=subprocess.PIPE,
                                       env=environment(), text=True)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.kill)
            line = process.stderr.readline()
            if "built without Prometheus" in line:
                self.skipTest(line)
            address = line.split()[-1]
            deadline = time.monotonic() + 60
            while b"eventsdk_outbox_pending 1" not in self.fetch(address, "/metrics"):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.1)
            self.assertIn(b"eventsdk_outbox_oldest_seconds", self.fetch(address, "/metrics"))
            while b'"healthy":false' not in self.fetch(address, "/health").replace(b" ", b""):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(30), 0)
        self.assertEqual(self.command("relay", "--metrics", "x").status, 2)

    def fetch(self, address, path):
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.read()


if __name__ == "__main__":
    unittest.main()
