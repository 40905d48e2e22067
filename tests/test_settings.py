"""Start-up refuses what makes no sense, in a sentence that names the variable (gates 5.3, 5.7, 6.23)."""

import os
import secrets
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOOD = {
    "BASE_URL": "https://kb.example.eu",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "SECURITY_CONTACT": "mailto:security@kb.example.eu",
}


def manage(*arguments, **environment):
    """Run manage.py with this environment and no other."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "media4sec.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_the_deployment_check():  # gate 5.7
    result = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD)

    assert result.returncode == 0, result.stderr
    assert "no issues (0 silenced)" in result.stdout


def test_the_deployment_check_warns_if_nobody_is_told_of_weaknesses():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD | {"SECURITY_CONTACT": ""})

    assert result.returncode == 1
    assert "SECURITY_CONTACT is not set" in result.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE"),
        ({"BASE_URL": "http://kb.example.eu"}, "BASE_URL must start with https"),
        ({"BASE_URL": "kb.example.eu"}, "BASE_URL must look like"),
        ({"DEBUG": "true"}, "DEBUG shows internals"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name each host"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL"),
    ],
)
def test_start_up_stops_with_a_sentence_that_names_the_variable(changes, named):  # gates 5.3, 6.23
    result = manage("check", **{**GOOD, **changes})

    assert result.returncode != 0
    assert named in result.stderr.splitlines()[-1]


def test_postgresql_is_spoken_to_by_the_fixed_driver():
    from django.db import connection

    if connection.vendor == "postgresql":
        assert connection.Database.__name__ == "psycopg2"
    with pytest.raises(ModuleNotFoundError):
        __import__("psycopg")
