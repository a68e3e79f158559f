"""usage: options_test.py [--fix] ROOT

docs/options.md is what the public headers say: every struct of options, every member with its type, its default and its
comment. --fix writes the page anew. A member without a comment, of a type that is no such struct, is an error. Also: each
environment variable that the library or the program reads, each member of kafka::Options and each property that may be
given stands in docs/configuration.md, and that page names no other ones.
"""
import re
import sys
from pathlib import Path

WHAT = re.compile(r"(?:\w*Options|\w*Policy|RetryRule|SchemaLimits|DeadLetterFilter|OutboxTables|TransactionalRelay)$")
STRUCT = re.compile(r"((?:^[ ]*///[^\n]*\n)*)^struct (?:EVENTSDK_API )?(\w+) \{\n(.*?)^\};", re.S | re.M)
MEMBER = re.compile(r"^    ([\w:<>, *()&]+?) (\w+)(?:\{(.*)\}| = (.*))?;(?:\s*///<\s*(.*))?$")
NOT_A_TYPE = {"return", "static", "friend", "using"}
ENUM = re.compile(r"enum class (\w+)[^{;]*\{([^}]*)\}")
HEAD = """# Options

Every option of every public struct, with its type, its default and what it does. This page is made from the headers
(`python3 tests/checks/options_test.py --fix .`), and a test holds it to them; `create()`, `open()` and their like refuse a
value out of range and name the member. Durations are `std::chrono::milliseconds`. How to reach a cluster, in a file or by
environment variables: [configuration](configuration.md).
"""
MODULES = {"core": "Trying again", "event": "Events", "schema": "Schemas", "catalogue": "Catalogue", "broker": "Writers and readers",
           "produce": "Producers", "consume": "Projections, dead letters, replay", "process": "Processors",
           "outbox": "Outbox", "aggregate": "Aggregates", "snapshot": "Snapshots", "memory": "In-memory broker",
           "kafka": "Kafka", "sqlite": "SQLite", "postgres": "PostgreSQL", "prometheus": "Prometheus"}


def plain(comment):
    text = " ".join(line.strip() for line in comment)
    return re.sub(r"\s+", " ", text).strip()


def duration(text):
    number = int(text.replace("'", ""))
    for size, unit in ((3_600_000, "h"), (60_000, "min"), (1_000, "s")):
        if number and number % size == 0:
            return f"{number // size} {unit}"
    return f"{number} ms" if number else "0"


def default(kind, braces, equals):
    text = (braces if braces is not None else equals or "").strip()
    if size := re.fullmatch(r"std::size_t\{(\d+)\} \* 1024 \* 1024", text):
        return f"{size[1]} MiB"
    if kind == "Duration" and re.fullmatch(r"[\d']+", text):
        return duration(text)
    text = re.sub(r"Duration\{([\d']+)\}", lambda match: duration(match[1]), text)
    text = re.sub(r"std::chrono::(\w+)\{([\d* ]+)\}", r"\2 \1", text).replace("'", ",")
    if not text:
        return "none" if kind.startswith(("std::optional", "std::shared_ptr", "std::function")) else \
            "empty" if kind.startswith(("std::string", "std::filesystem", "std::vector", "std::map")) else "its own"
    return f"`{text}`" if re.search(r"[^\w ,.-]", text) else text


def members(body, where):
    comment, depth = [], 0
    for line in body.splitlines():
        stripped = line.strip()
        if depth == 0 and stripped.startswith("///"):
            comment.append(stripped[3:])
            continue
        match = MEMBER.match(line) if depth == 0 and "operator" not in line else None
        if match and match[1].split()[0] not in NOT_A_TYPE:
            kind, name, braces, equals, after = match.groups()
            text = plain(comment + ([after] if after else []))
            yield name, kind, default(kind, braces, equals), text
        elif stripped and match is None and depth == 0 and not re.match(r"\[\[|static|friend|template|return|}|const", stripped) \
                and "(" not in stripped:
            raise ValueError(f"{where}: a line that is not understood: {stripped}")
        depth += line.count("{") - line.count("}")
        comment = []


def carried_on(body):
    """A member's comment behind it may go on in the next lines."""
    return re.sub(r"(///<[^\n]*)\n\s*///< ", r"\1 ", body)


