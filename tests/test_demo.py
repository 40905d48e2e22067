"""`make run`: from an empty folder to a portal with its content, and again after the files have changed."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
# The command as it is, with a small content and a place of its own for what it writes.
PROGRAM = """
import sys
from pathlib import Path
import django
from django.conf import settings
from django.core.management import call_command

here = Path(sys.argv[1])
settings.BASE_DIR, settings.VAR_DIR, settings.STATIC_ROOT = here, here / "var", here / "var" / "static"
settings.STATICFILES_DIRS = [here / "static"]
django.setup()
call_command("demo", no_serve=True)

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from media4sec.publications.models import Publication

if edited := sys.argv[2:]:
    from tests.factories import fresh, publish, save
    from media4sec.records.documents.reading import working_document
    from workshops.models import Theme

    row = Theme.objects.get(title=edited[0])
    publish(save(working_document(row) | {"title": edited[1]}, "theme", row))

executor = MigrationExecutor(connection)
assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
print(sorted(Publication.objects.published().values_list("title", flat=True)))
"""


def demo(folder, *edited):
    """What the command says, and the titles that readers see then, or once somebody has ``edited`` one."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), *edited],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "media4sec.settings",
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
            "SECRET_KEY": secrets.token_urlsafe(64),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    *said, titles = result.stdout.splitlines()
    return "Loading the content …" in said, titles


def theme(number, title):
    return {"identifier": f"theme-{number}", "slug": "", "title": title, "order": number}


def test_it_loads_what_has_changed_and_nothing_else(tmp_path):
    fixtures, static = tmp_path / "fixtures", tmp_path / "static"
    fixtures.mkdir()
    static.mkdir()
    (static / "own.css").write_text("p {}", "utf-8")

    def write(*themes):
        (fixtures / "themes.json").write_text(json.dumps(themes), "utf-8")

    write(theme(1, "Dark web"))
    assert demo(tmp_path) == (True, "['Dark web']")
    assert list((tmp_path / "var" / "static").glob("own.*.css"))

    assert demo(tmp_path) == (False, "['Dark web']")

    write(theme(1, "Dark web"), theme(2, "Riots"))
    (static / "other.css").write_text("p {}", "utf-8")
    assert demo(tmp_path) == (True, "['Dark web', 'Riots']")
    assert list((tmp_path / "var" / "static").glob("other.*.css"))

    (tmp_path / "portal.sqlite3").unlink()
    assert demo(tmp_path) == (True, "['Dark web', 'Riots']")


def test_it_never_touches_what_was_edited(tmp_path):
    fixtures = tmp_path / "fixtures"
    fixtures.mkdir()
    (tmp_path / "static").mkdir()

    def write(*themes):
        (fixtures / "themes.json").write_text(json.dumps(themes), "utf-8")

    write(theme(1, "Dark web"), theme(2, "Riots"))
    assert demo(tmp_path, "Dark web", "Edited here") == (True, "['Edited here', 'Riots']")

    write(theme(1, "Darker web"), theme(2, "Riots and crowds"))
    assert demo(tmp_path) == (True, "['Edited here', 'Riots and crowds']")
