"""`python -m tests.release [--report FILE]`: everything that a release consists of, made twice and compared.

Into var/release/: the source as git has it, the bill of materials, the licences, a report of the tests if one is given
(pytest's --junit-xml), and SHA256SUMS. Only what is committed is released.
"""

import argparse
import gzip
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

from tests import supply

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "var" / "release"


class NotReleased(Exception):
    """The message says why."""


def git(*arguments) -> bytes:
    command = ["git", "-c", f"safe.directory={ROOT}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout


def name_of() -> str:
    """“media4sec-0.1.0-72613a4”: the version, and the commit that it is."""
    project = tomllib.loads(git("show", "HEAD:pyproject.toml").decode())["project"]
    return f"{project['name']}-{project['version']}-{git('rev-parse', '--short=12', 'HEAD').decode().strip()}"


def source(name: str) -> bytes:
    """The committed files, packed so that neither the machine nor the moment shows: times are the commit's."""
    at = int(git("log", "-1", "--format=%ct"))
    plain = git("-c", "tar.umask=0022", "archive", "--format=tar", f"--prefix={name}/", "HEAD")
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=at, compresslevel=9) as packed:
        packed.write(plain)
    return out.getvalue()


def parts(name: str) -> dict[str, bytes]:
    """``{file name: bytes}`` of a release."""
    return {
        f"{name}.tar.gz": source(name),
        f"{name}.cdx.json": supply.written(supply.bill()).encode(),
        f"{name}.licences.txt": supply.licences().encode(),
    }


def sums(files: dict[str, bytes]) -> str:
    """As ``sha256sum --check`` reads them."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())
    )


def make(report: Path | None = None) -> dict[str, bytes]:
    """A release; raises where something is not committed, or the second is not the first."""
    if git("status", "--porcelain", "--untracked-files=no").strip():
        raise NotReleased("Something is not committed.")
    name = name_of()
    first, second = parts(name), parts(name)
    if differing := [part for part in first if first[part] != second[part]]:
        raise NotReleased(f"Made twice, these differ: {', '.join(differing)}.")
    with tarfile.open(fileobj=io.BytesIO(first[f"{name}.tar.gz"])) as archive:
        if f"{name}/manage.py" not in archive.getnames():
            raise NotReleased("The archive holds no portal.")
    if report:
        first[f"{name}.tests.xml"] = report.read_bytes()
    for measured in ("reliability.md", "performance.md"):
        if (ROOT / "docs" / measured).exists():
            first[f"{name}.{measured}"] = git("show", f"HEAD:docs/{measured}")
    return first | {"SHA256SUMS": sums(first).encode()}


def main(arguments) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.release", description=__doc__)
    parser.add_argument("--report", type=Path, help="of the tests, as pytest --junit-xml writes it")
    asked = parser.parse_args(arguments)
    try:
        files = make(asked.report)
    except NotReleased as error:
        print(error)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
        print(f"{len(content):>12,}  {name}")
    if not asked.report:
        print("Report of the tests: none was given (--report).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
