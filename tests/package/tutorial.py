"""usage: tutorial.py PAGE FOLDER

Carries out a tutorial word for word in an empty folder. A fenced block after a line that ends with "Write `NAME`:" is
a file; each `sh` block is run; the `text` block after it is what it prints on standard output, `…` standing for any
text within a line. Exit status 1 when a command fails or prints something else.
"""
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.S | re.M)


def blocks(page):
    """The line before each fenced block (blank lines left out), its language and its text."""
    for match in FENCE.finditer(page):
        before = page[:match.start()].rstrip("\n").rpartition("\n")[2]
        yield before, match[1], match[2]


def as_pattern(expected):
    return ".*".join(re.escape(part) for part in expected.split("…"))


def main(page, folder):
    place = Path(folder)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    printed = ""
    ran = 0
    for before, language, text in blocks(Path(page).read_text(encoding="utf-8")):
        if name := re.search(r"Write `([\w./]+)`:$", before):
            (place / name[1]).write_text(text, encoding="utf-8")
        elif language == "sh":
            print("+ " + text, end="", flush=True)
            script = f"set -eu\ncd {shlex.quote(str(place))}\n{text}pwd >&3\n"
            done = subprocess.run(["bash", "-c", f"exec 3>{shlex.quote(str(folder))}.place\n{script}"],
                                  stdout=subprocess.PIPE, text=True, timeout=600, check=False)
            printed = done.stdout
            print(printed, end="", flush=True)
            if done.returncode != 0:
                return f"exit status {done.returncode}"
            place = Path(Path(f"{folder}.place").read_text(encoding="utf-8").strip())
            ran += 1
        elif language == "text":
            if not re.fullmatch(as_pattern(text), printed):
                return f"the page says\n{text}"
        else:
            return f"a block of {language} that is neither a file nor a command: {text[:60]}"
    return None if ran >= 3 else "the page has too few commands: it is no longer understood"


if __name__ == "__main__":
    problem = main(*sys.argv[1:])
    print(problem or "the tutorial is right")
    sys.exit(1 if problem else 0)
