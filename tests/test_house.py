"""What code of ours may not do, but in the few places that are named here with their reason.

ruff's rules of the family S (bandit's) forbid what is wrong everywhere; these are the rules of this house, as is that
of the one way out (tests/test_outgoing.py). What a list below names and the code no longer does must leave the list.
"""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("media4sec", "workshops", "catalogue", "ethics", "roadmap")

# Modules that run what they read, or read without a limit.
RUNS_WHAT_IT_READS = {"pickle", "marshal", "shelve", "dill", "yaml", "xml.dom", "xml.sax.expatreader", "code"}
UNPACKS = {"media4sec/records/bulk.py": "a nameless file of this process, which nobody else can open"}
# Names that Python or Django give to what has no place here.
FORBIDDEN_CALLS = ("eval", "exec", "__import__", "mark_safe", "SafeString", "RawSQL")

SAYS_IT_IS_SAFE = {
    "media4sec/drawing.py": "pictures, written by ElementTree, which escapes",
    "media4sec/portal/templating.py": "tags of ours around escaped words; JSON-LD without the signs of tags",
    "templates/admin/records/_fieldset.html": "help texts, which Django's admin treats as HTML and only code writes",
    "templates/admin/mfa/totp/activate_form.html": "a picture that the library draws of its own key",
    "templates/ethics/brief.html": "a square code, which segno draws of an address of ours",
}
NEEDS_NO_COOKIE = {
    "media4sec/corrections/views.py": "another protection, ADR 0018",
    "media4sec/writing/views.py": "the token alone opens anything",
    "media4sec/interchange/harvesting/oai.py": "a form that changes nothing",
    "ethics/answering.py": "a form that keeps nothing",
}
SPEAKS_SQL = {
    "media4sec/operations/checks.py": "how the database is set up",
    "media4sec/operations/health.py": "whether the database answers",
    "media4sec/operations/metrics.py": "whether it answers, and how far a replica is behind",
    "media4sec/patience.py": "how long a statement may take",
    "media4sec/read_only.py": "whether the database takes anything",
    "media4sec/silence.py": "whether the database answers",
    "media4sec/interchange/files/dumps.py": "which state of the database is read",
    "media4sec/accounts/told.py": "how long SQLite waits",
    "media4sec/records/audit.py": "digests of thousands of rows at once, and a lock",
    "media4sec/records/bulk.py": "thousands of rows at once",
    "media4sec/publications/models.py": "what every page of a record asks; how many hold a feature, up to a number",
    "media4sec/publications/version.py": "what every request asks, which takes longer to put together than to answer",
    "media4sec/records/workflow.py": "a lock",
    "media4sec/operations/backup_databases.py": "how databases copy and check themselves",
    "media4sec/operations/backup_facts.py": "rows of every table, also of those that no model knows",
    "media4sec/operations/management/commands/migrate.py": "limits of time",
    "media4sec/operations/privileges.py": "what roles may do",
}


def sources():
    """``[(name, syntax tree)]`` of all modules of the portal, migrations aside."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8")))
        for path in paths
        if "migrations" not in path.parts
    ]


SOURCES = sources()


def imported(tree):
    """Full names of all that a module imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def called(tree):
    """Last names of what a module calls or decorates with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def importers(modules):
    return {
        name
        for name, tree in SOURCES
        if any(module == one or module.startswith(f"{one}.") for module in imported(tree) for one in modules)
    }


def users(*names):
    return {name for name, tree in SOURCES if {*names} & {*called(tree)}}


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 200
    assert len(importers({"django.conf"})) > 20


def test_nothing_runs_what_it_reads():  # gate 5.7
    assert importers(RUNS_WHAT_IT_READS) == UNPACKS.keys()


@pytest.mark.parametrize("name", FORBIDDEN_CALLS)
def test_nobody_says(name):  # gates 4.5, 5.7
    calls = {
        path
        for path, tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) == name or getattr(node.func, "attr", None) == name)
    }

    assert calls == set()


def test_data_are_called_safe_in_few_places():  # gate 4.5
    templates = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape (off|false)", path.read_text("utf-8"))
    }

    assert users("Markup") | templates == SAYS_IT_IS_SAFE.keys()


def test_forms_without_the_cookie_are_few():  # gate 2.9
    assert users("csrf_exempt") - {"media4sec/portal/errors.py"} == NEEDS_NO_COOKIE.keys()


def test_statements_are_written_in_few_places():  # gate 5.7
    assert users("execute", "executemany") == SPEAKS_SQL.keys()


def test_no_statement_is_made_of_what_somebody_sent():  # gate 5.7
    """Values are given beside a statement, so none is put together by format() or %; what an f-string puts in is named
    by ruff's S608, line by line."""
    formatted = [
        f"{name}:{node.lineno}"
        for name, tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("execute", "executemany")
        for argument in node.args[:1]
        if (isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Mod))
        or (isinstance(argument, ast.Call) and getattr(argument.func, "attr", "") == "format")
    ]

    assert formatted == []
