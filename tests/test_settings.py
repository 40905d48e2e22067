"""Start-up refuses what makes no sense, in a sentence that names the variable (gates 5.3, 5.7, 6.23).

What protects visitors and editors is written out here once more, for the portal on the web and on one's own machine.
"""

import json
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
    "ACCESSIBILITY_BODY": "Board for web access",
}

# Set for the portal on the web, over https.
ON_THE_WEB = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["kb.example.eu"],
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 63_072_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "SECURE_PROXY_SSL_HEADER": None,
    "USE_X_FORWARDED_HOST": False,
    "TRUSTED_PROXIES": [],
    "X_FRAME_OPTIONS": "DENY",
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_PATH": "/",
    "SESSION_COOKIE_AGE": 43_200,
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_DOMAIN": None,
    "CSRF_COOKIE_PATH": "/",
    "CSRF_TRUSTED_ORIGINS": [],
    "WHITENOISE_ALLOW_ALL_ORIGINS": False,
    "SILENCED_SYSTEM_CHECKS": [],
}
# What differs on one's own machine, where there is no https.
AT_HOME = {
    "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
    "SECURE_SSL_REDIRECT": False,
    "SECURE_HSTS_SECONDS": 0,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
    "SECURE_HSTS_PRELOAD": False,
    "SESSION_COOKIE_NAME": "sessionid",
    "SESSION_COOKIE_SECURE": False,
    "CSRF_COOKIE_NAME": "csrftoken",
    "CSRF_COOKIE_SECURE": False,
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


# What a real deployment has besides.
BEHIND_A_PROXY = {
    "TRUST_X_FORWARDED_PROTO": "true",
    "TRUSTED_PROXIES": "127.0.0.1",
    "EMAIL_URL": "smtp+tls://portal:x@mail.example.eu:587",
}


def test_production_settings_pass_the_deployment_check():  # gate 5.7
    result = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD, **BEHIND_A_PROXY)

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
        ({"REPLICA_URL": "postgres://portal@db/portal"}, "REPLICA_URL and DATABASE_URL must both"),
        ({"CACHE_URL": "memcached://localhost"}, "CACHE_URL must be"),
        ({"DATABASE_URL_FILE": "/nowhere/url"}, "DATABASE_URL_FILE names (/nowhere/url) cannot be read"),
        ({"EMAIL_URL_FILE": "/nowhere/url"}, "EMAIL_URL_FILE names (/nowhere/url) cannot be read"),
        ({"TRUSTED_PROXIES": "all"}, "TRUSTED_PROXIES must list"),
        ({"METRICS_FROM": "10.0.0.1/8"}, "METRICS_FROM must list"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be json or line"),
    ],
)
def test_start_up_stops_with_a_sentence_that_names_the_variable(changes, named):  # gates 5.3, 6.23
    result = manage("check", **{**GOOD, **changes})

    assert result.returncode != 0
    assert named in result.stderr.splitlines()[-1]


def settings_with(names, **environment):
    """What these settings are for somebody who starts the portal with this environment."""
    program = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "media4sec.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        (ON_THE_WEB, {}),
        (ON_THE_WEB | AT_HOME, {"BASE_URL": "http://127.0.0.1:8000"}),
        (
            ON_THE_WEB | {"SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"]},
            {"TRUST_X_FORWARDED_PROTO": "true"},
        ),
    ],
    ids=["on the web", "at home", "behind a proxy"],
)
def test_what_protects_visitors_and_editors_is_set(expected, changes):  # gates 1, 2, 4.11
    assert settings_with([*expected], **GOOD | changes) == expected


def test_passwords_have_a_length_and_are_kept_by_a_slow_hash():  # gate 2
    found = settings_with(["AUTH_PASSWORD_VALIDATORS", "PASSWORD_HASHERS"], **GOOD)

    rules = {
        rule["NAME"].rpartition(".")[2]: rule.get("OPTIONS", {}) for rule in found["AUTH_PASSWORD_VALIDATORS"]
    }
    assert rules == {
        "UserAttributeSimilarityValidator": {"user_attributes": ["email", "name"]},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "GuessableValidator": {},
    }
    assert found["PASSWORD_HASHERS"][0] == "django.contrib.auth.hashers.ScryptPasswordHasher"
    assert not [hasher for hasher in found["PASSWORD_HASHERS"] if "MD5" in hasher or "SHA1" in hasher]


def test_postgresql_is_spoken_to_by_the_fixed_driver():
    from django.db import connection

    if connection.vendor == "postgresql":
        assert connection.Database.__name__ == "psycopg2"
    with pytest.raises(ModuleNotFoundError):
        __import__("psycopg")


@pytest.mark.parametrize(
    ("name", "value", "setting", "expected"),
    [
        ("SECRET_KEY", "of-a-test-" + "0123456789abcdefghij" * 3, "SECRET_KEY", None),
        ("DATABASE_URL", "postgres://portal:p%40ss@db:5432/portal", "DATABASES", "p@ss"),
        ("EMAIL_URL", "smtp+tls://portal:swordfish@mail.example.eu:587", "EMAIL_HOST_PASSWORD", "swordfish"),
    ],
)
def test_secrets_come_from_files(tmp_path, name, value, setting, expected):  # gate 5.3
    path = tmp_path / "secret"
    path.write_text(f"{value}\n")
    found = settings_with([setting], **{**GOOD, name: "", f"{name}_FILE": str(path)})[setting]

    assert (found["default"]["PASSWORD"] if setting == "DATABASES" else found) == (expected or value)


def test_a_new_secret_key_logs_nobody_out(client, django_user_model, settings, db):  # gate 5.3
    """What the earlier one signed is good as long as it is named among SECRET_KEY_FALLBACKS, and no longer."""
    from tests.people import with_second_factor

    person = with_second_factor(
        django_user_model.objects.create_superuser("ada@example.org", "swordfish 123")
    )
    client.force_login(person)
    old, new = settings.SECRET_KEY, secrets.token_urlsafe(64)
    assert client.get("/admin/").status_code == 200

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]
    assert client.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/admin/").status_code == 200  # the session was signed anew meanwhile

    settings.SECRET_KEY = secrets.token_urlsafe(64)
    assert client.get("/admin/").status_code == 302


def test_a_replica_is_read_in_the_same_way_as_the_primary():
    primary, replica = (
        "postgres://portal:secret@127.0.0.1:6432/" + name for name in ("portal", "portal_replica")
    )
    address = "?disable_server_side_cursors=True"
    code = (
        "import json; from media4sec import settings as s; d = s.DATABASES; "
        "print(json.dumps([d['replica']['NAME'], d['replica']['OPTIONS'] == d['default']['OPTIONS'], "
        "d['replica']['CONN_MAX_AGE'], d['replica']['DISABLE_SERVER_SIDE_CURSORS'], s.DATABASE_ROUTERS, "
        "s.CACHES['default']['LOCATION']]))"
    )
    environment = GOOD | {"DATABASE_URL": primary + address, "REPLICA_URL": replica + address}
    environment |= {"CACHE_URL": "redis://127.0.0.1:6379/0", "PATH": os.environ["PATH"]}
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert json.loads(said.stdout) == [
        "portal_replica",
        True,
        600,
        True,
        ["media4sec.replica.Router"],
        "redis://127.0.0.1:6379/0",
    ]
