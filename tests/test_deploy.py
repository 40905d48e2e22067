"""The files of deploy/ say what the portal says, and are read by the programs that they are for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
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


def test_nginx_works_as_somebody_who_reaches_the_socket_and_its_log_opens_under_systemd():
    text = "".join(path.read_text("utf-8") for path in sorted((DEPLOY / "nginx").rglob("*.conf")))
    said = re.sub(r"#.*", "", text)

    assert re.findall(r"^user (\S+);", said, re.M) == ["www-data"]
    assert "/dev/stdout" not in said  # there it is a socket, which nothing can open
    assert re.findall(r"access_log (\S+) json;", said) == ["syslog:server=unix:/dev/log,nohostname,tag=nginx"]


def test_pgbouncer_finds_its_files_wherever_it_is_started():
    said = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text("utf-8")
    example = (DEPLOY / "pgbouncer" / "userlist.txt.example").read_text("utf-8")
    roles = (DEPLOY / "postgresql" / "roles.sql").read_text("utf-8")

    named = re.findall(r"^(?:%include|auth_file =) (\S+)", said, re.M)
    assert named == ["/etc/pgbouncer/databases.ini", "/etc/pgbouncer/userlist.txt"]
    [name] = re.findall(r'^"(\w+)" ', example)
    assert f"CREATE ROLE {name} LOGIN" in roles


def test_haproxy_reads_its_file():
    nodes = {}
    for number in (1, 2, 3):
        nodes |= {f"PG{number}": "127.0.0.1:5432", f"PG{number}_REST_HOST": "127.0.0.1"}
        nodes[f"PG{number}_REST_PORT"] = "8008"
    environment = nodes | {"PRIMARY_LISTEN": "127.0.0.1:5000", "REPLICA_LISTEN": "127.0.0.1:5001"}
    path = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    checked("haproxy", "-c", "-f", DEPLOY / "haproxy" / "haproxy.cfg", env=environment | path)


def of_kubernetes():
    """All that kustomize would apply, each with the file that it is in."""
    base = DEPLOY / "kubernetes" / "base"
    named = yaml.safe_load((base / "kustomization.yaml").read_text("utf-8"))["resources"]
    assert {*named} == {path.name for path in base.glob("*.yaml")} - {"kustomization.yaml"}
    return [found for name in named for found in yaml.safe_load_all((base / name).read_text("utf-8"))]


def test_pods_may_do_nothing_that_they_need_not():
    pods = [
        one["spec"]["template"]["spec"] for one in of_kubernetes() if one["kind"] in ("Deployment", "Job")
    ]

    assert len(pods) == 3
    for pod in pods:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_web_nodes_are_replaced_one_by_one_and_never_all_gone():  # gate 6.16
    [web] = [
        one for one in of_kubernetes() if one["kind"] == "Deployment" and one["metadata"]["name"] == "web"
    ]
    [budget] = [one for one in of_kubernetes() if one["kind"] == "PodDisruptionBudget"]

    assert web["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert web["spec"]["replicas"] >= 2
    assert budget["spec"]["minAvailable"] >= 1
    assert budget["spec"]["selector"] == web["spec"]["selector"]
    [container] = web["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert (
        container["livenessProbe"]["httpGet"]["path"] == "/live"
    )  # not the database: it is nobody's to restart


def test_nothing_is_secret_in_these_files_and_every_setting_is_one():  # gate 5.3
    known = set(
        re.findall(r"^#?([A-Z][A-Z_]+)=", Path(settings.BASE_DIR, ".env.example").read_text("utf-8"), re.M)
    )
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    [of_pods] = [one["data"] for one in of_kubernetes() if one["kind"] == "ConfigMap"]
    for environment in (of_pods, compose["services"]["web1"]["environment"]):
        assert {name.removesuffix("_FILE") for name in environment} <= known
        assert not {"SECRET_KEY", "DATABASE_URL", "REPLICA_URL", "CACHE_URL"} & set(environment)
    examples = [*DEPLOY.rglob("*.example")]
    assert len(examples) == 3
    for path in examples:
        assert re.findall(r"PASSWORD=(\S+)", path.read_text("utf-8")) == []


def test_containers_do_not_run_as_root():
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    last = text[text.rindex("\nFROM ") :]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]

    assert re.findall(r"^USER (.+)$", last, re.M) == ["10001"]
    assert re.findall(r"^HEALTHCHECK ", last, re.M)
    assert "--require-hashes" in text
    for name in ("web1", "web2", "jobs", "migrate"):
        assert compose[name]["user"] == "10001:10001"
        assert compose[name]["read_only"] is True
        assert compose[name]["cap_drop"] == ["ALL"]
    commands = {tuple(compose[name]["command"][:3]) for name in ("jobs", "migrate")}
    assert commands == {("python", "manage.py", "run_jobs"), ("python", "manage.py", "migrate")}


def test_whoever_waits_in_the_pool_waits_shorter_than_a_visitor():  # gate 6.8
    text = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text("utf-8")
    proxy = (DEPLOY / "nginx" / "proxy.conf").read_text("utf-8")
    pool = dict(re.findall(r"^(\w+) = (.*)$", text, re.M))

    assert pool["pool_mode"] == "transaction"
    assert int(pool["query_wait_timeout"]) <= 5
    assert int(pool["query_timeout"]) < int(re.search(r"proxy_read_timeout (\d+)s", proxy)[1])


def test_what_was_acknowledged_is_on_two_machines():  # gate 6.9
    patroni = yaml.safe_load((DEPLOY / "patroni" / "patroni.yml").read_text("utf-8"))["bootstrap"]["dcs"]

    assert patroni["synchronous_mode"] is True
    assert patroni["postgresql"]["parameters"]["synchronous_commit"] == "remote_apply"
    assert patroni["loop_wait"] + 2 * patroni["retry_timeout"] <= patroni["ttl"]
    assert patroni["ttl"] <= 8  # and two seconds for the standby
