"""eventsdk topics partition."""
import unittest

from program import run, vectors


class Partition(unittest.TestCase):
    def test_the_partitions_of_the_vectors(self):
        cases = [case for case in vectors("partitioner.json")["cases"] if "\0" not in case["key"]]
        for partitions in (1, 12, 1000):
            for name in ("murmur2", "fnv1a", "crc32"):
                keys = [case["key"] for case in cases if case["key"] or name != "crc32"]
                expected = [case[f"partition_{name}"][str(partitions)] for case in cases if case["key"] or name != "crc32"]
                told = run("topics", "partition", "--partitions", str(partitions), "--partitioner", name, "--", *keys)
                self.assertEqual(told.status, 0)
                self.assertEqual([line["partition"] for line in told.lines], expected)
                self.assertEqual([line["key"] for line in told.lines], keys)

    def test_keys_come_from_standard_input_too(self):
        for arguments in ([], ["-"]):
            told = run("topics", "partition", "--partitions", "12", *arguments, given="21\nkafka\nfoobar\n")
            self.assertEqual([line["partition"] for line in told.lines], [0, 4, 6])

    def test_a_key_that_is_no_text_is_shown_in_base64(self):
        told = run("topics", "partition", "--partitions", "12", given=b"\xff\n")
        self.assertEqual(told.lines[0]["keyBase64"], "/w==")

    def test_crc32_leaves_an_empty_key_open(self):
        told = run("topics", "partition", "--partitions", "12", "--partitioner", "crc32", given=b"\n")
        self.assertEqual(told.lines, [{"key": "", "partition": None}])


if __name__ == "__main__":
    unittest.main()
