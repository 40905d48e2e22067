"""The portals that are measured: this checkout and others, each with a database, and served as in earnest."""

import contextlib
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from benchmarks.servers import free_port, running

HERE = Path(__file__).resolve().parent.parent
SERVED = Path(__file__).with_name("served")
WORKERS = 2
KEY = secrets.token_urlsafe(64)
FILL = "import django; django.setup(); from benchmarks.synthetic import fill; print(fill(int({size!r})))"
COMMAND_LINE = (
    "import json, sys; from media4sec.serving import serving; "
    "print(json.dumps(serving(sys.argv[1], {workers})))"
)


class Portal:
    """A checkout with a database of its own."""

    def __init__(self, checkout, database, folder):
        self.checkout, self.database, self.folder = Path(checkout).resolve(), database, Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        venv = self.checkout / ".venv" / "bin" / "python"
        self.python = str(venv) if venv.exists() else sys.executable

    def environment(self, port=80):
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "measured_settings",
            "PYTHONPATH": str(SERVED),
            "MEASURED_VAR": str(self.folder),
            "BASE_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": self.database,
            "SECRET_KEY": KEY,
        }

    def run(self, *arguments):
        """What a Python command says, in this checkout and with its database."""
        command = [self.python, *arguments]
        answer = subprocess.run(
            command, cwd=self.checkout, env=self.environment(), capture_output=True, text=True
        )
        if answer.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed in {self.checkout}:\n{answer.stderr[-4000:]}")
        return answer.stdout

    def fill(self, size=0):
        """Load the real content, then copies of it until there are ``size`` publications."""
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "load_records", "fixtures")
        self.collect()
        if size:
            self.run("-c", FILL.format(size=size))

    def collect(self):
        self.run("manage.py", "collectstatic", "--verbosity", "0", "--no-input", "-i", "rest_framework")

    def query(self, statement):
        return query(self.database, statement)

    @contextlib.contextmanager
    def served(self, workers=WORKERS):
        port = free_port()
        command = json.loads(self.run("-c", COMMAND_LINE.format(workers=workers), f"http://127.0.0.1:{port}"))
        log = self.folder / "server.log"
        with running(command, port, log, cwd=self.checkout, env=self.environment(port)) as server:
            yield server

    def change(self):
        """Say that a record has changed, so that nothing made before counts any longer."""
        self.query(
            "INSERT INTO publications_change (action, kind, identifier, at) "
            "SELECT 'updated', kind, identifier, CURRENT_TIMESTAMP FROM publications_publication "
            "WHERE state = 'published' AND kind = 'technology' ORDER BY id LIMIT 1",
        )

    def commit(self):
        """The commit that is checked out, with a plus where files differ from it."""
        git = ["git", "-C", str(self.checkout)]
        name = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
        changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True)
        return name.stdout.strip() + ("+" if changed.stdout.strip() else "")


def query(database, statement):
    """The rows of a statement, in a database that Django of this process is not connected to."""
    if database.startswith("sqlite"):
        link = sqlite3.connect(urlsplit(database).path.removeprefix("/"), timeout=60, isolation_level=None)
    else:
        link = psycopg2.connect(database)
        link.autocommit = True
    with contextlib.closing(link):
        cursor = link.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def databases(vendor, folder):
    """A function that names a new, empty database: ``database(name)``."""
    if vendor == "sqlite":
        yield lambda name: f"sqlite:///{Path(folder).resolve() / name}.sqlite3"
        return
    from tests.postgres import server

    with server() as url:

        def database(name):
            query(url, f'CREATE DATABASE "{name}"')
            return url.removesuffix("/postgres") + f"/{name}"

        yield database
