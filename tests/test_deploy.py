"""The files of deploy/ say what the portal says, and are read by the programs that they are for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from media4sec.headers import CONTENT_SECURITY_POLICIES, PERMISSIONS_POLICY
from tests.conftest import not_run

DEPLOY = Path(settings.BASE_DIR, "deploy")
CERTIFICATE = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
]


def headers(name):
    found = (DEPLOY / "nginx" / f"headers-{name}.conf").read_text("utf-8")
    return dict(re.findall(r'^add_header (\S+) "([^"]*)" always;$', found, re.M))


@pytest.mark.parametrize(
    ("name", "nature", "resource_policy"),
    [
        ("page", "page", "same-origin"),
        ("machine", "machine", "cross-origin"),
        ("file", "machine", "same-origin"),
    ],
)
def test_nginx_says_in_headers_what_the_portal_says(name, nature, resource_policy):  # gate 1
    found = headers(name)

    assert found["Content-Security-Policy"] == CONTENT_SECURITY_POLICIES[nature]
    assert found["Permissions-Policy"] == PERMISSIONS_POLICY
    assert found["Cross-Origin-Resource-Policy"] == resource_policy
    assert found["Referrer-Policy"] == settings.SECURE_REFERRER_POLICY
    assert found["Cross-Origin-Opener-Policy"] == settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
    assert found["X-Frame-Options"] == settings.X_FRAME_OPTIONS
    assert found["X-Content-Type-Options"] == "nosniff"
    assert ("Access-Control-Allow-Origin" in found) == (resource_policy == "cross-origin")


def test_every_error_of_nginx_has_its_page_in_every_language(tmp_path):  # gate 4.16
    call_command("export_errors", tmp_path, verbosity=0)
    text = (DEPLOY / "nginx" / "refused.conf").read_text("utf-8")
    statuses = set(re.findall(r"\$refusal/(\d{3})", text))

    assert len(statuses) > 8
    assert {"400", "413", "414", "429", "502", "503", "504"} <= statuses
    for language in ("en", *(code for code, _ in settings.LANGUAGES[1:])):
        pages = {path.name: path.read_text("utf-8") for path in (tmp_path / "_refused" / language).iterdir()}
        assert set(pages) == statuses
        assert all(f'<html lang="{language}"' in page for page in pages.values())
        assert len(set(pages.values())) > 4
    assert {path.name for path in (tmp_path / "_refused" / "json").iterdir()} == {*statuses, "https"}


def checked(name, *arguments, **options):
    """Let a program read its file, where the program is there."""
    if not shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin"):
        not_run(f"no {name}")
    answer = subprocess.run([name, *map(str, arguments)], capture_output=True, text=True, **options)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout + answer.stderr


def test_nginx_reads_its_files(tmp_path):
    folder = tmp_path / "nginx"
    shutil.copytree(DEPLOY / "nginx", folder)
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    checked("openssl", *CERTIFICATE, "-subj", "/CN=localhost", "-keyout", key, "-out", certificate)
    site = folder / "site" / "https.conf"
    text = re.sub(r"/etc/ssl/\S+fullchain.pem", str(certificate), site.read_text("utf-8"))
    site.write_text(re.sub(r"/etc/ssl/\S+privkey.pem", str(key), text), "utf-8")

    said = checked("nginx", "-t", "-p", tmp_path, "-c", folder / "nginx.conf", "-g", f"pid {tmp_path}/pid;")

    assert "syntax is ok" in said
    assert "[warn]" not in said.replace('the "user" directive', "")


def test_haproxy_reads_its_file():
    nodes = {}
    for number in (1, 2, 3):
        nodes |= {f"PG{number}": "127.0.0.1:5432", f"PG{number}_REST_HOST": "127.0.0.1"}
        nodes[f"PG{number}_REST_PORT"] = "8008"
    environment = nodes | {"PRIMARY_LISTEN": "127.0.0.1:5000", "REPLICA_LISTEN": "127.0.0.1:5001"}
    path = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    checked("haproxy", "-c", "-f", DEPLOY / "haproxy" / "haproxy.cfg", env=environment | path)
