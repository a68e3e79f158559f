"""eventsdk schema compat, over every verdict of the vectors."""
import json
import tempfile
import unittest
from pathlib import Path

from program import run, vectors

BOTH = {"type": "object", "properties": {"a": {"type": "string"}}}


class Compat(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, schema):
        path = self.folder / name
        path.write_text(schema if isinstance(schema, str) else json.dumps(schema), encoding="utf-8")
        return path

    def compare(self, old, new, *more):
        return run("schema", "compat", self.file("old.json", old), self.file("new.json", new), *more)

    def test_every_verdict_of_the_vectors(self):
        cases = vectors("json_schema_compat.json")["cases"]
        self.assertGreater(len(cases), 20)
        for case in cases:
            for policy in ("STRICT", "LENIENT"):
                for level in ("BACKWARD", "FORWARD", "FULL"):
                    with self.subTest(case=case["name"], policy=policy, level=level):
                        told = self.compare(case["old"], case["new"], "--level", level.lower(), "--policy", policy.lower())
                        compatible = case[policy][level]
                        self.assertEqual((told.status, told.lines[0]["compatible"]), (0 if compatible else 1, compatible),
                                         told.bytes)
                        self.assertEqual(told.lines[0]["findings"] == [], compatible)

    def test_the_defaults_are_backward_and_lenient(self):
        required = {**BOTH, "properties": {**BOTH["properties"], "b": {"type": "string"}}, "required": ["b"]}
        told = self.compare(BOTH, required)
        self.assertEqual((told.status, told.lines[0]["compatible"]), (1, False))
        finding = told.lines[0]["findings"][0]
        self.assertEqual(set(finding), {"rule", "pointer", "message"})
        self.assertEqual(self.compare(required, BOTH).status, 0)

    def test_older_schemas_are_looked_at_too(self):
        narrow = {"type": "object", "properties": {"a": {"type": "integer"}}}
        oldest = self.file("oldest.json", narrow)
        self.assertEqual(self.compare(BOTH, BOTH).status, 0)
        self.assertEqual(self.compare(BOTH, BOTH, "--transitive", oldest).status, 1)

    def test_additive_allows_optional_properties_only(self):
        added = {**BOTH, "properties": {**BOTH["properties"], "b": {"type": "string"}}}
        self.assertEqual(self.compare(BOTH, added, "--level", "additive").status, 0)
        self.assertEqual(self.compare(added, BOTH, "--level", "additive").status, 1)

    def test_what_is_no_schema_is_status_2(self):
        for old, new in (("{", "{}"), ("{}", '{"type":"nope"}')):
            told = self.compare(old, new)
            self.assertEqual((told.status, told.bytes), (2, b""))
            self.assertIn("schema.load", told.errors)
        self.assertEqual(run("schema", "compat", "/does/not/exist", "/does/not/exist").status, 2)
        self.assertEqual(self.compare({}, {}, "--level", "sideways").status, 2)


if __name__ == "__main__":
    unittest.main()
