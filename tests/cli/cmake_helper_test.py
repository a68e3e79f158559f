"""eventsdk_check_schemas(): a build fails when a version of a schema may not follow the one before it."""
import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import PROGRAM, SOURCE, TIMEOUT_SECONDS

V1 = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
V2 = {**V1, "properties": {**V1["properties"], "b": {"type": "string"}}}
BREAKING = {**V2, "required": ["a", "b"]}


@unittest.skipUnless(shutil.which("cmake") and shutil.which("ninja"), "there is no cmake or no ninja")
class CheckSchemas(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "schemas").mkdir()

    def schema(self, version, text):
        (self.folder / "schemas" / f"Ordered.v{version}.schema.json").write_text(json.dumps(text), encoding="utf-8")

    def cmake(self, *arguments):
        return subprocess.run(["cmake", *arguments], cwd=self.folder, capture_output=True, check=False,
                              timeout=TIMEOUT_SECONDS, text=True)

    def build(self, options=""):
        (self.folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(shop LANGUAGES NONE)\n"
            f"include({SOURCE}/cmake/EventsdkSchemas.cmake)\n"
            f"eventsdk_check_schemas(schemas DIRECTORY schemas {options})\n", encoding="utf-8")
        made = self.cmake("-S", ".", "-B", "build", "-G", "Ninja", f"-DEVENTSDK_PROGRAM={PROGRAM}")
        return self.cmake("--build", "build") if made.returncode == 0 else made

    def test_compatible_versions_build_and_a_breaking_one_does_not(self):
        self.schema(1, V1)
        self.schema(2, V2)
        self.assertEqual(self.build().returncode, 0)
        self.schema(3, BREAKING)
        told = self.build()
        self.assertNotEqual(told.returncode, 0)
        self.assertIn("required_added", told.stdout)
        self.assertIn("Ordered.v3.schema.json", told.stdout)
        self.schema(3, V2)
        self.assertEqual(self.build().returncode, 0)

    def test_the_level_is_chosen(self):
        self.schema(1, V2)
        self.schema(2, V1)
        self.assertEqual(self.build().returncode, 0)
        self.assertNotEqual(self.build("LEVEL additive").returncode, 0)

    def test_all_older_versions_are_looked_at_when_asked(self):
        self.schema(1, {"type": "object", "properties": {"a": {"type": "integer"}}})
        self.schema(2, {"type": "object"})
        self.schema(3, {"type": "object", "properties": {"a": {"type": "string"}}})
        self.assertEqual(self.build().returncode, 0)
        self.assertNotEqual(self.build("ALL_OLDER").returncode, 0)

    def test_a_wrong_call_is_told_when_configuring(self):
        self.schema(1, V1)
        self.assertNotEqual(self.build("LEVLE additive").returncode, 0)


if __name__ == "__main__":
    unittest.main()
