"""What runs the tests and checks does run them: the Makefile, `.ci/run`, pytest's settings, and what is missing."""

import os
import re
import shlex
import subprocess
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from media4sec.kinds import kinds
from tests import conftest, postgres
from tests.pages import OF_KINDS, PAGES, in_turn

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]


def commands_of(target):
    """The commands that `make` would run, each in words; making the environment and compiling texts are left out."""
    printed = subprocess.run(
        [
            "make",
            "--dry-run",
            "--always-make",
            "--old-file=.venv/.dev",
            "--old-file=.venv/.base",
            target,
            "ARGS=",
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.replace("\\\n", "")
    lines = [line for line in printed.splitlines() if ".venv/bin" in line and "pybabel" not in line]
    return [shlex.split(line) for line in lines]


def pytest_of(command):
    """What pytest is asked for by a command, or None."""
    words = " ".join(command)
    _, found, arguments = words.partition("-m pytest ")
    return shlex.split(arguments.replace("not browser", "'not browser'")) if found else None


def test_all_tests_run_on_both_databases():
    asked = [arguments for command in commands_of("test") if (arguments := pytest_of(command)) is not None]

    whole = ["-n", "auto", "--dist", "worksteal"]
    assert asked == [[*whole, "--no-migrations"], [*whole, "--data", "-m", "not browser"]]


def test_the_quick_tests_leave_out_nothing_but_what_is_slow():
    [command] = commands_of("test-quick")

    assert pytest_of(command) == ["-n", "auto", "--dist", "worksteal", "--no-migrations", "--quick"]


def test_every_check_is_made():
    programs = [" ".join(command) for command in commands_of("check")]

    for wanted in (
        "ruff check$",
        "ruff format --check$",
        "djangofmt .*--profile django templates/admin --check$",
        "djangofmt .*--profile jinja .*templates --check$",
        "djlint .*--profile jinja --lint templates ",
        "lint-imports",
        "makemigrations --check --dry-run$",
        "check --deploy --fail-level WARNING$",
    ):
        assert [program for program in programs if re.search(wanted, program)], wanted
    assert not [program for program in programs if "|| true" in program]


def test_ci_stops_at_the_first_failure_and_ends_with_all_checks_and_tests():
    lines = (ROOT / ".ci/run").read_text("utf-8").splitlines()

    assert {"set -euo pipefail", "export CI=true"} <= set(lines)
    # What is fetched in the background ends with its failure where it is waited for.
    waited = [line for line in lines if line.startswith(("wait ", "make "))]
    assert [line.partition(" #")[0] for line in waited] == [
        'wait "$setup"',
        "make test-postgres ARGS=--counted",
        'wait "$rest"',
        "make --jobs=2 check test-sqlite ARGS='--counted --rest'",
    ]
    assert lines[-1] == waited[-1]
    assert not [line for line in lines if "|| true" in line or "set +e" in line]


@dataclass
class Asked:
    """A test that pytest has collected, as far as lanes look at it."""

    nodeid: str
    kind: object
    fixturenames: tuple = ("db",)
    marks: tuple = ()

    @property
    def callspec(self):
        return SimpleNamespace(params={"kind": self.kind})

    def get_closest_marker(self, name):
        return name in self.marks


def test_each_test_of_many_kinds_is_asked_of_each_on_one_database_at_least():
    items = [Asked(f"test_{test}[{kind.name}]", kind) for test in "abcdefgh" for kind in kinds()]
    few = [Asked(f"test_few[{kind.name}]", kind) for kind in kinds()[:3]]
    once = [Asked(f"test_once[{kind.name}]", kind, marks=("once",)) for kind in kinds()]

    shares = conftest.shared_out([*items, *few, *once])

    assert {*shares} == {item.nodeid for item in items}  # all others are asked on both, or on SQLite
    again = [item for item in items if shares[item.nodeid]]
    assert len(items) / 4 < len(again) < len(items) / 2
    assert {item.kind.name for item in again} == {kind.name for kind in kinds()}


def test_pages_of_kinds_are_looked_at_in_every_way_and_in_turn_by_ci_alone():
    ways = ["phone", "desk"]
    whole, rest = (
        SimpleNamespace(getoption=lambda name, is_rest=is_rest: is_rest) for is_rest in (False, True)
    )

    of_kinds = [in_turn(name, ways, rest) for name in OF_KINDS]

    assert of_kinds[:3] == [["phone"], ["desk"], ["phone"]]
    assert {len(chosen) for chosen in of_kinds} == {1}
    assert {*OF_KINDS} < {*PAGES}
    for name in PAGES:
        assert in_turn(name, ways, whole) == ways
        assert name in OF_KINDS or in_turn(name, ways, rest) == ways


def test_what_pytest_warns_of_fails_and_nothing_reaches_other_machines():
    assert SETTINGS["filterwarnings"] == ["error"]
    assert SETTINGS["xfail_strict"] is True
    assert SETTINGS["testpaths"] == ["tests"]
    assert set(SETTINGS["addopts"].split()) == {
        "--strict-markers",
        "--strict-config",
        "-ra",
        "--allow-hosts=127.0.0.1,::1,localhost",
        "--allow-unix-socket",
    }


def test_what_is_missing_is_skipped_at_home_and_fails_on_ci(monkeypatch):
    found = {}
    for is_ci in (False, True):
        monkeypatch.setattr(conftest, "IS_CI", is_ci)
        with pytest.raises(
            (pytest.skip.Exception, pytest.fail.Exception), match="not run: no Chromium"
        ) as it:
            conftest.not_run("no Chromium")
        found[is_ci] = it.type

    assert found == {False: pytest.skip.Exception, True: pytest.fail.Exception}


def test_a_missing_database_fails_on_ci(monkeypatch, capsys):
    @contextmanager
    def none_here():
        raise postgres.Missing("PostgreSQL is not installed")
        yield

    monkeypatch.setattr(postgres, "server", none_here)
    codes = {}
    for ci in ("true", ""):
        monkeypatch.setenv("CI", ci)
        codes[ci] = postgres.main(["--", "true"])

    assert codes == {"true": 1, "": 0}
    assert capsys.readouterr().out.count("PostgreSQL: not run (PostgreSQL is not installed)") == 2


@pytest.mark.parametrize(
    ("run", "skipped", "complaint"),
    [
        (95, 3, None),
        (100, 3, None),
        (94, 3, "94 tests ran, at least 95 were expected"),
        (106, 3, "106 tests ran"),
        (100, 4, "4 tests were skipped, at most 3 were expected"),
        (0, 0, "0 tests ran"),
    ],
)
def test_ci_knows_how_many_tests_there_are(run, skipped, complaint):
    found = conftest.miscounted({"run": 100, "skipped": 3}, run, skipped)

    assert (found is None) if complaint is None else found.startswith(complaint)
