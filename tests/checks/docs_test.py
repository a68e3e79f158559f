"""usage: docs_test.py [--fix] ROOT

Holds the documents to the tree: every relative link leads to a file and heading that are there, every page is reachable from
docs/index.md or README.md, every block of C++ is a quote of a file that is compiled, and every quote is what the file
says. A quote is

    <!-- FILE [MARK] -->
    ```language
    ...
    ```

and stands for the whole FILE, or for its lines between the two lines `// [MARK]`. --fix writes the quotes anew. The
tests that the pages of guarantees name in tables are in the tree.
"""
import re
import sys
import textwrap
from pathlib import Path

QUOTE = re.compile(r"<!-- (\S+\.\w+)(?: (\w+))? -->\n```(\w+)\n(.*?)```\n", re.S)
CARRIED_OUT = {"tutorial.md"}  # its blocks are files and commands of a test
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def quoted(root, name, mark):
    text = (root / name).read_text(encoding="utf-8")
    if not mark:
        return text
    parts = re.split(rf"^[ \t]*(?://|#) \[{mark}\]\n", text, flags=re.M)
    if len(parts) < 3:
        raise ValueError(f"{name} has no two lines [{mark}]")
    return textwrap.dedent(parts[1])


def pages(root):
    return sorted(root.glob("*.md")) + sorted((root / "docs").rglob("*.md"))


def anchors(path):
    """The names that its headings have in links, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.S | re.M), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def check_page(root, page, fix):
    problems = []
    text = page.read_text(encoding="utf-8")

    def renew(match):
        name, mark, language, said = match.groups()
        try:
            right = quoted(root, name, mark)
        except (OSError, ValueError) as error:
            problems.append(f"{page.relative_to(root)}: {error}")
            return match.group(0)
        if said != right and not fix:
            problems.append(f"{page.relative_to(root)}: the quote of {name} {mark or ''} is not what the file says")
        head = f"<!-- {name}{' ' + mark if mark else ''} -->"
        return f"{head}\n```{language}\n{right}```\n"

    renewed = QUOTE.sub(renew, text)
    if fix and renewed != text:
        page.write_text(renewed, encoding="utf-8")
    bare = QUOTE.sub("", text).count("```cpp\n")
    if bare and page.name not in CARRIED_OUT:
        problems.append(f"{page.relative_to(root)}: {bare} block(s) of C++ that quote no file, which nothing compiles")
    links = [target for target in LINK.findall(text) if not re.match(r"[a-z]+:", target)]
    for target in links:
        if not (page.parent / target).exists():
            problems.append(f"{page.relative_to(root)}: the link to {target} leads nowhere")
    for target, anchor in re.findall(r"\]\(([^)#\s:]*)#([^)]+)\)", text):
        there = page.parent / target if target else page
        if there.suffix == ".md" and there.exists() and anchor not in anchors(there):
            problems.append(f"{page.relative_to(root)}: no heading of {there.name} is called #{anchor}")
    return problems, {(page.parent / target).resolve() for target in links}


TESTED_PAGES = [f"docs/{page}.md" for page in
                ("consuming", "dead-letters", "exactly-once", "guarantees", "outbox", "replay")]


def missing_tests(root):
    """Names in double quotes in the last column of a table, which no test case has or ends with."""
    cases = [name for path in (root / "tests").rglob("*.cpp")
             for name in re.findall(r'(?:TEST|CONTRACT)_CASE(?:_METHOD)?\((?:\w+,\s*)?\s*"([^"]+)"', path.read_text(encoding="utf-8"))]
    for page in TESTED_PAGES:
        for line in (root / page).read_text(encoding="utf-8").splitlines():
            if not line.startswith("|"):
                continue
            for name in re.findall(r'"([^"]{12,})"', line.rstrip("| ").rpartition("|")[2]):
                if not any(case.endswith(name) for case in cases):
                    yield f"{page}: no test is called \"{name}\""


def main(arguments):
    fix = "--fix" in arguments
    root = Path([each for each in arguments if each != "--fix"][0]).resolve()
    problems, linked = [], {root / "README.md", root / "docs/index.md"}
    for page in pages(root):
        found, links = check_page(root, page, fix)
        problems += found
        linked |= links
    problems += [f"{page.relative_to(root)}: no page links to it" for page in pages(root) if page not in linked]
    problems += missing_tests(root)
    print("\n".join(problems) or f"{len(pages(root))} pages are right")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
