"""What README.md and docs/content.md count in the fixtures: ``python -m tests.counts`` writes the numbers."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
NUMBER = re.compile(r"\d[\d,]*")


def rows(plural):
    """The documents of a kind that readers can see."""
    found = json.loads((ROOT / f"fixtures/{plural}.json").read_text("utf-8"))
    return [document for document in found if document.get("state") != "withdrawn"]


def number(plural, **values):
    """How many documents of a kind have these values."""
    return sum(all(row[name] == value for name, value in values.items()) for row in rows(plural))


def in_readme():
    """What README counts, as the fixtures have it."""
    names = [path.stem for path in sorted((ROOT / "fixtures").glob("*.json"))]
    labels = [label for row in rows("concepts") for label in row["labels"]]
    languages = {label["language"] for label in labels}
    events = sum(len(row["events"]) for row in rows("instruments"))
    return [
        f"{sum(map(number, names)):,} records of {len(names)} kinds",
        f"| statements from project sources | {number('statements')} | practice patterns | {number('patterns')} |",
        f"| technologies, by {number('organisations')} organisations | {number('technologies')} "
        f"| legal instruments, with {events} events | {number('instruments')} |",
        f"| vocabulary concepts, with {len(labels):,} labels in {len(languages)} languages | {number('concepts')} "
        f"| practice cases, news items | {number('cases')}, {number('news')} |",
        f"| glossary terms | {number('glossary')} "
        f"| roadmap items, training modules | {number('roadmap')}, {number('training')} |",
        f"| ethical and legal issues | {number('issues')} | deliverables, workshops, situations "
        f"| {number('deliverables')}, {number('workshops')}, {number('situations')} |",
        f"of which {number('patterns')} were found",
    ]


def in_content():
    """What docs/content.md counts, as the fixtures have it."""
    technologies, patterns, statements = rows("technologies"), rows("patterns"), rows("statements")
    labels = sum(len(row["labels"]) for row in rows("concepts"))
    events = [event for row in rows("instruments") for event in row["events"]]
    by_editors = number("patterns", summary_basis="editorial-gloss-of-name")
    not_looked_for = sum("not looked for yet" in row["status_note"] for row in technologies)
    return [
        f"{len(technologies)} technologies are {number('technologies', provenance='project')} that a project source "
        f"names and {number('technologies', provenance='editorial')} comparable real ones.",
        f"{number('technologies', status='active')} are active, "
        f"{number('technologies', status='discontinued')} discontinued, "
        f"{number('technologies', status='unknown')} unknown; for {not_looked_for} of these nobody has looked",
        f"{len(patterns)} were found, {number('patterns', group='law-enforcement')} for law enforcement and "
        f"{number('patterns', group='citizens')} for citizens",
        f"the pattern's own page ({number('patterns', summary_basis='pattern-page')}), on other project text "
        f"({number('patterns', summary_basis='project-text')}), or explains the name only ({by_editors}); these "
        f"{sum('editorial text' in row['tags'] for row in patterns)} have",
        f"{sum(bool(row['locator']) for row in statements)} of {len(statements)} statements say where",
        f"**Labels:** {labels:,} in seven languages",
        f"of the {len(events)} events of {number('instruments')} instruments "
        f"{sum(event['verified'] is not True for event in events)} are not verified",
    ]


PAGES = {"README.md": in_readme, "docs/content.md": in_content}


def with_numbers(text, sentence):
    """A text in which this sentence has these numbers, wherever its lines are broken."""
    numbers = iter(NUMBER.findall(sentence))
    words = [NUMBER.sub(r"\\d[\\d,]*", re.escape(word)) for word in NUMBER.sub("0", sentence).split()]
    found = re.compile(r"\s+".join(words))
    return found.sub(lambda match: NUMBER.sub(lambda _: next(numbers), match[0]), text, count=1)


def main():
    for name, counted in PAGES.items():
        path = ROOT / name
        text = path.read_text("utf-8")
        for sentence in counted():
            text = with_numbers(text, sentence)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
