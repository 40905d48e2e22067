"""Other people's tools and the API: linters of its description, and clients that are generated from it."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from media4sec.front.api import schema
from media4sec.kinds import kinds
from media4sec.publications.models import Publication
from tests.conftest import find_api_tools, not_run
from tests.factories import one_of_every_kind

QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


@pytest.fixture
def description(tmp_path):
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(schema(), ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def tool(tmp_path):
    """A function that runs one of the tools, away from settings of ours."""
    folder = find_api_tools() or not_run("no tools for OpenAPI, API_TOOLS names none")

    def run(command, *arguments):
        return subprocess.run(
            [Path(folder, command), *arguments],
            env=os.environ | QUIET,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=180,
        )

    return run


def test_redocly_has_nothing_to_say(tool, description):
    found = tool("redocly", "lint", description, "--format=json")

    assert json.loads(found.stdout)["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}


def test_spectral_has_nothing_to_say(tool, description):
    rules = description.with_name("rules.yaml")
    rules.write_text('extends: ["spectral:oas"]\n')

    found = tool("spectral", "lint", description, "--ruleset", rules, "--quiet", "--format=json")

    assert json.loads(found.stdout) == []


TYPED = """
import type { components, paths } from "./api"
export const known: components["schemas"]["Technology"]["status"] = "active"
// @ts-expect-error: no such value
export const unknown: components["schemas"]["Technology"]["status"] = "alive"
type Found = paths["/api/v1/search"]["get"]["responses"]["200"]["content"]["application/json"]
export const texts = (found: Found): string[] => found.results.map((hit) => hit.passages[0].pieces[0].text)
"""


@pytest.mark.slow
def test_types_are_generated_and_right(tool, description):
    made = tool("openapi-typescript", description, "--output", "api.d.ts")
    assert made.returncode == 0, made.stderr
    description.with_name("use.ts").write_text(TYPED)

    checked = tool("tsc", "--noEmit", "--strict", "use.ts")

    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.once
@pytest.mark.slow
def test_a_generated_client_reads_every_collection(client, application, description, tmp_path, monkeypatch):
    one_of_every_kind()
    generated = tmp_path / "knowledge_base"
    run = subprocess.run(
        [
            *(Path(sys.executable).with_name("openapi-python-client"), "generate", "--meta", "none"),
            *("--path", description, "--output-path", generated),
        ],
        env=os.environ
        | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},  # it formats with ruff
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (run.returncode, "arning" in run.stdout + run.stderr) == (0, False), run.stdout + run.stderr
    monkeypatch.syspath_prepend(tmp_path)
    reader = importlib.import_module("knowledge_base").Client(
        "http://testserver", httpx_args={"transport": httpx.WSGITransport(application)}
    )
    folders = {path.stem: path.parent.name for path in generated.glob("api/*/*.py")}

    def ask(operation, **parameters):
        module = importlib.import_module(f"knowledge_base.api.{folders[operation]}.{operation}")
        return module.sync(client=reader, **parameters)

    for kind in kinds():
        page = ask(f"list_{kind.plural.replace('-', '_')}", limit=200)
        shape = "".join(part.title() for part in kind.name.split("-"))
        rows = Publication.objects.of(kind.name).order_by("pk")
        assert [record.identifier for record in page.results] == [row.identifier for row in rows]
        assert {type(record).__name__ for record in page.results} == {shape}
        record = ask(f"get_{kind.name.replace('-', '_')}", identifier=page.results[0].identifier)
        assert record.to_dict() == page.results[0].to_dict()
    assert ask("root").kinds[0].kind == kinds()[0].name
    assert ask("search", q="number").results
    assert ask("facets_of_search").facets
    assert ask("list_changes", limit=5).has_more
