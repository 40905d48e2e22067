"""The units of deploy/systemd: they parse, start commands that there are, and are closed as far as they can be."""

import re
import shutil
import subprocess

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

from tests.conftest import not_run

FOLDER = settings.BASE_DIR / "deploy" / "systemd"
UNITS = sorted(FOLDER.iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
WHERE = "/opt/media4sec"


def parsed(path):
    """``{section: [(name, value), …]}``; names may be repeated."""
    found, section = {}, None
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line.strip() and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            section.append((name, value))
    return found


def commands(path):
    return [value for name, value in parsed(path)["Service"] if name == "ExecStart"]


def test_there_are_units():
    assert {path.name for path in UNITS} == {
        "media4sec-backup.service",
        "media4sec-backup.timer",
        "media4sec-jobs.service",
        "media4sec-web.service",
    }


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_each_starts_a_command_that_there_is(path):
    assert commands(path)
    for command in commands(path):
        python, program, name, *arguments = command.split()
        assert (python, program) == (f"{WHERE}/.venv/bin/python", "manage.py")
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        parser.parse_args(arguments)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_secrets_are_credentials_and_nobody_runs_as_root(path):  # gate 5.3
    service = parsed(path)["Service"]

    assert ("LoadCredential", "secret_key:/etc/media4sec/secret_key") in service
    assert ("User", "media4sec") in service
    assert not [value for name, value in service if name == "Environment" and "SECRET_KEY=" in value]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_stop_takes_half_a_minute_at_most(path):  # gate 6.15
    service = dict(parsed(path)["Service"])

    assert service.get("TimeoutStopSec", "30") == "30"
    assert service["Type"] == "oneshot" or service["Restart"] == "always"


def test_what_the_portal_writes_is_where_its_units_let_it():  # gate 6.24
    known = re.findall(r"^#?(\w+_ROOT)=", (settings.BASE_DIR / ".env.example").read_text("utf-8"), re.M)
    page = (settings.BASE_DIR / "docs" / "operations" / "serving.md").read_text("utf-8")
    named = dict(re.findall(r"^(\w+_ROOT)=(\S+)$", page, re.M))
    allowed = {
        f"/var/lib/{value}" if name == "StateDirectory" else value
        for path in SERVICES
        for name, value in parsed(path)["Service"]
        if name in ("StateDirectory", "ReadWritePaths")
    }

    assert known
    assert {*known} == {*named}
    for place in named.values():
        assert any(place == folder or place.startswith(f"{folder}/") for folder in allowed), place


def test_commands_are_called_wherever_one_is():
    page = (settings.BASE_DIR / "docs" / "operations" / "serving.md").read_text("utf-8")
    [function] = re.findall(r"^portal\(\) \{.*?\}$", page, re.M | re.S)

    assert f"{WHERE}/.venv/bin/python manage.py" in function  # systemd-run looks from where the caller is


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The units as they would be, were this checkout installed."""
    if not shutil.which("systemd-analyze"):
        not_run("no systemd-analyze")
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS:
        (folder / path.name).write_text(
            path.read_text("utf-8").replace(WHERE, str(settings.BASE_DIR)), "utf-8"
        )
    return folder


def analysed(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)


def test_systemd_takes_them(installed):
    answer = analysed("verify", *map(str, sorted(installed.iterdir())))

    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_they_are_closed(installed, path):
    answer = analysed("security", "--offline=yes", "--threshold=20", "--no-pager", str(installed / path.name))

    assert answer.returncode == 0, answer.stdout
    assert "Overall exposure level" in answer.stdout
