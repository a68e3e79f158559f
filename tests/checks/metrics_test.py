"""usage: metrics_test.py ROOT

Holds docs/metrics.md to the sources: the names given to the metrics port in src/ are exactly those in its table.
"""
import re
import sys
from pathlib import Path

CALL = re.compile(r"(?:counter|gauge|histogram)\(\s*\"((?:eventsdk|kafka)_[a-z_]+)\"", re.S)
ROW = re.compile(r"^\| `((?:eventsdk|kafka)_[a-z_]+)` \|", re.M)


def main(root):
    root = Path(root)
    made = set()
    for path in (root / "src").rglob("*.?pp"):
        made.update(CALL.findall(path.read_text(encoding="utf-8")))
    rows = set(ROW.findall((root / "docs/metrics.md").read_text(encoding="utf-8")))
    problems = [f"docs/metrics.md does not tell of {name}" for name in sorted(made - rows)]
    problems += [f"nothing reports {name}, which docs/metrics.md tells of" for name in sorted(rows - made)]
    print("\n".join(problems) if problems else f"metrics: all {len(rows)} are documented")
    return 1 if problems or not made else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
