"""eventsdk schema lint and explain, and compat over a directory with references between its files."""
import json
import tempfile
import unittest
from pathlib import Path

from program import SCHEMAS, run

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
CLEAN = {"$schema": DRAFT_07, "type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, schema):
        path = self.folder / name
        path.write_text(schema if isinstance(schema, str) else json.dumps(schema), encoding="utf-8")
        return path


class Lint(Files):
    def rules(self, schema):
        told = run("schema", "lint", self.file("A.v1.schema.json", schema))
        self.assertEqual(told.status, 1 if told.lines else 0, told.errors)
        return [(line["rule"], line["pointer"]) for line in told.lines]

    def test_a_clean_schema_has_no_findings(self):
        self.assertEqual(self.rules(CLEAN), [])
        self.assertEqual(run("schema", "lint", SCHEMAS / "education").status, 0)

    def test_each_rule_finds_its_mistake(self):
        def members(**properties):
            return {**CLEAN, "properties": {"a": {"type": "string"}, **properties}}
        for schema, rule, pointer in [
                ({"type": "object"}, "dialect_missing", ""),
                ({"$schema": DRAFT_07, "type": ["object", "null"]}, "not_an_object", "/type"),
                (members(b={"minimum": 1}), "type_missing", "/properties/b"),
                ({**CLEAN, "required": ["a", "z"]}, "required_undescribed", "/required"),
                (members(b={"type": "integer", "minimum": 2, "maximum": 1}), "never_fits", "/properties/b/minimum"),
                (members(b={"type": "integer", "enum": [1, "x"]}), "never_fits", "/properties/b/enum"),
                (members(b={"type": "integer", "default": "x"}), "default_invalid", "/properties/b/default"),
                (members(b={"type": "integer", "examples": [1, "x"]}), "example_invalid", "/properties/b/examples/1"),
                (members(b={"type": "string", "then": {"minLength": 1}}), "no_effect", "/properties/b/then"),
                (members(b={"$ref": "#/properties/a", "minLength": 1}), "ignored_beside_ref", "/properties/b/minLength"),
                ({**CLEAN, "requierd": ["a"]}, "unknown_keyword", "/requierd"),
                ({**CLEAN, "multipleOf": 0}, "schema.load.meta_schema", ""),
                ('{"type":', "schema.load.json", "")]:
            with self.subTest(rule=rule, schema=schema):
                found = self.rules(schema)
                self.assertIn(rule, [name for name, _ in found])
                if not rule.startswith("schema.load"):
                    self.assertEqual(found, [(rule, pointer)])

    def test_a_gap_between_versions_is_found_in_a_directory(self):
        self.file("A.v1.schema.json", CLEAN)
        self.file("A.v3.schema.json", CLEAN)
        told = run("schema", "lint", self.folder)
        self.assertEqual([(line["rule"], line["file"]) for line in told.lines], [("version_gap", "A.v3.schema.json")])
        self.assertEqual(told.status, 1)

    def test_a_path_that_is_not_there_is_status_2(self):
        self.assertEqual(run("schema", "lint", self.folder / "nowhere.json").status, 2)
        self.assertEqual(run("schema", "lint").status, 2)


class Explain(Files):
    def test_every_place_is_told_with_what_is_enforced(self):
        told = run("schema", "explain", self.file("A.v1.schema.json", {
            **CLEAN, "additionalProperties": False, "definitions": {"tag": {"type": "string", "maxLength": 9}},
            "properties": {"a": {"type": "string", "title": "Name"},
                           "tags": {"type": "array", "items": {"$ref": "#/definitions/tag"}},
                           "child": {"$ref": "#"}}}))
        self.assertEqual(told.status, 0)
        by_pointer = {line["pointer"]: line for line in told.lines}
        self.assertEqual(set(by_pointer), {"", "/a", "/tags", "/tags/*", "/child"})
        self.assertEqual(by_pointer["/a"], {"pointer": "/a", "required": True, "rules": {"type": "string"},
                                            "notes": {"title": "Name"}})
        self.assertEqual(by_pointer["/tags/*"]["rules"], {"type": "string", "maxLength": 9})
        self.assertFalse(by_pointer["/tags"]["required"])
        self.assertTrue(by_pointer["/child"]["recursive"])
        self.assertEqual(by_pointer[""]["rules"],
                         {"type": "object", "required": ["a"], "additionalProperties": False})

    def test_a_type_of_a_directory_is_explained_with_its_references(self):
        self.file("common.schema.json", {"definitions": {"id": {"type": "string", "format": "uuid"}}})
        self.file("A.v1.schema.json", {**CLEAN, "properties": {"a": {"$ref": "common.schema.json#/definitions/id"}}})
        told = run("schema", "explain", "--schemas", self.folder, "--type", "A")
        self.assertEqual(told.lines[1]["rules"], {"type": "string", "format": "uuid"})
        self.assertEqual(run("schema", "explain", "--schemas", self.folder, "--type", "B").status, 1)
        self.assertEqual(run("schema", "explain", "--schemas", self.folder, "--type", "A", "--version", "2").status, 1)
        self.assertEqual(run("schema", "explain").status, 2)


class CompatOfDirectory(Files):
    def test_references_to_other_files_are_followed(self):
        self.file("common.schema.json", {"definitions": {"short": {"type": "string", "maxLength": 5},
                                                         "long": {"type": "string", "maxLength": 50}}})
        for version, length in ((1, "short"), (2, "long"), (3, "short")):
            self.file(f"A.v{version}.schema.json",
                      {**CLEAN, "properties": {"a": {"$ref": f"common.schema.json#/definitions/{length}"}}})
        told = run("schema", "compat", "--schemas", self.folder)
        self.assertEqual(told.status, 1)
        self.assertEqual([(line["older"], line["newer"], line["compatible"]) for line in told.lines],
                         [("A.v1.schema.json", "A.v2.schema.json", True), ("A.v2.schema.json", "A.v3.schema.json", False)])
        self.assertEqual(told.lines[1]["findings"][0]["rule"], "max_length_decreased")
        self.assertEqual(told.lines[1]["findings"][0]["pointer"], "/properties/a/maxLength")
        self.assertEqual(len(run("schema", "compat", "--schemas", self.folder, "--all-older").lines), 3)

    def test_the_schemas_of_the_tree_are_compatible(self):
        self.assertEqual(run("schema", "compat", "--schemas", SCHEMAS).status, 0)

    def test_files_and_a_directory_are_not_mixed(self):
        path = self.file("A.v1.schema.json", CLEAN)
        self.assertEqual(run("schema", "compat", path, path, "--schemas", self.folder).status, 2)
        self.assertEqual(run("schema", "compat", path).status, 2)


if __name__ == "__main__":
    unittest.main()
