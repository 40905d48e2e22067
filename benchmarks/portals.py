"""The portals that are measured: this checkout and others, each with a database, and served as in earnest."""

import contextlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from benchmarks.load import Missing
from benchmarks.servers import free_port, running
from tests import postgres

HERE = Path(__file__).resolve().parent.parent
SERVED = Path(__file__).with_name("served")
WORKERS = 2
KEY = secrets.token_urlsafe(64)
FILL = "import django; django.setup(); from benchmarks.synthetic import fill; print(fill(int({size!r})))"
COMMAND_LINE = (
    "import json, sys; from media4sec.serving import serving; "
    "print(json.dumps(serving(sys.argv[1], {workers})))"
)
CHANGE = (
    "INSERT INTO publications_change (action, kind, identifier, at) "
    "SELECT 'updated', kind, identifier, CURRENT_TIMESTAMP FROM publications_publication "
    "WHERE state = 'published' AND kind = 'technology' ORDER BY id LIMIT 1"
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
            "INDEX_ROOT": str(self.folder / "index"),
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

    def fill(self, keep=None):
        """Make the tables and load the real content, or take the database that the same code filled before."""
        self.collect()
        path = Path(self.database.removeprefix("sqlite:///"))
        kept = (
            keep / f"{digest(self.checkout)}.sqlite3" if keep and self.database.startswith("sqlite") else None
        )
        if kept and kept.exists():
            shutil.copy(kept, path)
            return
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "load_records", "fixtures")
        if kept:
            self.query("VACUUM")
            keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, kept)

    def grow(self, size):
        """Add copies until there are about so many publications; says how many there are."""
        return int(self.run("-c", FILL.format(size=size)).split()[-1])

    def forget_files(self):
        """Remove what the portal has worked out and kept in files, so that it begins without."""
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in ("static", "media"):
                shutil.rmtree(path)

    def collect(self):
        self.run("manage.py", "collectstatic", "--verbosity", "0", "--no-input", "-i", "rest_framework")

    def query(self, statement):
        return query(self.database, statement)

    @contextlib.contextmanager
    def served(self, workers=WORKERS, path="/", **settings):
        """The portal as it is served in earnest, with some settings of the environment, once it answers the path."""
        port = free_port()
        command = json.loads(self.run("-c", COMMAND_LINE.format(workers=workers), f"http://127.0.0.1:{port}"))
        log = self.folder / "server.log"
        environment = self.environment(port) | settings
        with running(command, port, log, path=path, cwd=self.checkout, env=environment) as server:
            yield server

    def change(self):
        """Say that a record has changed, so that nothing made before counts any longer."""
        self.query(CHANGE)

    def commit(self):
        return commit_of(self.checkout)


def commit_of(checkout):
    """The commit that is checked out, with a plus where files differ from it."""
    git = ["git", "-C", str(checkout)]
    name = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True)
    return name.stdout.strip() + ("+" if changed.stdout.strip() else "")


def digest(checkout):
    """One value for all that a filled database is made by."""
    found = sha256()
    for folder in ("fixtures", "media4sec", "workshops", "catalogue", "ethics", "roadmap"):
        for path in sorted((checkout / folder).rglob("*")):
            if path.suffix in (".py", ".json"):
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


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
    try:
        postgres.find_binaries(), postgres.find_owner()
    except postgres.Missing as reason:
        raise Missing(str(reason)) from reason
    with postgres.server() as url:

        def database(name):
            query(url, f'CREATE DATABASE "{name}"')
            return url.removesuffix("/postgres") + f"/{name}"

        yield database