def structs(root):
    found = []
    for path in sorted((root / "include/eventsdk").rglob("*.hpp")):
        module = path.relative_to(root / "include/eventsdk").parts[0]
        if module == "testing" or "detail" in path.parts:
            continue
        for comment, name, body in STRUCT.findall(path.read_text(encoding="utf-8")):
            if WHAT.fullmatch(name):
                full = f"{module}::{name}" if module in ("kafka", "memory", "sqlite", "postgres") else name
                text = plain([line.strip()[3:] for line in comment.splitlines() if "    " not in line.strip()[3:6] + " "])
                found.append((module, full, name, path.relative_to(root), text, list(members(carried_on(body), path.name))))
    return found


def enumerators(root):
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((root / "include/eventsdk").rglob("*.hpp")))
    found = {}
    for name, body in ENUM.findall(text):
        words = re.findall(r"^\s*(\w+)", re.sub(r"//[^\n]*", "", body).replace(",", "\n"), re.M)
        found[name] = ", ".join(f"`{word}`" for word in words)
    return found


def page(root):
    all_structs = structs(root)
    names = {name: full for _, full, name, _, _, _ in all_structs}
    values = enumerators(root)
    problems, lines = [], [HEAD]
    order = {module: place for place, module in enumerate(MODULES)}
    last = None
    for module, full, _, path, text, rows in sorted(all_structs, key=lambda one: (order[one[0]], str(one[3]), one[1])):
        if module != last:
            lines.append(f"## {MODULES[module]}\n")
            last = module
        lines.append(f"### `{full}`\n\n[`<{path.relative_to('include')}>`](../{path}){'. ' + text if text else ''}\n")
        lines.append("| member | type | default | |\n|---|---|---|---|")
        for name, kind, value, meaning in rows:
            inner = re.findall(r"\w+", kind)[-1]
            if not meaning and inner in names:
                meaning = f"see [`{names[inner]}`](#{names[inner].lower().replace('::', '')})"
            if inner in values:
                meaning += f"{'' if not meaning else ': '}{values[inner]}"
            if not meaning:
                problems.append(f"{path}: {full}::{name} has no comment")
            lines.append(f"| `{name}` | `{kind}` | {value} | {meaning.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines), problems


def names_in(root, pattern, *files):
    return {name for file in files for name in re.findall(pattern, (root / file).read_text(encoding="utf-8"))}


def configuration(root):
    text = (root / "docs/configuration.md").read_text(encoding="utf-8")
    sources = [path.relative_to(root) for folder in ("src", "cli") for path in (root / folder).rglob("*.cpp")]
    variables = names_in(root, r'(?:getenv|environment)\("(\w+)"\)', *sources)
    variables |= names_in(root, r'\{"(KAFKA_\w+)", "', "src/kafka/options.cpp")
    options = {f"`{name}`" for _, full, _, _, _, rows in structs(root) if full == "kafka::Options" for name, *_ in rows}
    properties = {f"`{name}`" for name in names_in(root, r'Named\{"([\w.]+)"', "src/kafka/options.cpp")
                  | names_in(root, r'AllowedProperty\{"([\w.]+)"', "src/kafka/properties.cpp")}
    for name in sorted({f"`{variable}`" for variable in variables} | options | properties):
        if name not in text:
            yield f"docs/configuration.md does not name {name}"
    for name in sorted(set(re.findall(r"`((?:KAFKA|EVENTSDK)_[A-Z_]+)`", text)) - variables - {"EVENTSDK_CACHE"}):
        yield f"docs/configuration.md names `{name}`, which nothing reads"


def main(arguments):
    root = Path([each for each in arguments if each != "--fix"][0]).resolve()
    wanted, problems = page(root)
    there = root / "docs/options.md"
    if "--fix" in arguments:
        there.write_text(wanted, encoding="utf-8")
    elif not there.exists() or there.read_text(encoding="utf-8") != wanted:
        problems.append("docs/options.md is not what the headers say: python3 tests/checks/options_test.py --fix .")
    problems += configuration(root)
    print("\n".join(problems) or f"{wanted.count(chr(10) + '### ')} structs of options are documented")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
