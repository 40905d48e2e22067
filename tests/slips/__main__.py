"""Make each slip in a copy of the working tree, and see whether its tests notice.

``python -m tests.slips`` runs all of them, ``python -m tests.slips lists versions/old-version`` those of an area or
with a name; ``--list`` shows them. It ends with 1 if a slip passes unnoticed or cannot be made.

A slip names no file: its old text is looked for in all of the product, and must stand there once. Without a slip, all
the tests pass, which is tried first: what fails later fails because of the slip.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.slips.table import SLIPS
from tests.tree import file_names

ROOT = Path(__file__).resolve().parent.parent.parent
# What makes the product, and how it is built and tested; tests themselves and texts are no place for slips.
PRODUCT = ("media4sec", "workshops", "catalogue", "ethics", "roadmap", "templates", "static", ".ci")
PRODUCT += ("Makefile", "pyproject.toml", "tests/conftest.py", "tests/postgres.py")
NO_CODE = (".po", ".mo", ".png", ".svg", ".woff2", ".ttf", ".ico")
MOST_SECONDS = 600


class NotMade(Exception):
    """A slip cannot be made: the product has moved on, and the table must follow."""


def copy_tree(folder):
    """The working tree without what can be made again; packages and the content that is kept come along."""
    for name in file_names():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    for path in ROOT.glob("locale/*/LC_MESSAGES/django.mo"):
        shutil.copy2(path, folder / path.relative_to(ROOT))
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    if (ROOT / "var" / "test-content").is_dir():
        shutil.copytree(ROOT / "var" / "test-content", folder / "var" / "test-content")


def product(folder):
    """{path: text} of all files that a slip may be in."""
    names = [name for name in file_names() if name.startswith(PRODUCT) and not name.endswith(NO_CODE)]
    return {folder / name: (folder / name).read_text("utf-8") for name in names}


def place_of(slip, texts):
    """The one file in which the old text of a slip stands, and stands once."""
    found = [path for path, text in texts.items() for _ in range(text.count(slip.old))]
    if len(found) != 1:
        raise NotMade(f"its old text stands {len(found)} times in the product")
    return found[0]


def run(folder, tests, *, database="", seconds=None, **environment):
    """The exit code of pytest, and the end of what it said; who takes too long has failed."""
    command = [".venv/bin/python", "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:randomly"]
    # What takes as long to begin as most of the tests, and is of no use to any of them.
    command += ["-p", "no:schemathesis", "-p", "no:faker"]
    command += ["-p", "no:cacheprovider", "--no-migrations", *tests]
    if database == "postgresql":
        command = [".venv/bin/python", "-m", "tests.postgres", "--", *command]
    # What is missing on this machine fails: a test that is skipped notices nothing.
    given = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
    given["CI"] = "true"
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=given | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, f"no answer within {seconds} seconds"
    return done.returncode, done.stdout[-3000:]


def make(slip, folder, texts):
    """What becomes of a slip: “caught”, “MISSED”, or why it cannot be told."""
    try:
        path = place_of(slip, texts)
    except NotMade as error:
        return f"NOT MADE: {error}"
    before = path.stat()
    path.write_text(texts[path].replace(slip.old, slip.new), "utf-8")
    # Compiled modules are known by the time of their source, to the second.
    os.utime(path, (before.st_atime, before.st_mtime + 10))
    # What is compiled now would be taken for the original later; the content is that of the run without slips.
    kept = [str(path) for path in (folder / "var" / "test-content").glob("*.sqlite3")]
    environment = {"PYTHONDONTWRITEBYTECODE": "1", "TEST_CONTENT": "".join(kept[:1])}
    try:
        code, says = run(folder, slip.tests, database=slip.database, seconds=MOST_SECONDS, **environment)
    finally:
        path.write_text(texts[path], "utf-8")
        os.utime(path, (before.st_atime, before.st_mtime))
    return {0: "MISSED", 1: "caught"}.get(code, f"NOT TOLD: pytest ended with {code}\n{says}")


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.slips", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="areas, or area/name; all without any")
    parser.add_argument("--list", action="store_true", help="show the slips and their tests, and make none")
    options = parser.parse_args()
    slips = [slip for slip in SLIPS if not options.names or {slip.area, slip.name} & {*options.names}]
    if unknown := {*options.names} - {name for slip in SLIPS for name in (slip.area, slip.name)}:
        parser.error(f"no such slip: {', '.join(sorted(unknown))}")
    if options.list:
        for slip in slips:
            print(slip.name, *slip.tests, sep="\n    ")
        return 0

    with tempfile.TemporaryDirectory(prefix="media4sec-slips-") as name:
        folder = Path(name)
        copy_tree(folder)
        texts = product(folder)
        for database in dict.fromkeys(slip.database for slip in slips):
            tests = dict.fromkeys(test for slip in slips if slip.database == database for test in slip.tests)
            code, says = run(folder, tests, database=database)
            if code:
                print(f"Without any slip, pytest ends with {code}:\n{says}")
                return 1
        results = []
        for slip in slips:
            start = time.monotonic()
            results.append(make(slip, folder, texts))
            print(f"{slip.name}: {results[-1]} ({time.monotonic() - start:.0f} s)", flush=True)
    caught = results.count("caught")
    print(f"{caught} of {len(slips)} slips were caught.")
    return 0 if caught == len(slips) else 1


if __name__ == "__main__":
    sys.exit(main())
