"""What every command has in common: help, exit statuses, signals, streams."""
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from program import PROGRAM, environment, run

COMMANDS = [("schema", "validate"), ("schema", "compat"), ("record", "decode"), ("record", "encode"), ("topics", "partition"),
            ("topics", "list"), ("topics", "describe"), ("topics", "plan"), ("topics", "diff"), ("topics", "apply"),
            ("publish",), ("tail",), ("dlq", "list"), ("dlq", "show"), ("lag",), ("outbox", "status"),
            ("outbox", "resolve"), ("outbox", "relay"), ("aggregate", "show"), ("aggregate", "at"), ("aggregate", "history"),
            ("snapshot", "list"), ("snapshot", "verify"), ("snapshot", "publish")]


class Usage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.schema = Path(folder.name) / "A.v1.schema.json"
        self.schema.write_text('{"type":"integer"}')

    def open(self, *arguments, **options):
        process = subprocess.Popen([PROGRAM, *map(os.fspath, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment(), **options)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def test_every_command_has_help_with_examples_and_exit_statuses(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                told = run(*command, "--help")
                self.assertEqual(told.status, 0)
                text = told.bytes.decode()
                self.assertIn("Examples:", text)
                self.assertIn("Exit status: 0", text)
                self.assertIn("130 interrupted", text)
                self.assertEqual(told.errors, "")

    def test_the_program_tells_its_version(self):
        self.assertRegex(run("--version").bytes.decode(), r"^\d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_status_2_with_the_reason_on_stderr(self):
        for arguments, reason in [([], "subcommand"), (["bogus"], "bogus"), (["schema", "bogus"], "bogus"),
                                  (["schema", "validate", "--bogus"], "--bogus"), (["schema"], "subcommand"),
                                  (["schema", "validate"], "--schema"),
                                  (["topics", "partition", "--partitions", "0", "x"], "--partitions"),
                                  (["topics", "partition", "x"], "--partitions"),
                                  (["record", "encode"], "--format"),
                                  (["record", "encode", "--format", "nope"], "nope")]:
            with self.subTest(arguments=arguments):
                told = run(*arguments)
                self.assertEqual(told.status, 2)
                self.assertEqual(told.bytes, b"")
                self.assertIn(reason, told.errors)

    def test_an_unreadable_input_is_status_2(self):
        for path in ["/does/not/exist", "/"]:
            told = run("schema", "validate", "--schema", self.schema, path)
            self.assertEqual(told.status, 2)
            self.assertIn(path, told.errors)

    def test_a_line_in_gives_its_line_out_before_the_next_one_comes(self):
        for arguments, given in [(["schema", "validate", "--schema", self.schema], b"1\n"),
                                 (["schema", "validate", "--schema", self.schema, "-"], b"1\n"),
                                 (["record", "decode"], b"{}\n"), (["record", "encode", "--format", "native"], b"{}\n"),
                                 (["topics", "partition", "--partitions", "12"], b"kafka\n")]:
            with self.subTest(arguments=arguments):
                process = self.open(*arguments)
                for _ in range(3):
                    process.stdin.write(given)
                    process.stdin.flush()
                    self.assertTrue(process.stdout.readline().endswith(b"}\n"))
                process.stdin.close()
                self.assertIn(process.wait(30), (0, 1))

    def test_a_signal_ends_with_status_130_and_keeps_what_was_answered(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.open("schema", "validate", "--schema", self.schema)
            process.stdin.write(b"1\n2")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), b'{"line":1,"valid":true}\n')
            process.send_signal(number)
            self.assertEqual(process.wait(30), 130)
            self.assertEqual(process.stdout.read(), b"")
            process.stdin.close()

    def test_a_reader_that_leaves_ends_the_program_quietly(self):
        process = self.open("schema", "validate", "--schema", self.schema)
        process.stdout.close()
        deadline = time.monotonic() + 30
        try:
            while process.poll() is None and time.monotonic() < deadline:
                process.stdin.write(b"1\n")
                process.stdin.flush()
        except BrokenPipeError:
            pass
        self.assertEqual(process.wait(30), 0)
        self.assertEqual(process.stderr.read(), b"")
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_an_output_that_cannot_be_written_is_told(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "schema", "validate", "--schema", self.schema], input=b"1\n", stdout=full,
                                  stderr=subprocess.PIPE, env=environment(), check=False, timeout=30)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"cannot write", done.stderr)


if __name__ == "__main__":
    unittest.main()
