"""What operators are told to do can be done: commands, settings and pages that the docs name are there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parent.parent
OPERATIONS = ROOT / "docs" / "operations"
RUNBOOKS = OPERATIONS / "runbooks"
PAGES = sorted(OPERATIONS.rglob("*.md"))
# What breaks (gates 6.8 to 6.20), and the page that says what to do.
LINES = {
    "6.8": "database-away",
    "6.9": "primary-lost",
    "6.10": "read-only",
    "6.11": "redis-away",
    "6.12": "disk-full",
    "6.13": "slow-clients",
    "6.14": "node-lost",
    "6.15": "stopping",
    "6.16": "new-release",
    "6.17": "jobs",
    "6.18": "others-hang",
    "6.19": "crowd",
    "6.20": "portal-gone",
}
COMMAND = re.compile(r"manage\.py (\w+)((?: --[\w-]+| [A-Z/:][^\s`]*)*)")


def name_of(page):
    return page.relative_to(OPERATIONS).as_posix()


def runbooks():
    return [page for page in sorted(RUNBOOKS.glob("*.md")) if page.name != "README.md"]


# gate 6.24
def test_there_is_a_page_for_each_thing_that_breaks():
    names = {page.stem for page in runbooks()}

    assert set(LINES.values()) < names
    listed = re.findall(r"\]\(([\w-]+)\.md\)", (RUNBOOKS / "README.md").read_text("utf-8"))
    assert sorted(listed) == sorted(names)


# gate 6.24
@pytest.mark.parametrize("page", runbooks(), ids=lambda page: page.stem)
def test_a_runbook_says_what_to_do_and_when_it_is_over(page):
    text = page.read_text("utf-8")

    assert text.startswith("# ")
    assert "**Do" in text
    assert "**It is over when**" in text


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_are_there_with_their_options(page):
    for name, more in COMMAND.findall(page.read_text("utf-8")):
        assert name in get_commands(), f"manage.py {name}"
        app = get_commands()[name]
        command = app if not isinstance(app, str) else load_command_class(app, name)
        known = {
            text
            for action in command.create_parser("manage.py", name)._actions
            for text in action.option_strings
        }
        for option in re.findall(r"--[\w-]+", more):
            assert option in known, f"manage.py {name} {option}"


@pytest.mark.parametrize("page", [OPERATIONS / "backup.md", *runbooks()], ids=name_of)
def test_settings_are_there(page):
    known = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.M))
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", page.read_text("utf-8")))

    assert named - {"TMPDIR"} <= known
