#!/usr/bin/env python3
"""usage: planted_violations.py CHECK_INCLUDES: a check that finds nothing is worth nothing, so each rule is broken once."""
import subprocess
import sys
import tempfile
from pathlib import Path

CLEAN = {
    "include/eventsdk/core/result.hpp": "#include <variant>\n",
    "include/eventsdk/event/envelope.hpp": "#include <eventsdk/core/result.hpp>\n#include <nlohmann/json_fwd.hpp>\n",
    "include/eventsdk/event.hpp": "#include <eventsdk/event/envelope.hpp>\n",
    "src/json/writer.hpp": "#include <fmt/format.h>\n",
    "src/event/codec.cpp": '#include <eventsdk/event/envelope.hpp>\n#include "json/writer.hpp"\n',
    "src/kafka/rdkafka.hpp": "#include <librdkafka/rdkafka.h>\n",
    "examples/01/main.cpp": "#include <eventsdk/event.hpp>\n",
}
PLANTED = [
    ("src/core/error.cpp", "#include <eventsdk/event/envelope.hpp>", "core may not use event"),
    ("src/memory/broker.cpp", "#include <eventsdk/event/envelope.hpp>", "memory may not use event"),
    ("src/produce/producer.cpp", "#include <eventsdk/consume/projector.hpp>", "produce may not use consume"),
    ("src/broker/record.cpp", '#include "json/writer.hpp"', "broker may not use json"),
    ("src/consume/projector.cpp", "#include <librdkafka/rdkafka.h>", "librdkafka is used in src/kafka only"),
    ("src/kafka/writer.cpp", "#include <librdkafka/rdkafka.h>", "enters by one private header"),
    ("src/event/traits.cpp", '#include "codec.hpp"', "named from src/"),
    ("src/schema/pattern.cpp", "#include <regex>", "std::regex"),
    ("src/core/logger.cpp", "#include <iostream>", "does not print"),
    ("include/eventsdk/core/time.hpp", "#include <fmt/format.h>", "a dependency in a public header"),
    ("include/eventsdk/event/raw.hpp", "#include <simdjson.h>", "a dependency in a public header"),
    ("include/eventsdk/event/raw.hpp", '#include "json/writer.hpp"', "a public header includes a private one"),
    ("include/eventsdk/event/raw.hpp", "#include <nlohmann/json.hpp>", "json_fwd.hpp"),
    ("include/eventsdk/misc/x.hpp", "#include <eventsdk/core/result.hpp>", "not in the table"),
    ("examples/01/other.cpp", '#include "json/writer.hpp"', "public headers only"),
]


def run(checker, extra):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**CLEAN, **extra}.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([checker, folder], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr


def main(checker):
    failures = []
    status, output = run(checker, {})
    if status != 0:
        failures.append(f"the clean tree is refused: {output}")
    for name, line, expected in PLANTED:
        status, output = run(checker, {name: line + "\n"})
        if status != 1 or expected not in output:
            failures.append(f"{name}: {line}: expected '{expected}', got status {status}: {output.strip()}")
    print("\n".join(failures) or f"all {len(PLANTED)} planted violations were found")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
