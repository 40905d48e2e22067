"""Follows “Adding a kind of record” in CONTRIBUTING.md to the letter, in a copy of the project.

``python -m tests.guide`` then runs the tests of the quick lane there; ``make guide``.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.pofile import read_po, write_po

from tests.tree import file_names

ROOT = Path(__file__).parent.parent
STEP = re.compile(r"^\*\*\d+\. `([\w/.]+)`.*?^```\w+\n(.*?)^```$", flags=re.M | re.S)
MIGRATION = re.compile(r"^\*\*6\. The migration:\*\* `([^`]+)`", flags=re.M)
MOST_LINES = 60  # of Python by hand


def section():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    return text.partition("## Adding a kind of record\n")[2].partition("\n## ")[0]


def steps():
    """``{file: what is added to it}``"""
    return dict(STEP.findall(section()))


def copied(folder):
    """The project's files, with this environment's packages."""
    for name in file_names():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)


def run(folder, *command, **environment):
    """A command there, with nothing of this process's own settings."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DATABASE_URL", "TEST_DATABASE_URL")
        and not name.startswith("PYTEST_")
    }
    subprocess.run(
        command, cwd=folder, env=clean | environment, check=True, stdout=sys.stderr, stderr=subprocess.STDOUT
    )


def manage(folder, *arguments):
    run(
        folder,
        ".venv/bin/python",
        "manage.py",
        *arguments,
        DEBUG="true",
        BASE_URL="http://127.0.0.1",
        DATABASE_URL="sqlite://:memory:",
    )


def follow(folder):
    """Take all steps in this copy."""
    for name, block in steps().items():
        path = folder / name
        if path.suffix == ".json":
            json.loads(block)
            path.write_text(block, "utf-8")
        else:
            path.write_text(added(path.read_text("utf-8"), block), "utf-8")
    kinds = folder / "roadmap/kinds.py"
    text = kinds.read_text("utf-8")
    (before,) = re.findall(r"^KINDS = \(.*?\)$", text, flags=re.M)
    # “Add it to KINDS”, which comes last in the file.
    text = text.replace(before, "").rstrip("\n") + "\n\n" + before.replace(")", ", MILESTONE)") + "\n"
    kinds.write_text(text, "utf-8")
    run(folder, "make", "-s", "setup")
    (migration,) = MIGRATION.findall(section())
    manage(folder, *migration.partition("manage.py ")[2].split())
    run(folder, "make", "-s", "messages")
    for path in (folder / "locale").glob("*/LC_MESSAGES/django.po"):
        translate(path)
    run(folder, "make", "-s", "messages")
    run(folder, "make", "-s", "docs")


def added(text, block):
    """A file with a block at its end, and the block's imports at the top."""
    lines = block.splitlines(keepends=True)
    imports = [line for line in lines if re.match(r"(from|import) ", line)]
    rest = "".join(line for line in lines if line not in imports).strip("\n")
    head, first, tail = (
        re.split(r"(?m)^(?=(?:from|import) )()", text, maxsplit=1) if imports else (text, "", "")
    )
    return (
        head
        + "".join(imports)
        + first
        + tail.rstrip("\n")
        + ("\n" if not imports else "")
        + f"\n\n\n{rest}\n"
    )


def translate(path):
    """Every text without a translation gets one: itself, and the language."""
    code = path.parent.parent.name
    with path.open("rb") as file:
        catalog = read_po(file, locale=code)
    for message in catalog:
        if message.id and not message.pluralizable and not message.string:
            message.string = f"{message.id} ({code})"
        elif message.id and message.pluralizable and not all(message.string):
            message.string = (f"{message.id[1]} ({code})",) * catalog.num_plurals
    with path.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, include_lineno=False)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied(folder)
        follow(folder)
        run(folder, ".venv/bin/python", "-m", "pytest", "-q", "-n", "auto", "--no-migrations", "--quick")


if __name__ == "__main__":
    main()
