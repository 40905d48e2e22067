"""What the portal is made of is known: every package with its digest and licence, and none on terms that bind us."""

import json
import re
from email.message import Message

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests import supply
from tests.supply import LOCK, PINNED, bill, direct, licence_of, packages, written

LOCKED = packages(LOCK.read_text("utf-8"))


def test_every_package_of_the_lock_is_read():
    lines = [line for line in LOCK.read_text("utf-8").splitlines() if re.match(r"[a-z].*==", line)]

    assert len(LOCKED) == len(lines) > 40
    assert [package.name for package in LOCKED if not package.hashes] == []
    assert direct() <= {package.name for package in LOCKED}


def test_the_bill_of_materials_names_every_package_of_the_lock():  # gate 5.5
    made = bill()

    assert {(one["name"], one["version"]) for one in made["components"]} == {
        (one.name, one.version) for one in LOCKED
    }
    assert all(one["hashes"] and one["licenses"] for one in made["components"])
    assert [one.name for one in LOCKED if one.licence == "unknown"] == []
    assert made["metadata"]["component"]["name"] == "media4sec"


def test_the_bill_of_materials_is_as_the_schema_of_its_standard_says():  # gate 5.5
    made, judge = bill(), JsonStrictValidator(SchemaVersion.V1_6)

    assert judge.validate_str(written(made)) is None
    made["components"][0]["licenses"] = [{"license": {"id": "no such licence"}}]
    assert judge.validate_str(written(made)) is not None
    assert judge.validate_str(written(bill() | {"made_by": "us"})) is not None


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("BSD-3-Clause", {"license": {"id": "BSD-3-Clause"}}),
        ("MIT OR Apache-2.0", {"expression": "MIT OR Apache-2.0"}),
        ("BSD", {"license": {"name": "BSD"}}),
    ],
)
def test_the_bill_says_a_licence_by_its_identifier_where_it_has_one(licence, said):  # gate 5.5
    assert supply.terms(licence) == said


def test_the_bill_of_materials_is_the_same_twice():  # gates 5.5, 5.6
    first, second = written(bill()), written(bill())

    assert first == second
    assert "timestamp" not in first
    assert json.loads(first)["serialNumber"].startswith("urn:uuid:")


def test_nothing_at_run_time_has_a_licence_that_binds_us():  # gate 5.5
    """The GPL and the AGPL would bind whoever passes the portal on; the LGPL binds only its own library."""
    bound = {one.name: one.licence for one in LOCKED if re.search(r"(?<!L)A?GPL|General Public", one.licence)}

    assert bound == {}


def test_each_dependency_says_what_it_is_for():  # gate 5.5
    for name in ("base.in", "dev.in", "scan.in", "pip.in"):
        lines = (LOCK.parent / name).read_text("utf-8").splitlines()
        wanted = [number for number, line in enumerate(lines) if line and line[0] not in "#-"]
        unsaid, has_reason = [], False
        for number, line in enumerate(lines):
            if line.startswith("#"):
                has_reason = True
            elif not line:
                has_reason = False
            elif number in wanted and not has_reason:
                unsaid.append(line)
        assert wanted
        assert unsaid == []


@pytest.mark.parametrize(
    ("name", "least"), [("base.txt", 40), ("dev.txt", 40), ("scan.txt", 40), ("pip.txt", 1)]
)
def test_locks_name_each_package_once_with_digests_and_no_address(name, least):  # gate 5.5
    text = (LOCK.parent / name).read_text("utf-8")
    found = packages(text)

    assert len(found) >= least
    assert [package.name for package in found if not package.hashes] == []
    assert len({package.name for package in found}) == len(found)
    assert "://" not in text


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ({"License-Expression": "MIT OR Apache-2.0", "License": "x"}, "MIT OR Apache-2.0"),
        ({"License": "BSD-3-Clause"}, "BSD-3-Clause"),
        ({"License": "Permission is hereby\ngranted"}, "unknown"),
        ({"Classifier": "License :: OSI Approved :: ISC License (ISCL)"}, "ISC"),
        ({"Classifier": "License :: OSI Approved :: GPL version 3"}, "GPL version 3"),
        ({}, "unknown"),
    ],
)  # fmt: skip
def test_a_licence_is_read_as_it_is_stated(said, licence):
    stated = Message()
    for name, value in said.items():
        stated[name] = value

    assert licence_of(stated) == licence


def test_advisories_without_data_are_a_failure(monkeypatch, tmp_path, capsys):  # gate 5.5
    monkeypatch.setattr(supply, "SCANNERS", tmp_path)
    assert supply.main(["advisories"]) == 2
    program = tmp_path / "pip-audit"
    program.write_text("#!/bin/sh\necho 'cannot reach the feed of vulnerabilities' >&2; exit 1\n")
    program.chmod(0o755)
    assert supply.main(["advisories"]) == 2
    assert capsys.readouterr().out.splitlines() == [
        "Advisories: not run (.venv-scan has no pip-audit; run `make .venv-scan`). This counts as failed.",
        "Advisories: not run (no data: cannot reach the feed of vulnerabilities). This counts as failed.",
    ]


def test_advisories_name_the_packages_that_have_a_weakness(monkeypatch, tmp_path, capsys):  # gate 5.5
    monkeypatch.setattr(supply, "SCANNERS", tmp_path)
    program, answer = tmp_path / "pip-audit", tmp_path / "answer.json"
    program.write_text(f"#!/bin/sh\ncat {answer}\n")
    program.chmod(0o755)
    for known, code in (([], 0), ([{"id": "PYSEC-1"}, {"id": "CVE-2"}], 1)):
        rows = [
            {"name": "one", "version": "1.0", "vulns": []},
            {"name": "two", "version": "2.0", "vulns": known},
        ]
        answer.write_text(json.dumps({"dependencies": rows, "fixes": []}))
        assert supply.main(["advisories"]) == code
    assert capsys.readouterr().out.splitlines() == [
        "0 of 2 packages have a known weakness.",
        "two 2.0: PYSEC-1, CVE-2",
        "1 of 2 packages have a known weakness.",
    ]


def test_a_line_of_a_lock_is_read_with_what_it_is_for():
    [match] = PINNED.finditer("colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:00")

    assert match.groups() == ("colorama", "0.4.6", "sys_platform == 'win32'")
