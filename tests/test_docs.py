"""The documentation says what the code says, and its links lead somewhere."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from media4sec.interchange.management.commands.describe_filters import filters_page
from media4sec.kinds import COMMON_FACETS, kinds
from media4sec.records.management.commands.describe_data_model import describe
from media4sec.records.models import model_of
from tests import counts
from tests.tree import project_files

ROOT = Path(settings.BASE_DIR)
# In pieces, as this file is searched like the others.
ELSEWHERE = ["/" + "work/", "../" + "shared", "." + "library/"]


def real_kinds():
    """The portal's own kinds, without those that only the tests install."""
    return [kind for kind in kinds() if not model_of(kind.name).__module__.startswith("tests.")]


def pages():
    return [path for path in project_files() if path.suffix == ".md"]


def anchors_of(path):
    """The anchors that headings get on code-hosting sites."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_data_model_is_what_the_command_prints():
    committed = (ROOT / "docs/data-model.md").read_text("utf-8")

    assert committed == describe(real_kinds()), (
        "The data model has changed: run `make docs` and commit the result."
    )


def test_filters_of_the_api_are_what_the_command_prints():
    committed = (ROOT / "docs/api-filters.md").read_text("utf-8")

    assert committed == filters_page(real_kinds()), "Run `make docs` and commit the result."
    assert (
        "| `technology` | `/api/v1/technologies` | `/technologies/` | `Technology` | `theme` → `themes`"
        in committed
    )


def test_command_prints_all_kinds():
    printed = StringIO()

    call_command("describe_data_model", stdout=printed)

    assert printed.getvalue() == describe(kinds())


@pytest.mark.parametrize("kind", real_kinds(), ids=lambda kind: kind.name)
def test_data_model_has_the_kind_with_its_facets(kind):
    page = (ROOT / "docs/data-model.md").read_text("utf-8")

    section = re.search(rf"^### {re.escape(str(kind.names.one))}\n(.*?)(?=^##)", page, flags=re.M | re.S)[1]

    assert f"name `{kind.name}`" in section
    facets = [
        line.split("`")[1]
        for line in section.partition("Facets of its own")[2].splitlines()
        if line[:3] == "| `"
    ]
    assert facets == [facet.name for facet in kind.listed.facets]


def test_data_model_has_the_facets_of_every_list():
    page = (ROOT / "docs/data-model.md").read_text("utf-8")

    assert [facet.name for facet in COMMON_FACETS if f"| `{facet.name}` | {facet.title} |" not in page] == []


def test_readme_begins_with_the_two_commands():
    readme = (ROOT / "README.md").read_text("utf-8")

    commands = re.findall(r"^make (\w+)", readme.partition("```\n")[2], flags=re.M)

    assert commands[:2] == ["run", "test"]


def test_every_make_command_in_the_documentation_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.M))

    named = {
        (path.name, command)
        for path in pages()
        for command in re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text("utf-8"), flags=re.M)
    }

    assert named
    assert {(name, command) for name, command in named if command not in targets} == set()


@pytest.mark.parametrize("page", counts.PAGES)
def test_documentation_counts_what_the_fixtures_contain(page):
    text = " ".join((ROOT / page).read_text("utf-8").split())

    missing = [sentence for sentence in counts.PAGES[page]() if sentence not in text]

    assert missing == [], f"The fixtures have changed: run `make docs`. {page} should say: {missing}"


def test_changelog_has_an_unreleased_section():
    assert "\n## Unreleased\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_decision_is_in_the_list():
    folder = ROOT / "docs/adr"
    listed = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text("utf-8"))

    assert listed == sorted(path.name for path in folder.glob("0*.md"))


@pytest.mark.parametrize("page", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        place = (page.parent / name).resolve() if name else page
        if not place.exists() or (anchor and anchor not in anchors_of(place)):
            dead.append(target)

    assert dead == []


def test_no_file_points_outside_the_project():
    pointing = []
    for path in project_files():
        content = path.read_bytes()
        pointing += [(str(path.relative_to(ROOT)), text) for text in ELSEWHERE if text.encode() in content]

    assert pointing == []
