"""Commands that need brokers, where there are none: one clear error within the time-out."""
import socket
import time
import unittest

from program import SCHEMAS, environment, run


class Unreachable(unittest.TestCase):
    COMMANDS = (["topics", "list"], ["topics", "describe", "t"], ["tail", "t"], ["dlq", "list", "t"], ["lag", "g"], ["doctor"],
                ["publish", "t", "--schemas", SCHEMAS])

    def test_a_broker_that_is_down_is_status_3_within_the_time_out(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for arguments in self.COMMANDS:
                with self.subTest(arguments=arguments):
                    started = time.monotonic()
                    told = run(*arguments, "--brokers", address, "--timeout", "1", given="{}\n")
                    self.assertEqual((told.status, told.bytes), (3, b""))
                    self.assertIn(address, told.errors)
                    self.assertLess(time.monotonic() - started, 8)

    def test_a_wrong_configuration_is_status_2(self):
        for more, reason in ((["--property", "no-equals"], "name=value"), (["--property", "bogus.name=1"], "bogus.name"),
                             (["--config", "/does/not/exist"], "/does/not/exist"), (["--timeout", "0"], "--timeout")):
            told = run("topics", "list", "--brokers", "127.0.0.1:1", *more)
            self.assertEqual((told.status, told.bytes), (2, b""), more)
            self.assertIn(reason, told.errors)
        told = run("topics", "list", env=environment(KAFKA_SECURITY_PROTOCOL="carrier-pigeon"))
        self.assertEqual(told.status, 2)
        self.assertIn("KAFKA_SECURITY_PROTOCOL", told.errors)

    def test_secrets_are_not_shown(self):
        told = run("topics", "list", "--brokers", "127.0.0.1:1", "--timeout", "1", "--property", "sasl.password=hunter2",
                   "--property", "sasl.username=app")
        self.assertNotIn("hunter2", told.errors)

    def test_a_dry_run_needs_no_broker(self):
        told = run("publish", "t", "--unchecked", "--dry-run",
                   given='{"type":"A","aggregateId":"a","payload":{}}\n')
        self.assertEqual((told.status, told.lines[0]["topic"], told.lines[0]["key"]), (0, "t", "a"))
        self.assertEqual(run("publish", "t", "--dry-run", given="{}").status, 2)


if __name__ == "__main__":
    unittest.main()
