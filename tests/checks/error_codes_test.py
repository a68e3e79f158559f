"""usage: error_codes_test.py ROOT

Holds docs/errors.md to the sources: every error code that stands in src/ or include/ has its row with a cause and what to do,
and every row's code can be found there. Codes of some families are put together in one function; their last words are looked for.
"""
import re
import sys
from pathlib import Path

FAMILIES = ("aggregate catalogue cloudevents effects envelope event fold format handler index json kafka layout options outbox postgres processor "
            "producer projection projector prometheus reader record redrive relay replay schema snapshot sqlite testing time topic topics transaction "
            "upcast writer").split()
LITERAL = re.compile(rf'"((?:{"|".join(FAMILIES)})\.(?:load\.)?[a-z0-9_]+)"')
# Where a family's codes are put together: the call whose first argument is the last word.
MADE = {"cloudevents": re.compile(r'cloud_error\("([a-z0-9_]+)"'), "schema.load": re.compile(r'load_error\("([a-z0-9_]+)"')}
# Dotted texts that are no codes: names of Kafka's settings and of files.
NO_CODES = {"transaction.timeout"}
ROW = re.compile(r"^\| `([a-z]+(?:\.[a-z0-9_]+)+)`", re.M)


def found_in(root):
    codes, words = set(), set()
    for path in sorted([*(root / "src").rglob("*.?pp"), *(root / "include").rglob("*.hpp")]):
        text = path.read_text(encoding="utf-8")
        codes.update(LITERAL.findall(text))
        for family, pattern in MADE.items():
            codes.update(f"{family}.{word}" for word in pattern.findall(text))
        words.update(re.findall(r'"([a-z0-9_]+)"', text))
    return codes - NO_CODES, words


def main(root):
    root = Path(root)
    codes, words = found_in(root)
    text = (root / "docs/errors.md").read_text(encoding="utf-8")
    rows = ROW.findall(text)
    problems = [f"docs/errors.md has no row for {code}" for code in sorted(codes - set(rows))
                if not is_keyword_rule(code, rows)]
    problems += [f"docs/errors.md: nothing in the sources makes {code}" for code in rows
                 if code not in codes and code.rpartition(".")[2] not in words]
    problems += [f"docs/errors.md: two rows for {code}" for code in sorted({c for c in rows if rows.count(c) > 1})]
    problems += list(lacking(text))
    print("\n".join(problems) if problems else f"error codes: all {len(rows)} are documented")
    return 1 if problems or len(codes) < 100 else 0


def lacking(text):
    """Rows without a cause or what to do, which are the last two columns."""
    for line in text.splitlines():
        if ROW.match(line):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if len(cells) < 3 or any(cell in ("", "–") for cell in cells[-2:]):
                yield f"docs/errors.md: {cells[0]} has no cause or does not say what to do"


def is_keyword_rule(code, rows):
    """`schema.<keyword>`, which the page describes as a family."""
    family, _, keyword = code.rpartition(".")
    return family == "schema" and keyword not in {row.rpartition(".")[2] for row in rows} and keyword in KEYWORDS


KEYWORDS = {"required", "type", "enum", "const", "format", "pattern", "minimum", "maximum", "false"}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
