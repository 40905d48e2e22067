"""What the portal is made of: a bill of materials, the licences, whether there is something newer, known weaknesses.

    python -m tests.supply sbom          # CycloneDX 1.6, the same bytes each time
    python -m tests.supply licences      # what may run, and on what terms
    python -m tests.supply outdated      # direct dependencies of which there is a newer release
    python -m tests.supply advisories    # known weaknesses; without data it fails

All of it is read from the lock and from what installed packages say of themselves. The last two ask a registry.
"""

import json
import re
import subprocess
import sys
import tomllib
import uuid
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cyclonedx.spdx import is_expression, is_supported_id

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements/base.txt"
SCANNERS = ROOT / ".venv-scan/bin"
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)(?: ; ([^\\\n]+?))?(?: \\)?$", re.M)
# Of packages that are only there on other systems, or whose words name no licence of SPDX.
SAID_OTHERWISE = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "psycopg2-binary": "LGPL-3.0-or-later WITH exceptions",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
}
OF_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}


@dataclass(frozen=True)
class Package:
    """A package of the lock; ``where`` is the marker of systems that it is for."""

    name: str
    version: str
    where: str
    hashes: tuple[str, ...]

    @property
    def licence(self) -> str:
        return SAID_OTHERWISE.get(self.name) or licence_of(metadata.metadata(self.name))


def packages(text: str) -> list[Package]:
    """All packages of a lock."""
    found = list(PINNED.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [
        Package(
            match[1],
            match[2],
            match[3] or "",
            tuple(re.findall(r"sha256:([0-9a-f]{64})", text[match.end() : end])),
        )
        for match, end in zip(found, ends, strict=True)
    ]


def licence_of(said) -> str:
    """As a package's metadata state it: an expression of SPDX, a short text, or what classifiers say."""
    short = (said.get("License") or "").strip()
    if expression := said.get("License-Expression"):
        return expression
    if short and "\n" not in short and len(short) < 40:
        return short
    names = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    return " AND ".join(sorted({OF_CLASSIFIERS.get(name, name) for name in names})) or "unknown"


def terms(licence: str) -> dict:
    """A licence as the bill says it: by its identifier in SPDX, an expression of such, or its name."""
    if is_supported_id(licence):
        return {"license": {"id": licence}}
    return {"expression": licence} if is_expression(licence) else {"license": {"name": licence}}


def bill() -> dict:
    """The bill of materials. Its number follows from what it says, and it has no date, so that it is the same twice."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{package.name}@{package.version}",
            "name": package.name,
            "version": package.version,
            "purl": f"pkg:pypi/{package.name}@{package.version}",
            "licenses": [terms(package.licence)],
            "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
        }
        for package in packages(LOCK.read_text("utf-8"))
    ]
    root = {
        "type": "application",
        "bom-ref": project["name"],
        "name": project["name"],
        "version": project["version"],
    }
    made = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": root | {"licenses": [{"license": {"id": project["license"]}}]}},
        "components": components,
        "dependencies": [{"ref": project["name"], "dependsOn": [one["bom-ref"] for one in components]}],
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(made, sort_keys=True))
    return made | {"serialNumber": f"urn:uuid:{number}"}


def written(made: dict) -> str:
    return json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def licences() -> str:
    rows = [
        f"{package.name} {package.version}\t{package.licence}"
        for package in packages(LOCK.read_text("utf-8"))
    ]
    return "\n".join(rows) + "\n"


def direct() -> set[str]:
    """Names of the packages that requirements/base.in asks for."""
    text = (LOCK.with_suffix(".in")).read_text("utf-8")
    return {re.split(r"[\[<>=]", line)[0].lower() for line in text.splitlines() if line and line[0] != "#"}


def outdated() -> int:
    """Say which direct dependencies have a newer release; 1 where there are some, 2 where nobody could be asked."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--outdated", "--format=json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"Not known: {done.stderr.strip().splitlines()[-1:]}")
        return 2
    old = [row for row in json.loads(done.stdout) if row["name"].lower() in direct()]
    for row in old:
        print(f"{row['name']}: {row['version']}, the newest is {row['latest_version']}")
    print(f"{len(direct()) - len(old)} of {len(direct())} direct dependencies are the newest.")
    return 1 if old else 0


def advisories() -> int:
    """Known weaknesses of the lock. A check that had no data is a failure, never a pass."""
    program = SCANNERS / "pip-audit"
    if not program.exists():
        return no_advisories(".venv-scan has no pip-audit; run `make .venv-scan`")
    command = [
        *(program, "--strict", "--disable-pip", "--require-hashes", "-r", LOCK),
        *("--format", "json", "--progress-spinner", "off"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except ValueError:  # it broke off
        return no_advisories(f"no data: {done.stderr.strip().rpartition(chr(10))[2]}")
    weak = [row for row in rows if row["vulns"]]
    for row in weak:
        print(f"{row['name']} {row['version']}: {', '.join(one['id'] for one in row['vulns'])}")
    print(f"{len(weak)} of {len(rows)} packages have a known weakness.")
    return 1 if weak or not rows else 0


def no_advisories(why: str) -> int:
    print(f"Advisories: not run ({why}). This counts as failed.")
    return 2


def main(arguments) -> int:
    match arguments:
        case ["sbom"]:
            print(written(bill()), end="")
        case ["licences"]:
            print(licences(), end="")
        case ["outdated"]:
            return outdated()
        case ["advisories"]:
            return advisories()
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
