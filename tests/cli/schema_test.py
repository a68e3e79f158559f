"""eventsdk schema validate."""
import json
import tempfile
import unittest
from pathlib import Path

from program import SCHEMAS, run, vectors

EVENT = {"eventId": "019a3a23-8e00-7123-8123-456789abcdef", "type": "AssignmentSubmitted", "schemaVersion": 1,
         "aggregateId": "a-1", "occurredAt": "2026-11-20T12:00:00.123Z",
         "payload": {"courseId": "919108f7-52d1-4320-9bac-f847db4148a8",
                     "studentId": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "fileUrl": "https://files.example.com/a.pdf"}}


class Validate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def schema(self, schema, name="A.v1.schema.json"):
        path = self.folder / name
        path.write_text(schema if isinstance(schema, str) else json.dumps(schema), encoding="utf-8")
        return path

    def test_every_instance_is_answered_in_order(self):
        schema = self.schema({"type": "object", "required": ["a"], "properties": {"a": {"minimum": 3}}})
        for engine in ("compiled", "reference"):
            told = run("schema", "validate", "--schema", schema, "--engine", engine, given=['{"a":3}', "{}", '{"a":2}'])
            self.assertEqual(told.status, 1)
            self.assertEqual(told.lines[0], {"line": 1, "valid": True})
            missing, small = told.lines[1:]
            self.assertEqual((missing["line"], missing["valid"], missing["code"], missing["pointer"], missing["keyword"],
                              missing["schema"]),
                             (2, False, "schema.required", "", "required", "A.v1.schema.json#/required"))
            self.assertEqual((small["line"], small["code"], small["pointer"], small["schema"]),
                             (3, "schema.minimum", "/a", "A.v1.schema.json#/properties/a/minimum"))
            self.assertTrue(small["message"])

    def test_all_valid_is_status_0(self):
        told = run("schema", "validate", "--schema", self.schema({"type": "integer"}), "-", given=["1", "2"])
        self.assertEqual((told.status, [line["valid"] for line in told.lines]), (0, [True, True]))

    def test_a_file_without_a_last_line_end_is_read_to_its_end(self):
        instances = self.folder / "instances.ndjson"
        instances.write_bytes(b"1\r\n\"x\"")
        told = run("schema", "validate", "--schema", self.schema({"type": "integer"}), instances)
        self.assertEqual([line["valid"] for line in told.lines], [True, False])

    def test_an_empty_input_is_valid(self):
        told = run("schema", "validate", "--schema", self.schema({}), given=b"")
        self.assertEqual((told.status, told.bytes), (0, b""))

    def test_hostile_lines_are_answered(self):
        hostile = {b"": "json.syntax", b"{": "json.syntax", b"\xff\xfe": "json.utf8", b'"\\ud800"': "json.surrogate",
                   b'{"a":1,"a":2}': "json.duplicate_key", b"[" * 100 + b"]" * 100: "json.too_deep",
                   b"1e999": "json.number_range", b"\x00": "json.syntax", b"1 2": "json.syntax",
                   b'"' + b"x" * 1_000_001 + b'"': "json.too_large",
                   b"{" + b",".join(b'"%d":1' % i for i in range(10_001)) + b"}": "json.too_many_members"}
        told = run("schema", "validate", "--schema", self.schema({}), given=b"\n".join(hostile) + b"\n1\n")
        self.assertEqual(told.status, 1)
        self.assertEqual([line.get("code") for line in told.lines], [*hostile.values(), None])

    def test_lines_of_any_size_up_to_the_limit_are_taken(self):
        for size in (65_534, 65_535, 65_536, 131_072, 999_998):
            told = run("schema", "validate", "--schema", self.schema({"type": "string", "minLength": size}),
                       given=b'"' + b"x" * size + b'"\n"x"\n')
            self.assertEqual([line["valid"] for line in told.lines], [True, False], size)
        told = run("schema", "validate", "--schema", self.schema({}), "--max-bytes", "4", given=b"1234\n12345\n1\n")
        self.assertEqual([line["valid"] for line in told.lines], [True, False, True])

    def test_a_schema_that_is_refused_is_status_2(self):
        for text, code in [("{", "schema.load.json"), ('{"type":"nope"}', "schema.load.meta_schema"),
                           ('{"pattern":"("}', "schema.load.pattern"), ('{"$ref":"#/nowhere"}', "schema.load.ref"),
                           ('{"$ref":"https://example.com/x.json"}', "schema.load.ref_outside"),
                           ('{"$schema":"https://example.com/dialect"}', "schema.load.dialect")]:
            with self.subTest(schema=text):
                told = run("schema", "validate", "--schema", self.schema(text), given=["1"])
                self.assertEqual((told.status, told.bytes), (2, b""))
                self.assertIn(code, told.errors)
                self.assertIn("A.v1.schema.json", told.errors)

    def test_unknown_keywords_of_a_lone_schema_are_warned_of_or_refused(self):
        told = run("schema", "validate", "--schema", self.schema({"requierd": ["a"]}), given=["{}"])
        self.assertEqual(told.status, 0)
        self.assertIn("A.v1.schema.json#/requierd", told.errors)
        told = run("schema", "validate", "--schema", self.schema({"requierd": ["a"]}), "--strict-keywords", given=["{}"])
        self.assertEqual((told.status, told.bytes), (2, b""))
        self.assertIn("schema.load.unknown_keyword", told.errors)

    def test_events_are_checked_by_type_and_version(self):
        def changed(**changes):
            return json.dumps({**EVENT, **changes})
        no_course = {name: value for name, value in EVENT["payload"].items() if name != "courseId"}
        told = run("schema", "validate", "--schemas", SCHEMAS,
                   given=[json.dumps(EVENT), changed(payload={**EVENT["payload"], "courseId": "x"}),
                          changed(payload=no_course), changed(type="Nobody"), changed(schemaVersion=7),
                          changed(occurredAt="yesterday"), "[]"])
        self.assertEqual(told.status, 1)
        self.assertEqual([(line.get("code"), line.get("pointer")) for line in told.lines],
                         [(None, None), ("schema.format", "/payload/courseId"), ("schema.required", "/payload"),
                          ("schema.unknown_type", "/type"), ("schema.unknown_version", "/schemaVersion"),
                          ("envelope.occurred_at", "/occurredAt"), ("envelope.not_an_object", "")])
        self.assertEqual(told.lines[1]["schema"],
                         "education/AssignmentSubmitted.v1.schema.json#/properties/courseId/format")

    def test_the_envelopes_of_the_vectors_are_told_apart(self):
        given = vectors("event_envelopes.json")
        events = [case["event"] for case in given["valid"] if "courseId" in case["event"]["payload"]]
        told = run("schema", "validate", "--schemas", SCHEMAS, given=[json.dumps(event) for event in events])
        self.assertEqual((told.status, len(told.lines)), (0, len(events)))
        told = run("schema", "validate", "--schemas", SCHEMAS,
                   given=[json.dumps(case["event"]) for case in given["invalid"]])
        self.assertEqual([line["valid"] for line in told.lines], [False] * len(given["invalid"]))

    def test_the_published_envelope_schema_tells_the_envelopes_of_the_vectors_apart(self):
        cases = vectors("event_envelopes.json")
        for kind, valid in (("valid", True), ("invalid", False)):
            told = run("schema", "validate", "--schema", SCHEMAS / "envelope" / "native.schema.json",
                       given=[json.dumps(case["event"]) for case in cases[kind]])
            for case, line in zip(cases[kind], told.lines, strict=True):
                self.assertEqual(line["valid"], valid, case["name"])

    def test_the_published_envelope_schema_takes_what_is_written(self):
        envelope = {**EVENT, "revision": 3, "correlationId": "c", "extensions": {"tenant": "acme"}}
        written = run("record", "encode", "--format", "native", given=[json.dumps(envelope)]).lines[0]["value"]
        told = run("schema", "validate", "--schema", SCHEMAS / "envelope" / "native.schema.json", given=[written])
        self.assertEqual(told.status, 0, told.bytes)

    def test_the_published_snapshot_schema_takes_snapshots_and_no_events(self):
        snapshot = next(case["value"] for case in vectors("event_envelopes.json")["seed_dialects"]
                        if case["canonical"].get("kind") == "snapshot")
        covers = {"topic": "t", "partition": 0, "offset": 4}
        told = run("schema", "validate", "--schema", SCHEMAS / "envelope" / "snapshot.schema.json",
                   given=[json.dumps(each) for each in (snapshot, {**snapshot, "aggregateId": "a", "covers": covers},
                                                        {**snapshot, "covers": {}}, EVENT)])
        self.assertEqual([line["valid"] for line in told.lines], [True, True, False, False])

    def test_a_directory_without_schemas_is_status_2(self):
        told = run("schema", "validate", "--schemas", self.folder, given=["{}"])
        self.assertEqual(told.status, 2)
        self.assertIn("schema.load.directory", told.errors)


if __name__ == "__main__":
    unittest.main()
