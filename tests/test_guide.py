"""The guide for a new kind is true: followed to the letter, it makes one that works everywhere."""

import sys

import pytest

from tests import guide
from tests.tree import file_names

pytestmark = pytest.mark.slow

QUESTIONS = """
import json, pathlib
import django; django.setup()
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
# The new record, and of all others the one that it names.
fixtures, few = pathlib.Path("fixtures"), pathlib.Path("few")
few.mkdir()
theme = next(
    one for one in json.loads((fixtures / "themes.json").read_text()) if one["identifier"] == "riots-mass-gatherings"
)
names_others = ("lead_partner", "reports", "ethics_reports")
(few / "themes.json").write_text(json.dumps([{name: theme[name] for name in theme if name not in names_others}]))
(few / "milestones.json").write_text((fixtures / "milestones.json").read_text())
call_command("migrate", verbosity=0)
call_command("load_records", "few", verbosity=0)
get = Client().get
assert b"MS-001" in get("/milestones/").content
assert get("/milestones/?outcome=reached").status_code == 200, "an unused choice gives an empty list"
assert b"MS-001" not in get("/milestones/?outcome=reached").content
assert get("/milestones/?outcome=nonsense").status_code == 400
assert get("/api/v1/milestones?outcome=reached").json()["results"] == []
page = get("/de/milestones/MS-001-first-training/").content.decode()
assert "Milestone (de)" in page or "Milestones (de)" in page, "the German page speaks German"
assert get("/milestones/MS-001-first-training/").status_code == 200
assert get("/api/v1/milestones/MS-001").json()["subjects"][0]["id"] == "riots-mass-gatherings"
assert b"MS-001" in get("/search/?q=first+training+of+officers").content
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guide")
    guide.copied(folder)
    guide.follow(folder)
    return folder


def test_it_asks_for_little_code():
    code = [
        line
        for name, block in guide.steps().items()
        if name.endswith(".py")
        for line in block.splitlines()
        if line.strip()
    ]

    assert 30 < len(code) <= guide.MOST_LINES


def test_nothing_is_left_to_guess():
    text = guide.section()

    assert list(guide.steps()) == [
        "roadmap/choices.py",
        "roadmap/kinds.py",
        "roadmap/models.py",
        "roadmap/documents.py",
        "roadmap/admin.py",
        "fixtures/milestones.json",
    ]
    assert "makemigrations" in text
    assert "make messages" in text
    assert "make docs" in text


def test_the_new_kind_works(followed):
    guide.run(
        followed,
        sys.executable,
        "-c",
        QUESTIONS,
        DJANGO_SETTINGS_MODULE="media4sec.settings",
        DEBUG="true",
        BASE_URL="http://127.0.0.1",
        DATABASE_URL=f"sqlite:///{followed}/guide.sqlite3",
        PYTHONPATH=str(followed),
    )


def test_the_code_is_as_the_checks_want_it(followed):
    guide.run(followed, ".venv/bin/ruff", "check", "--fix", "--quiet", "roadmap")
    guide.run(followed, ".venv/bin/lint-imports", "--no-cache")
    before = {name for name in file_names() if name.startswith("media4sec/")}
    after = {path.relative_to(followed).as_posix() for path in (followed / "media4sec").rglob("*.*")}
    changed = [name for name in before if (followed / name).read_bytes() != (guide.ROOT / name).read_bytes()]
    assert changed == [], "nothing shared changes"
    assert {name for name in after if "__pycache__" not in name} <= before, "and nothing comes to it"


def test_the_contract_of_kinds_is_kept(followed):
    """The tests that ask the same of every kind, of this one; and those of the docs and of the languages' files."""
    files = [f"tests/test_{name}.py" for name in ("every_kind", "docs", "languages_messages")]
    # Pages with the real content, which would have to be loaded here first, know nothing of the new kind.
    asked = "(milestone or test_docs or test_languages_messages) and not nothing_is_forgotten"
    options = ["-q", "-n", "0", "--no-migrations", "-p", "no:cacheprovider", "-k", asked]
    guide.run(followed, ".venv/bin/python", "-m", "pytest", *options, *files)
