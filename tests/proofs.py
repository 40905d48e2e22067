"""What proves what: gates of quality and requirements of ASVS with the tests that name them, as pages in docs/.

`python -m tests.proofs` writes docs/gates.md and docs/asvs.md. Of a gate, tests say so in a comment (“# gate 3.4”); a
requirement of ASVS is proved by tests of several subjects, so that docs/asvs.toml names them.
"""

import re
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
NUMBER = r"\d(?:\.\d\d?)?"
MARK = re.compile(rf"\bgates? ({NUMBER}(?:(?:, | and |, gate ){NUMBER})*)")
KINDS = {"here": "", "operator": "For operators: ", "not_here": "Does not apply. ", "open": "**Open.** "}

GATES = """# Quality gates, and what proves them

{made}

A gate that tests name is proved by them in every run. Where no test can tell, a sentence says why. **Open** is what
nothing proves yet.

{proved} of {all} gates are named by tests, {open} are open.
"""
ASVS = """# ASVS 5.0, level 2

{made}

What OWASP's [Application Security Verification Standard 5.0](https://github.com/OWASP/ASVS/tree/master/5.0) asks of
levels 1 and 2: its numbers, in words of ours. The tests are in `tests/`.

{all} requirements: {proved} are proved by tests, {here} hold for a reason that is given, {operator} are up to whoever
runs the portal, {not_here} do not apply, {open} are open.
"""
MADE = "*Written by `make docs`; do not edit.*"


def read(name):
    return tomllib.loads((ROOT / "docs" / name).read_text("utf-8"))


def named_gates():
    """``{gate: names of files of tests}``."""
    found = defaultdict(set)
    for path in TESTS:
        for marked in MARK.findall(path.read_text("utf-8")):
            for gate in re.findall(NUMBER, marked):
                found[gate].add(path.relative_to(ROOT / "tests").as_posix())
    return found


def names_of_tests():
    """``{"file::name"}`` of all tests, as documents write them: “texts::a_limit_counts_the_letters_that_are_kept”."""
    return {
        f"{path.stem.removeprefix('test_')}::{name}"
        for path in TESTS
        for name in re.findall(r"^\s*def test_(\w+)", path.read_text("utf-8"), flags=re.M)
    }


def gates_page():
    named, sections = named_gates(), read("gates.toml")
    lines, proved, left = [], 0, 0
    for title, gates in sections.items():
        lines += ["", f"## {title}", "", "| gate | asks | what proves it |", "|---|---|---|"]
        for number, gate in gates.items():
            tests = ", ".join(f"`{name}`" for name in sorted(named.get(number, ())))
            proof, is_open = (tests, False) if tests else (_said(gate), "open" in gate)
            proved, left = proved + bool(tests), left + is_open
            lines.append(f"| {number} | {gate['what']} | {proof} |")
    total = sum(map(len, sections.values()))
    return GATES.format(made=MADE, proved=proved, all=total, open=left) + "\n".join(lines) + "\n"


def asvs_page():
    sections = read("asvs.toml")
    nowhere = sections.pop("not_here")
    lines, counted = [], Counter(not_here=sum(len(numbers.split()) for numbers in nowhere.values()))
    for title, rows in sections.items():
        lines += ["", f"## {title}", "", "| | what | how it is met |", "|---|---|---|"]
        for number, row in rows.items():
            counted["proved" if "tests" in row else next(iter(row.keys() & KINDS.keys()))] += 1
            tests = [f"`{name}`" for name in row.get("tests", ())]
            lines.append(
                f"| {number} | {row['what']} | {'. '.join(filter(None, [', '.join(tests), _said(row)]))} |"
            )
    lines += ["", "## Chapters that do not apply", ""]
    lines += [f"- {title} ({len(numbers.split())} requirements)." for title, numbers in nowhere.items()]
    return ASVS.format(made=MADE, all=counted.total(), **counted) + "\n".join(lines) + "\n"


def _said(row):
    return " ".join(f"{before}{row[name]}" for name, before in KINDS.items() if name in row)


PAGES = {"gates.md": gates_page, "asvs.md": asvs_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), "utf-8")
