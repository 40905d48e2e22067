"""Keeps what drills measured in docs/reliability.json, with when and where, and writes docs/reliability.md."""

import json

from benchmarks.machine import described
from benchmarks.portals import HERE

FIGURES = HERE / "docs" / "reliability.json"
REPORT = HERE / "docs" / "reliability.md"
HEAD = """# Reliability, as measured

What `make drills` measured: something is broken on purpose, and each row says how much of it a visitor or an editor
noticed, beside the limit. A drill whose tools were missing is *not run*, never passed. Written by `tests/drills`.
"""


def keep(rows):
    """Put the rows in the place of earlier ones of the same drills."""
    kept = {key(row): row for row in read()}
    machine = described()
    for row in rows:
        kept[key(row)] = row | {"measured": machine}
    found = sorted(kept.values(), key=lambda row: ([int(part) for part in row["gate"].split(".")], *key(row)))
    FIGURES.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    REPORT.write_text(written(found), encoding="utf-8")


def read():
    return json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else []


def key(row):
    return row["name"], row["place"]


def written(rows):
    lines = [HEAD, "| gate | what | on | figure | limit | | measured |", "|---|---|---|--:|--:|---|---|"]
    for row in rows:
        figure = "–" if row["figure"] is None else f"{row['figure']:g}"
        remark = f"; {row['remark']}" if row["remark"] else ""
        measured = row["measured"]
        cells = (
            row["gate"],
            row["says"],
            row["place"],
            figure,
            f"{row['most']:g} {row['unit']}",
            f"{row['outcome']}{remark}".replace("|", "/").replace("\n", " "),
            f"{measured['date']}, {measured['commit']}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *machines(rows), ""])


def machines(rows):
    """On what the rows were measured, each machine and set of versions once."""
    found = {}
    for row in rows:
        measured = row["measured"]
        versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
        found[f"Measured on {measured['machine']}; {versions}."] = None
    return list(found)
