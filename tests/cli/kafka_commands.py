"""The commands that need brokers, against a real Kafka: EVENTSDK_TEST_SERVER names the file with its address."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

from program import PROGRAM, SCHEMAS, SOURCE, environment, run

PAYLOAD = {"courseId": "919108f7-52d1-4320-9bac-f847db4148a8", "studentId": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
           "fileUrl": "https://files.example.com/a.pdf"}


def bootstrap_servers():
    for line in Path(os.environ["EVENTSDK_TEST_SERVER"]).read_text(encoding="utf-8").splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        if name == "KAFKA_BOOTSTRAP_SERVERS":
            return value.strip("'\"")
    raise AssertionError("no KAFKA_BOOTSTRAP_SERVERS")


def event(key, **payload):
    return json.dumps({"type": "AssignmentSubmitted", "schemaVersion": 1, "aggregateId": key,
                       "payload": {**PAYLOAD, **payload}})


FOLD = """import json, sys
first = json.loads(sys.stdin.readline())["snapshot"]
state = first["state"] if first else {"count": 0}
for line in sys.stdin:
    envelope = json.loads(line)["envelope"]
    state = {"count": state["count"] + STEP, "last": envelope["payload"]["fileUrl"]}
print(json.dumps({"schemaVersion": 1, "state": state}))
"""


class WithBrokers(unittest.TestCase):
    def setUp(self):
        self.env = environment(KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers())
        self.topic = f"cli.{uuid.uuid4().hex[:12]}"

    def command(self, *arguments, given=b""):
        return run(*arguments, given=given, env=self.env)

    def topic_file(self, **settings):
        return json.dumps({"topics": [{"name": self.topic, "partitions": 3, **settings}]})

    def create(self):
        self.assertEqual(self.command("topics", "apply", "-", given=self.topic_file()).status, 0)

    def publish(self, *events, more=()):
        return self.command("publish", self.topic, "--schemas", SCHEMAS, *more, given=list(events))

    def test_topics_are_planned_created_and_compared(self):
        planned = self.command("topics", "plan", "-", "--json", given=self.topic_file())
        self.assertEqual((planned.status, planned.lines), (1, [{"action": "create", "topic": self.topic}]))
        applied = self.command("topics", "apply", "-", "--json", given=self.topic_file())
        self.assertEqual((applied.status, applied.lines), (0, [{"action": "created", "topic": self.topic}]))
        self.assertEqual(self.command("topics", "diff", "-", given=self.topic_file()).status, 0)
        differs = self.command("topics", "diff", "-", "--json", given=self.topic_file(retention="30d"))
        self.assertEqual((differs.status, differs.lines[0]["setting"]), (1, "retention.ms"))
        described = self.command("topics", "describe", self.topic, "--json").lines[0]
        self.assertEqual((described["topic"], described["partitions"], len(described["offsets"])), (self.topic, 3, 3))
        listed = self.command("topics", "list", "--json").lines
        self.assertIn({"topic": self.topic, "partitions": 3, "replication": 1}, listed)

    def test_what_is_published_is_found_again(self):
        self.create()
        told = self.publish(event("a"), event("b", courseId="x"), event("a"))
        self.assertEqual(told.status, 1)
        self.assertEqual([line["published"] for line in told.lines], [True, False, True])
        self.assertEqual(told.lines[1]["pointer"], "/payload/courseId")
        records = self.command("tail", self.topic, "--from", "beginning", "--to-end", "--json")
        self.assertEqual(records.status, 0)
        self.assertEqual([(line["key"], line["offset"]) for line in records.lines], [("a", 0), ("a", 1)])
        decoded = run("record", "decode", "--schemas", SCHEMAS, given=records.bytes)
        self.assertEqual(decoded.status, 0)
        self.assertEqual([line["envelope"]["eventId"] for line in decoded.lines],
                         [told.lines[0]["eventId"], told.lines[2]["eventId"]])
        partition = str(told.lines[0]["partition"])
        last = self.command("tail", self.topic, "--partition", partition, "--offset", "1", "--count", "1", "--json")
        self.assertEqual(last.lines[0]["offset"], 1)
        self.assertEqual(self.command("tail", self.topic, "--from", "beginning", "--to-end", "--key", "z").status, 1)
        self.assertEqual(self.command("tail", self.topic, "--from", "2100-01-01T00:00:00Z", "--to-end").status, 1)

    def test_the_partition_is_the_one_that_was_foretold(self):
        self.create()
        keys = [f"key-{i}" for i in range(20)]
        told = self.publish(*map(event, keys))
        foretold = run("topics", "partition", "--partitions", "3", *keys)
        self.assertEqual([line["partition"] for line in told.lines], [line["partition"] for line in foretold.lines])

    def test_a_published_line_is_answered_before_the_next_one_comes(self):
        self.create()
        process = subprocess.Popen([PROGRAM, "publish", self.topic, "--schemas", SCHEMAS], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, env=self.env)
        for offset in range(3):
            process.stdin.write(event("a").encode() + b"\n")
            process.stdin.flush()
            self.assertEqual(json.loads(process.stdout.readline())["offset"], offset)
        process.stdin.close()
        self.assertEqual(process.wait(30), 0)
        process.stdout.close()

    def test_tail_waits_for_what_comes_until_it_is_interrupted(self):
        self.create()
        process = subprocess.Popen([PROGRAM, "tail", self.topic, "--from", "beginning", "--json"], env=self.env,
                                   stdout=subprocess.PIPE)
        self.publish(event("a"))
        self.assertEqual(json.loads(process.stdout.readline())["key"], "a")
        process.send_signal(2)
        self.assertEqual(process.wait(30), 130)
        process.stdout.close()

    def test_dead_letters_are_listed_with_their_reason(self):
        name = f"{self.topic}.dlq"
        self.command("topics", "apply", "-", given=json.dumps({"topics": [{"name": name}]}))
        self.assertEqual(self.command("dlq", "list", name).status, 1)

    def service(self, group, what):
        """Lets a service of that group refuse or handle what is in the topic, or expire the first record of each
        partition; what it handled: key and redrive count."""
        done = subprocess.run([os.environ["EVENTSDK_SERVICE"], self.topic, group, what], env=self.env, timeout=60,
                              stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().splitlines()

    def hospital(self, *events):
        """Events that a group could not handle, and the name of the dead-letter topic."""
        name = f"{self.topic}.dlq"
        self.create()
        topics = [{"name": each, "partitions": 3} for each in (name, f"{self.topic}.parked")]
        self.command("topics", "apply", "-", given=json.dumps({"topics": topics}))
        self.assertEqual(self.publish(*events).status, 0)
        self.assertEqual(self.service(f"{self.topic}-points", "refuse"), [])
        return name

    def dlq(self, *arguments):
        told = self.command("dlq", *arguments, "--json")
        self.assertIn(told.status, (0, 1), told.errors)
        return told.lines

    def report(self, *arguments):
        """What was not zero."""
        return {name: value for name, value in self.dlq(*arguments)[0].items() if value}

    def test_dead_letters_go_back_to_their_group_only(self):
        group = f"{self.topic}-points"
        name = self.hospital(event("a"), event("b"), event("a", fileUrl="https://files.example.com/b.pdf"))
        dry = self.report("redrive", name, "--key", "a", "--dry-run")
        self.assertEqual(dry, {"dryRun": True, "chosen": 2, "redriven": 2})
        self.assertEqual(self.report("redrive", name, "--key", "a", "--rate", "100"), {"chosen": 2, "redriven": 2})
        self.assertEqual(self.command("dlq", "redrive", name, "--key", "a").status, 1)
        self.assertEqual([line["key"] for line in self.dlq("list", name)], ["b"])
        self.assertEqual(sorted(line["state"] for line in self.dlq("list", name, "--settled")),
                         ["open", "redriven", "redriven"])
        self.assertEqual(self.service(group, "handle"), ["a 1", "a 1"])
        self.assertEqual(sorted(self.service(f"{self.topic}-others", "handle")), ["a 0", "a 0", "b 0"])

    def test_dead_letters_that_come_back_are_parked_and_the_rest_is_purged(self):
        group = f"{self.topic}-points"
        name = self.hospital(event("a"), event("b"), event("c"))
        self.assertEqual(self.report("redrive", name, "--key", "a", "--max-redrives", "1")["redriven"], 1)
        self.service(group, "refuse")
        again = self.report("redrive", name, "--key", "a", "--max-redrives", "1")
        self.assertEqual(again, {"chosen": 1, "parked": 1})
        self.assertEqual(self.report("park", name, "--key", "b"), {"chosen": 1, "parked": 1})
        self.assertEqual(sorted(line["key"] for line in self.dlq("list", f"{self.topic}.parked")), ["a", "b"])
        self.assertEqual(self.command("dlq", "purge", name).status, 2)
        self.assertEqual(self.report("purge", name, "--all"), {"chosen": 1, "purged": 1})
        self.assertEqual(self.command("dlq", "list", name, "--settled").status, 1)

    def test_dead_letters_are_filtered(self):
        name = self.hospital(event("a"), event("b"))
        cases = [(["--stage", "handler"], 2), (["--stage", "parse"], 0), (["--code", "handler.dead_letter"], 2),
                 (["--type", "AssignmentSubmitted"], 2), (["--type", "Other"], 0), (["--group", "other"], 0),
                 (["--from", "2020-01-01T00:00:00Z"], 2), (["--until", "2020-01-01T00:00:00Z"], 0),
                 (["--partition", "0", "--offsets", "0..", "--key", "z"], 0)]
        for arguments, count in cases:
            self.assertEqual(len(self.dlq("list", name, *arguments)), count, arguments)
            self.assertEqual(self.dlq("redrive", name, "--dry-run", *arguments)[0]["chosen"], count, arguments)
        for wrong in (["--offsets", "1..2"], ["--partition", "0", "--offsets", "x"], ["--from", "yesterday"]):
            self.assertEqual(self.command("dlq", "list", name, *wrong).status, 2, wrong)

    def test_dead_letters_are_chosen_by_their_offsets(self):
        name = self.hospital(event("a"), event("a"), event("a"))
        letters = self.dlq("list", name)
        partition = letters[0]["partition"]
        self.assertEqual([(line["partition"], line["offset"]) for line in letters], [(partition, i) for i in range(3)])
        cases = [(partition, "1", [1]), (partition, "1..1", [1]), (partition, "1..", [1, 2]), (partition, "..1", [0, 1]),
                 (partition, "0..2", [0, 1, 2]), (partition, "3..", []), (partition, "3..9", []),
                 ((partition + 1) % 3, "0..", [])]
        for of_partition, offsets, chosen in cases:
            arguments = ["--partition", str(of_partition), "--offsets", offsets]
            self.assertEqual([line["offset"] for line in self.dlq("list", name, *arguments)], chosen, arguments)
            for command in ("redrive", "park", "purge"):
                self.assertEqual(self.dlq(command, name, "--dry-run", *arguments)[0]["chosen"], len(chosen), arguments)
        middle = ["--partition", str(partition), "--offsets", "1"]
        self.assertEqual(self.report("purge", name, *middle), {"chosen": 1, "purged": 1})
        self.assertEqual([line["offset"] for line in self.dlq("list", name)], [0, 2])

    def test_a_dead_letter_is_shown_with_its_headers_and_value(self):
        name = self.hospital(event("a"))
        letter = self.dlq("list", name)[0]
        place = ["dlq", "show", name, str(letter["partition"])]
        shown = self.command(*place, "0")
        self.assertEqual(shown.status, 0)
        head, _, value = shown.bytes.decode().partition("\n\n")
        self.assertEqual(head.splitlines()[0], "key: a")
        for line in (f"eventsdk-dlq-topic: {self.topic}", f"eventsdk-dlq-group: {self.topic}-points",
                     "eventsdk-dlq-stage: handler", "eventsdk-dlq-error-message: no such course"):
            self.assertIn(line, head.splitlines())
        self.assertEqual(json.loads(value)["payload"], PAYLOAD)
        record = self.one(*place, "0")
        self.assertEqual((record["topic"], record["partition"], record["offset"], record["key"]),
                         (name, letter["partition"], 0, "a"))
        self.assertEqual([f"{header}: {text}" for header, text in record["headers"]], head.splitlines()[1:])
        self.assertEqual(record["value"] + "\n", value)
        for nowhere in ([*place, "1"], [*place, "99"], ["dlq", "show", name, "3", "0"],
                        ["dlq", "show", f"{name}.dlq", "0", "0"]):
            for form in ([], ["--json"]):
                told = self.command(*nowhere, *form)
                self.assertEqual((told.status, told.bytes), (1, b""), nowhere)
                self.assertNotEqual(told.errors, "")

    def lag(self, *arguments, status=0, group=None):
        """Partition, committed, end and lag of each line."""
        told = self.command("lag", group or f"{self.topic}-points", *arguments, "--json")
        self.assertEqual(told.status, status, (arguments, told.errors))
        return [(line["partition"], line["committed"], line["end"], line["lag"]) for line in told.lines]

    def behind(self):
        """A group that is 1 behind in partition 0, 0 in partition 1, and 3 in partition 2, which it never came to."""
        self.create()
        foretold = run("topics", "partition", "--partitions", "3", *(f"key-{i}" for i in range(20))).lines
        keys = {line["partition"]: line["key"] for line in foretold}
        self.assertEqual(self.publish(event(keys[0]), event(keys[0]), event(keys[1])).status, 0)
        self.assertEqual(len(self.service(f"{self.topic}-points", "handle")), 3)
        self.assertEqual(self.publish(event(keys[0]), *[event(keys[2])] * 3).status, 0)

    def test_a_group_is_behind_in_partitions_that_it_never_committed_too(self):
        self.behind()
        self.assertEqual(self.lag(), [(0, 2, 3, 1), (1, 1, 1, 0), (2, None, 3, 3)])
        shown = self.command("lag", f"{self.topic}-points")
        self.assertEqual((shown.status, shown.bytes.decode().splitlines()),
                         (0, [f"{self.topic}[0] committed 2, end 3, lag 1", f"{self.topic}[1] committed 1, end 1, lag 0",
                              f"{self.topic}[2] committed none, end 3, lag 3"]))
        for at_most, status in (("0", 1), ("2", 1), ("3", 0), ("1000", 0)):
            self.assertEqual(len(self.lag("--at-most", at_most, status=status)), 3)
        self.service("-", "expire")
        self.assertEqual(self.lag("--at-most", "2"), [(0, 2, 3, 1), (1, 1, 1, 0), (2, None, 3, 2)])
        self.lag("--at-most", "1", status=1)
        self.service(f"{self.topic}-points", "handle")
        self.assertEqual(self.lag("--at-most", "0"), [(0, 3, 3, 0), (1, 1, 1, 0), (2, 3, 3, 0)])

    def test_the_lag_of_one_topic_is_shown_also_when_nothing_of_it_is_committed(self):
        self.behind()
        other = f"{self.topic}.other"
        self.command("topics", "apply", "-", given=json.dumps({"topics": [{"name": other, "partitions": 2}]}))
        self.assertEqual(len(self.lag()), 3)
        self.assertEqual(len(self.lag("--topic", self.topic)), 3)
        self.lag("--topic", self.topic, "--at-most", "2", status=1)
        self.assertEqual(self.lag("--topic", other, "--at-most", "0"), [(0, None, 0, 0), (1, None, 0, 0)])
        self.assertEqual(self.command("publish", other, "--schemas", SCHEMAS, given=[event("a")]).status, 0)
        self.assertEqual(sum(line[3] for line in self.lag("--topic", other, "--at-most", "0", status=1)), 1)
        newcomer = f"{self.topic}-newcomer"
        self.assertEqual(sum(line[3] for line in self.lag("--topic", other, "--at-most", "1", group=newcomer)), 1)
        for arguments, reason in ((["--topic", f"{other}.nowhere"], f"{other}.nowhere"), ([], newcomer)):
            told = self.command("lag", newcomer, *arguments)
            self.assertEqual((told.status, told.bytes), (1, b""), arguments)
            self.assertIn(reason, told.errors)

    def test_a_dead_letter_becomes_a_test_case_that_compiles(self):
        name = self.hospital(event("a"))
        letter = self.dlq("list", name)[0]
        shown = self.command("dlq", "show", name, str(letter["partition"]), str(letter["offset"]), "--as-test")
        self.assertEqual(shown.status, 0)
        self.assertIn(f"the dead letter {self.topic}[{letter['original']['partition']}]@0 is handled", shown.bytes.decode())
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "case_test.cpp"
            source.write_bytes(shown.bytes)
            compiled = subprocess.run([os.environ["CXX"], "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                                       "-I", SOURCE / "include", source], capture_output=True, timeout=120, check=False)
            self.assertEqual(compiled.stderr.decode(), "")

    def revision(self, number, key="a"):
        """An event that occurred `number` minutes after noon."""
        line = json.loads(event(key, fileUrl=f"https://files.example.com/{number}.pdf"))
        return json.dumps({**line, "revision": number, "occurredAt": f"2026-11-20T12:{number:02}:00Z"})

    def fold(self, step=1):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        program = Path(folder.name) / "fold.py"
        program.write_text(FOLD.replace("STEP", str(step)), encoding="utf-8")
        return f"{sys.executable} {program}"

    def event_sourced(self, count):
        topics = [{"name": self.topic}, {"name": f"{self.topic}.snapshot", "cleanup": "compact"},
                  {"name": f"{self.topic}.snapshot.history"}]
        self.assertEqual(self.command("topics", "apply", "-", given=json.dumps({"topics": topics})).status, 0)
        self.assertEqual(self.publish(self.revision(1, "b"), *map(self.revision, range(1, count + 1))).status, 0)

    def one(self, *arguments, status=0):
        told = self.command(*arguments, "--json")
        self.assertEqual(told.status, status, (arguments, told.errors))
        return told.lines[0]

    def test_an_aggregate_is_shown_as_it_is_and_as_it_was(self):
        self.event_sourced(3)
        fold = self.fold()
        bare = self.one("aggregate", "show", self.topic, "a")
        self.assertEqual((bare["revision"], bare["stateRevision"], bare["state"]), (3, 0, None))
        self.assertEqual([each["revision"] for each in bare["events"]], [1, 2, 3])
        self.assertEqual(self.one("snapshot", "publish", self.topic, "a", "--fold", fold, "--history"),
                         {"aggregateId": "a", "revision": 3, "written": True})
        self.assertFalse(self.one("snapshot", "publish", self.topic, "a", "--fold", fold)["written"])
        self.publish(self.revision(4), self.revision(5))
        stored = self.one("aggregate", "show", self.topic, "a")
        self.assertEqual((stored["revision"], stored["stateRevision"], stored["state"]["count"]), (5, 3, 3))
        self.assertEqual([each["envelope"]["revision"] for each in stored["events"]], [4, 5])
        shown = self.one("aggregate", "show", self.topic, "a", "--fold", fold)
        self.assertEqual((shown["stateRevision"], shown["state"]),
                         (5, {"count": 5, "last": "https://files.example.com/5.pdf"}))
        self.assertEqual((shown["read"]["snapshotRevision"], shown["read"]["events"], shown["events"]), (3, 2, []))
        for moment, count in (("2", 2), ("2026-11-20T12:04:30Z", 4), ("2026-11-20T12:00:59+00:00", 0)):
            at = self.one("aggregate", "at", self.topic, "a", moment, "--fold", fold, status=0 if count else 1)
            self.assertEqual((at["revision"], at["state"]["count"]), (count, count))
        history = self.command("aggregate", "history", self.topic, "a", "--from", "2", "--to", "4", "--json").lines
        self.assertEqual([each["envelope"]["payload"]["fileUrl"][-5:] for each in history], ["2.pdf", "3.pdf", "4.pdf"])
        late = self.command("aggregate", "history", self.topic, "a", "--since", "2026-11-20T12:04:00Z", "--json").lines
        self.assertEqual([each["revision"] for each in late], [4, 5])

    def test_two_moments_of_an_aggregate_are_compared(self):
        self.event_sourced(4)
        changed = self.one("aggregate", "at", self.topic, "a", "2", "--diff", "2026-11-20T12:03:00Z", "--fold", self.fold())
        self.assertEqual([each["revision"] for each in changed["events"]], [3])
        self.assertEqual((changed["from"]["revision"], changed["to"]["revision"]), (2, 3))
        self.assertEqual(sorted(each["path"] for each in changed["patch"]), ["/count", "/last"])
        self.assertIsNone(self.one("aggregate", "at", self.topic, "a", "2", "--diff", "3")["patch"])

    def test_snapshots_are_listed_and_verified(self):
        self.event_sourced(3)
        self.assertEqual(self.command("snapshot", "list", self.topic).status, 1)
        for count in (3, 4):
            self.assertTrue(self.one("snapshot", "publish", self.topic, "a", "--fold", self.fold())["written"])
            self.publish(self.revision(count + 1))
        listed = self.command("snapshot", "list", self.topic, "--json").lines
        self.assertEqual([(each["aggregateId"], each["revision"], each["stateVersion"]) for each in listed], [("a", 4, 1)])
        every = self.command("snapshot", "list", self.topic, "a", "--all", "--json").lines
        self.assertEqual([each["revision"] for each in every], [3, 4])
        self.assertEqual(self.one("snapshot", "verify", self.topic), {"aggregateId": "a", "revision": 4, "valid": True})
        self.assertTrue(self.one("snapshot", "verify", self.topic, "--fold", self.fold())["valid"])
        wrong = self.one("snapshot", "verify", self.topic, "--fold", self.fold(step=2), status=1)
        self.assertEqual((wrong["valid"], "not what folding" in wrong["problem"]), (False, True))
        self.command("topics", "apply", "-", given=json.dumps({"topics": [{"name": f"{self.topic}.other"}]}))
        self.assertEqual(self.command("snapshot", "verify", f"{self.topic}.other").status, 1)

    def test_what_an_aggregate_has_not_got_is_status_1_and_a_wrong_word_status_2(self):
        self.event_sourced(2)
        for arguments in (["aggregate", "show", self.topic, "z"], ["aggregate", "at", self.topic, "a", "9"],
                          ["aggregate", "history", self.topic, "z"], ["snapshot", "list", self.topic]):
            self.assertEqual(self.command(*arguments).status, 1, arguments)
        for arguments in (["aggregate", "at", self.topic, "a", "yesterday"],
                          ["aggregate", "show", self.topic, "a", "--fold", "exit 3"],
                          ["aggregate", "show", self.topic, "a", "--fold", "cat"],
                          ["aggregate", "show", self.topic, "a", "--format", "user_events"],
                          ["snapshot", "publish", self.topic, "a"]):
            self.assertEqual(self.command(*arguments).status, 2, arguments)

    def test_the_doctor_finds_what_would_lose_events(self):
        self.command("topics", "apply", "-", given=self.topic_file(retention="7d"))
        told = self.command("doctor", self.topic, f"{self.topic}.nowhere", "--replay", "30d", "--json")
        self.assertEqual(told.status, 1)
        self.assertEqual({(line["topic"], line["code"]) for line in told.lines},
                         {(self.topic, "lint.single_copy"), (self.topic, "lint.short_retention"),
                          (self.topic, "lint.dead_letters_missing"), (f"{self.topic}.nowhere", "lint.topic_missing")})
        self.assertTrue(all(line["message"] and line["hint"] for line in told.lines))
        sourced = self.command("doctor", self.topic, "--event-sourced", self.topic).bytes
        self.assertIn(b"lint.short_history", sourced)
        self.assertIn(b"retention.ms", sourced)
        everything = self.command("doctor", "--json")
        self.assertIn(self.topic, {line["topic"] for line in everything.lines})

    def test_what_is_not_there_is_status_1(self):
        for arguments in (["topics", "describe", self.topic], ["tail", self.topic, "--to-end"], ["lag", self.topic],
                          ["dlq", "list", self.topic], ["publish", self.topic, "--schemas", SCHEMAS]):
            told = self.command(*arguments, given=event("a"))
            self.assertEqual((told.status, told.bytes), (1, b""), arguments)
            self.assertIn(self.topic, told.errors)

    def test_a_configuration_file_and_properties_are_obeyed(self):
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "client.properties"
            config.write_text(f"# a comment\nbootstrap.servers={bootstrap_servers()}\n", encoding="utf-8")
            self.assertEqual(run("topics", "list", "--internal", "--config", config).status in (0, 1), True)
            told = run("topics", "list", "--config", config, "--property", "plugin.library.paths=x")
            self.assertEqual(told.status, 2)


if __name__ == "__main__":
    unittest.main()
