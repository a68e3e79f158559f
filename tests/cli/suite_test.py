"""eventsdk schema validate over the required cases of the official JSON-Schema-Test-Suite.

The suite lies in EVENTSDK_JSON_SCHEMA_SUITE, else where the package json-schema-test-suite puts it.
"""
import json
import os
import tempfile
import unittest
from pathlib import Path

from program import run

SUITE = Path(os.environ.get("EVENTSDK_JSON_SCHEMA_SUITE", "/usr/share/json-schema-test-suite"))
# The program loads one file and fetches nothing: schemas of the network are refused, never taken for empty.
REMOTE = "http://localhost:1234/"


class OfficialSuite(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.schema = Path(folder.name) / "case.schema.json"

    def check(self, draft, dialect, step=1, without=()):
        files = sorted(file for file in (SUITE / "tests" / draft).glob("*.json") if file.name not in without)
        self.assertTrue(files, f"the suite is not in {SUITE}")
        answered = refused = 0
        for file in files:
            for group in json.loads(file.read_text(encoding="utf-8"))[::step]:
                self.schema.write_text(json.dumps(group["schema"]), encoding="utf-8")
                told = run("schema", "validate", "--schema", self.schema, "--dialect", dialect,
                           given=[json.dumps(case["data"]) for case in group["tests"]])
                with self.subTest(file=file.name, group=group["description"]):
                    if told.status == 2:
                        refused += len(group["tests"])
                        self.assertIn(REMOTE, json.dumps(group["schema"]), told.errors)
                        self.assertRegex(told.errors, r"schema\.load\.(ref|dialect)")
                        continue
                    answered += len(group["tests"])
                    self.assertEqual([line["valid"] for line in told.lines], [case["valid"] for case in group["tests"]])
                    self.assertEqual(told.status, 0 if all(case["valid"] for case in group["tests"]) else 1)
        return answered, refused

    def test_draft_07(self):
        answered, refused = self.check("draft7", "draft-07")
        self.assertGreater(answered, 380)
        self.assertLess(refused, 60)

    def test_draft_2020_12(self):
        if not (SUITE / "tests" / "draft2020-12").is_dir():
            self.skipTest(f"the edition in {SUITE} has no 2020-12: tools/setup test fetches the newest")
        # One process for each group: a fifth of them by default. The program enforces formats, which format.json
        # takes for annotations.
        step = 1 if os.environ.get("EVENTSDK_TEST_SIZE") == "full" else 5
        answered, refused = self.check("draft2020-12", "2020-12", step, without=("format.json",))
        self.assertGreater(answered, 1000 // step)
        self.assertLess(refused, answered // 5)


if __name__ == "__main__":
    unittest.main()
