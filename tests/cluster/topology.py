"""The cluster itself: which processes there are, with which of the files in deploy/, and how they find each other."""

import contextlib
import json
import os
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import psycopg2

from benchmarks.portals import HERE, SERVED
from tests import postgres
from tests.cluster.front import front
from tests.cluster.processes import PLACES, Process, free_ports, program, wait_for

DEPLOY = HERE / "deploy"
DATABASES, NODES = 3, 2
PATIENCE = 600  # seconds for what is to start; a busy machine takes its time
# The database, and its roles as deploy/postgresql/roles.sql makes them.
AS_ADMINISTRATOR = ["--username", "postgres", "--quiet", "--set", "ON_ERROR_STOP=1"]
AS_ADMINISTRATOR += ["--file", DEPLOY / "postgresql" / "roles.sql", "postgres"]
PORTAL, WEB, OWNER = "portal", "portal_web", "portal_owner"


class Cluster:
    """All processes, in a folder of their own."""

    def __init__(self, folder, nodes=NODES, workers=1):
        self.folder, self.number_of_nodes, self.workers = Path(folder), nodes, workers
        self.passwords = {
            name: secrets.token_hex(16) for name in ("superuser", "replication", "redis", WEB, OWNER)
        }
        self.key = secrets.token_urlsafe(64)
        self.processes = {}
        names = [
            f"{name}{number}"
            for number in range(1, DATABASES + 1)
            for name in ("client", "peer", "rest", "pg")
        ]
        names += [f"{name}{n}" for n in range(1, nodes + 2) for name in ("primary", "replica", "pool", "web")]
        names += ["redis", "https", "http"]
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.origin = f"https://localhost:{self.ports['https']}"

    # Starting

    def start(self, say=lambda text: None):
        for step in (
            self.start_etcd,
            self.start_databases,
            self.start_redis,
            self.fill,
            self.start_web,
            self.start_jobs,
        ):
            say(step.__doc__)
            step()
        return self

    def stop(self):
        for process in reversed(self.processes.values()):
            process.stop(10)

    def add(self, name, command, **options):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        process = self.processes[name] = Process(name, command, folder, **options)
        if process.owner:
            os.chown(folder, process.owner["user"], process.owner["group"])
        return process

    def start_etcd(self):
        """etcd: three nodes that vote"""
        numbers = range(1, DATABASES + 1)
        members = ",".join(f"etcd{n}=http://127.0.0.1:{self.ports[f'peer{n}']}" for n in numbers)
        example = assignments(DEPLOY / "etcd" / "node.env.example")
        for n in numbers:
            client, peer = (f"http://127.0.0.1:{self.ports[f'{name}{n}']}" for name in ("client", "peer"))
            environment = example | {
                "ETCD_NAME": f"etcd{n}",
                "ETCD_DATA_DIR": "data",
                "ETCD_LISTEN_CLIENT_URLS": client,
                "ETCD_ADVERTISE_CLIENT_URLS": client,
                "ETCD_LISTEN_PEER_URLS": peer,
                "ETCD_INITIAL_ADVERTISE_PEER_URLS": peer,
                "ETCD_INITIAL_CLUSTER": members,
            }
            command = [program("etcd", "etcd-server")]
            self.add(f"etcd{n}", command, environment=environment, is_database=True).start()
        healthy = f"http://127.0.0.1:{self.ports['client1']}/health"
        wait_for(lambda: json.loads(get(healthy)[1])["health"] == "true", PATIENCE, "etcd")

    def start_databases(self):
        """PostgreSQL by Patroni: a primary, a synchronous standby, another one"""
        for n in range(1, DATABASES + 1):
            self.add(
                f"pg{n}",
                [program("patroni"), DEPLOY / "patroni" / "patroni.yml"],
                environment=self.of_database(n),
                is_database=True,
            ).start()
        wait_for(self.is_whole, PATIENCE, "PostgreSQL with a synchronous standby")

    def of_database(self, n):
        example = assignments(DEPLOY / "patroni" / "node.env.example")
        rest, pg = (f"127.0.0.1:{self.ports[f'{name}{n}']}" for name in ("rest", "pg"))
        return example | {
            "PATRONI_NAME": f"pg{n}",
            "PATRONI_RESTAPI_LISTEN": rest,
            "PATRONI_RESTAPI_CONNECT_ADDRESS": rest,
            "PATRONI_RESTAPI_PASSWORD": self.passwords["superuser"],
            "PATRONI_POSTGRESQL_LISTEN": pg,
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": pg,
            "PATRONI_POSTGRESQL_DATA_DIR": str(self.folder / f"pg{n}" / "data"),
            "PATRONI_POSTGRESQL_BIN_DIR": str(postgres.find_binaries()),
            "PATRONI_POSTGRESQL_PGPASS": str(self.folder / f"pg{n}" / "pgpass"),
            "PATRONI_ETCD3_HOSTS": ",".join(
                f"127.0.0.1:{self.ports[f'client{m}']}" for m in range(1, DATABASES + 1)
            ),
            "PATRONI_SUPERUSER_PASSWORD": self.passwords["superuser"],
            "PATRONI_REPLICATION_PASSWORD": self.passwords["replication"],
        }

    def start_redis(self):
        """Redis"""
        command = [program("redis-server"), DEPLOY / "redis" / "redis.conf", "--port", self.ports["redis"]]
        self.add("redis", [*command, "--requirepass", self.passwords["redis"]]).start()

    def fill(self):
        """The database with its roles, and the content"""
        primary = self.ports[self.leader()]
        subprocess.run(
            [
                program("psql", "postgresql-client"),
                "--host",
                "127.0.0.1",
                "--port",
                str(primary),
                *AS_ADMINISTRATOR,
            ],
            env={"PATH": PLACES, "PGPASSWORD": self.passwords["superuser"]},
            check=True,
        )
        with self.superuser() as cursor:
            for role in (WEB, OWNER):
                cursor.execute(f"ALTER ROLE {role} PASSWORD %s", [self.passwords[role]])
        self.start_ways(self.number_of_nodes + 1)
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_records", "fixtures")
        self.manage("collectstatic", "--verbosity", "0", "--no-input", "-i", "rest_framework")
        self.manage("export_errors", self.folder / "errors", "--verbosity", "0")
        shutil.copytree(self.folder / "var" / "static", self.folder / "shared" / "static")

    def start_ways(self, n):
        """HAProxy and PgBouncer beside a web node."""
        nodes = {}
        for m in range(1, DATABASES + 1):
            nodes |= {
                f"PG{m}": f"127.0.0.1:{self.ports[f'pg{m}']}",
                f"PG{m}_REST_HOST": "127.0.0.1",
                f"PG{m}_REST_PORT": str(self.ports[f"rest{m}"]),
            }
        for name in ("primary", "replica"):
            nodes[f"{name.upper()}_LISTEN"] = f"127.0.0.1:{self.ports[f'{name}{n}']}"
        command = [program("haproxy"), "-db", "-f", DEPLOY / "haproxy" / "haproxy.cfg"]
        self.add(f"haproxy{n}", command, environment=nodes).start()

        pool = self.add(
            f"pgbouncer{n}", [program("pgbouncer"), "pgbouncer.ini"], is_database=os.getuid() == 0
        )
        text = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text("utf-8")
        (pool.folder / "pgbouncer.ini").write_text(
            text.replace("listen_port = 6432", f"listen_port = {self.ports[f'pool{n}']}").replace(
                "/etc/pgbouncer", str(pool.folder)
            ),
            "utf-8",
        )
        places = (DEPLOY / "pgbouncer" / "databases.ini").read_text("utf-8")
        for port, name in (("5000", "primary"), ("5001", "replica")):
            places = places.replace(f"port={port}", f"port={self.ports[f'{name}{n}']}")
        (pool.folder / "databases.ini").write_text(places, "utf-8")
        (pool.folder / "userlist.txt").write_text(f'"{WEB}" "{self.passwords[WEB]}"\n', "utf-8")
        pool.start()
        wait_for(lambda: self.ask(n, "SELECT 1"), PATIENCE, "PgBouncer")

    def start_web(self):
        """Web nodes, and nginx before them"""
        for n in range(1, self.number_of_nodes + 1):
            self.start_ways(n)
            self.add_node(n).start()
        for n in range(1, self.number_of_nodes + 1):
            self.await_node(n)
        self.add_nginx().start()
        wait_for(lambda: self.get("/about/")[0] == 200, PATIENCE, "nginx")

    def add_node(self, n, checkout=HERE, before=()):
        """A web node; ``before`` is what its command begins with, such as another clock."""
        command = [*before, python_of(checkout), Path(checkout) / "manage.py", "serve"]
        command += ["--port", self.ports[f"web{n}"], "--workers", self.workers]
        return self.add(f"web{n}", command, environment=self.of_node(n, checkout))

    def of_node(self, n, checkout=HERE):
        return {
            "DJANGO_SETTINGS_MODULE": "measured_settings",
            "PYTHONPATH": f"{SERVED}:{checkout}",
            "MEASURED_VAR": str(self.folder / "var"),
            "INDEX_ROOT": str(self.folder / f"web{n}" / "index"),
            "METRICS_ROOT": str(self.folder / f"web{n}" / "metrics"),
            "METRICS_FROM": "127.0.0.1",
            "FILES_ROOT": str(self.folder / "files"),
            "DUMPS_ROOT": str(self.folder / "dumps"),
            "BASE_URL": self.origin,
            "SECRET_KEY": self.key,
            "TRUST_X_FORWARDED_PROTO": "true",
            "TRUSTED_PROXIES": "127.0.0.1",
            "DATABASE_URL": self.pooled(n, PORTAL),
            "DATABASE_STATEMENT_SECONDS": "0",  # the role says so; a pool hands on no options
            "REPLICA_URL": self.pooled(n, f"{PORTAL}_replica"),
            "CACHE_URL": f"redis://:{self.passwords['redis']}@127.0.0.1:{self.ports['redis']}/0",
        }

    def of_commands(self, n):
        return self.of_node(n) | {"DATABASE_URL": self.direct(n, WEB), "REPLICA_URL": ""}

    def pooled(self, n, name):
        place = f"{WEB}:{self.passwords[WEB]}@127.0.0.1:{self.ports[f'pool{n}']}"
        return f"postgres://{place}/{name}?disable_server_side_cursors=True"

    def direct(self, n, role):
        """Past the pool, as whatever holds a lock for longer than a transaction."""
        return f"postgres://{role}:{self.passwords[role]}@127.0.0.1:{self.ports[f'primary{n}']}/{PORTAL}"

    def start_jobs(self):
        """Jobs"""
        environment = self.of_commands(self.number_of_nodes + 1)
        self.add("jobs", [python_of(HERE), HERE / "manage.py", "run_jobs"], environment=environment).start()

    def await_node(self, n):
        address = f"http://127.0.0.1:{self.ports[f'web{n}']}/about/"
        headers = {"Host": f"localhost:{self.ports['https']}", "X-Forwarded-Proto": "https"}
        wait_for(lambda: get(address, headers)[0] == 200, PATIENCE, f"web node {n}")

    def add_nginx(self):
        nginx = self.add("nginx", [])
        nodes = [f"127.0.0.1:{self.ports[f'web{n}']}" for n in range(1, self.number_of_nodes + 1)]
        shared, errors = self.folder / "shared", self.folder / "errors"
        nginx.command = front(nginx.folder, nodes, self.ports["https"], self.ports["http"], shared, errors)
        return nginx

    # Asking

    def manage(self, *arguments, n=None):
        """A command of the portal, as jobs and migrations run it: not through the pool."""
        environment = self.of_commands(n or self.number_of_nodes + 1)
        environment |= {"MIGRATE_DATABASE_URL": self.direct(n or self.number_of_nodes + 1, OWNER)}
        environment |= {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        answer = subprocess.run(
            [python_of(HERE), "manage.py", *map(str, arguments)],
            cwd=HERE,
            env=environment,
            capture_output=True,
            text=True,
        )
        if answer.returncode:
            raise RuntimeError(f"{arguments[0]} failed:\n{answer.stderr[-3000:]}")
        return answer.stdout

    def ask(self, n, statement, name=PORTAL):
        """The rows of a statement, through the pool of a node."""
        port = self.ports[f"pool{n}"]
        with contextlib.closing(
            psycopg2.connect(
                host="127.0.0.1",
                port=port,
                dbname=name,
                user=WEB,
                password=self.passwords[WEB],
                connect_timeout=4,
            )
        ) as link:
            link.autocommit = True
            cursor = link.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def superuser(self):
        n = int(self.leader().removeprefix("pg"))
        link = psycopg2.connect(
            host="127.0.0.1",
            port=self.ports[f"pg{n}"],
            dbname="postgres",
            user="postgres",
            password=self.passwords["superuser"],
        )
        link.autocommit = True
        with contextlib.closing(link):
            yield link.cursor()

    def members(self):
        """``{name: role}`` of the databases that run, as any of them says."""
        for n in range(1, DATABASES + 1):
            with contextlib.suppress(OSError, ValueError, KeyError):
                found = json.loads(get(f"http://127.0.0.1:{self.ports[f'rest{n}']}/cluster", seconds=3)[1])
                return {
                    one["name"]: one["role"]
                    for one in found["members"]
                    if one.get("state") in ("running", "streaming")
                }
        return {}

    def leader(self):
        return next((name for name, role in self.members().items() if role == "leader"), None)

    def is_whole(self):
        """A primary, a standby that has everything, and another that follows."""
        roles = sorted(self.members().values())
        return roles.count("leader") == 1 and "sync_standby" in roles and len(roles) == DATABASES

    def get(self, path, headers=None, seconds=30):
        """(status, body, headers) through nginx."""
        return get(self.origin + path, headers, seconds)


def get(address, headers=None, seconds=30):
    trusting = ssl._create_unverified_context() if address.startswith("https") else None
    request = urllib.request.Request(address, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=seconds, context=trusting) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read(), answer.headers


def assignments(path):
    """``{name: value}`` of a file for the environment."""
    lines = path.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def python_of(checkout):
    own = Path(checkout) / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


@contextlib.contextmanager
def cluster(say=lambda text: None, **options):
    """A whole cluster that nobody else uses; nothing is left of it."""
    with tempfile.TemporaryDirectory(prefix="media4sec-cluster-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        made = Cluster(folder, **options)
        try:
            yield made.start(say)
        except BaseException:
            keep_logs(made)
            raise
        finally:
            made.stop()


def keep_logs(made):
    """What the processes said last, where something went wrong."""
    for process in made.processes.values():
        if process.log.exists() and (words := process.last_words()):
            sys.stderr.write(f"--- {process.name}\n{words[-1500:]}\n")
