"""usage: systems_test.py ROOT

Holds the five systems under examples/ to what the SDK takes off them: none has a retry loop, an offset, a JSON field
lookup, a thread or a record header's name of its own, and none needs more than about 300 lines of C++ beyond the
descriptions of its events. Lines are those with code; a system's story and its tests are held to the rules and not
counted. Exit status 1 with the places when something is found.
"""
import re
import sys
from pathlib import Path

SYSTEMS = "campus_hub", "learnflow", "learnflow_services", "ixe", "qawave"
LIMIT = 330
NOT_COUNTED = {"events.hpp", "story.cpp", "test.cpp", "scratch.hpp", "webhook_receiver.hpp"}
# What, how it shows, and a line that must be found.
RULES = [
    ("a thread", r"\bstd::(jthread|thread|async)\b|\bpthread_", "std::jthread worker{loop};"),
    ("an offset", r"\boffsets?\b|\bseek\(|\bcommit(_async|_sync)?\(", "commit(partition, offset + 1);"),
    ("a JSON field lookup", r"\bjson::parse\b|\[\"\w+\"\]|(?<!metrics\(\))\.(at|contains|value)\(\"\w+\"|\.get<|simdjson",
     'const auto name = document["name"].get<std::string>();'),
    ("a header's name", r"\bHeader\{|\.headers\b|\.header\(\"", 'record.header("schema-version")'),
    ("a retry loop", r"\bsleep_(for|until)\b|\bwhile \((true|1)\)|\bfor \(;;\)|\b(for|while)\b.*\b(retr|attempt)\w*",
     "for (int attempt = 0; attempt < 3; ++attempt)"),
]
ALLOWED = {("ixe/webhook_receiver.hpp", "a thread"): "stands for somebody else's server, in the story and the tests"}
STATEMENT = re.compile(r'R"\(.*?\)"|"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.S)


def code_of(text):
    """The text without comments and without what longer texts say."""
    def keep(found):
        if found[0].startswith("/"):
            return ""
        if re.fullmatch(r'"[\w-]+"', found[0]):
            return found[0]
        return '""' + "\n" * found[0].count("\n")
    return STATEMENT.sub(keep, text)


def main(root):
    for what, pattern, planted in RULES:
        assert re.search(pattern, planted), f"the rule against {what} finds nothing"
    problems = []
    for system in SYSTEMS:
        counted = 0
        files = sorted(path for path in (root / "examples" / system).rglob("*") if path.suffix in {".cpp", ".hpp"}
                       and not any(part.startswith("build") for part in path.relative_to(root).parts))
        assert len(files) > 4, f"{system} is not where it was"
        for path in files:
            name = str(path.relative_to(root / "examples"))
            lines = code_of(path.read_text(encoding="utf-8")).split("\n")
            counted += 0 if path.name in NOT_COUNTED else sum(1 for line in lines if line.strip())
            problems += [f"{name}:{number}: {what}: {line.strip()}" for number, line in enumerate(lines, 1)
                         for what, pattern, _ in RULES if re.search(pattern, line) and (name, what) not in ALLOWED]
        print(f"{system}: {counted} lines")
        if counted > LIMIT:
            problems.append(f"{system}: {counted} lines of C++ beyond its events, {LIMIT} are allowed")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
