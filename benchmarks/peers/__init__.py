"""What the portal is compared with: the machine, Django itself, and the same pages made with stock means.

Each is served by two workers, as the portal is.
"""

import contextlib
import os
import shutil
import sys
from pathlib import Path

from benchmarks.load import Missing
from benchmarks.portals import HERE, SERVED, WORKERS
from benchmarks.servers import free_port, running
from benchmarks.targets import BROWSER, Target

BODY = 25_000  # bytes: about what a page of the portal has on the way
ONE_FILE = [Target("file", "25 kB that are there already", ["/"], BROWSER)]
SAME_AS_OURS = ("list", "list-packed", "record", "api-list", "api-detail")  # what the stock pages have too

NGINX = """
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
{user}
events {{ worker_connections 512; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=10;
  default_type text/html;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/root;
  }}
}}
"""


@contextlib.contextmanager
def nginx(folder):
    """nginx with one file."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        raise Missing("nginx is not installed (on Debian: apt install nginx-light)")
    folder, port = Path(folder), free_port()
    (folder / "root").mkdir(parents=True)
    (folder / "root" / "index.html").write_bytes(b"x" * BODY)
    user = "user root;" if os.getuid() == 0 else ""  # its workers must reach the folder of the run
    settings = NGINX.format(workers=WORKERS, folder=folder, port=port, user=user)
    (folder / "nginx.conf").write_text(settings, encoding="utf-8")
    with running([found, "-p", folder, "-c", folder / "nginx.conf"], port, folder / "out.log") as server:
        yield server


@contextlib.contextmanager
def granian(application, folder, environment=None, path="/"):
    """A WSGI application under granian: one thread a worker, the fastest for what mostly computes."""
    folder, port = Path(folder), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        str(Path(sys.executable).with_name("granian")),
        "--interface",
        "wsgi",
        "--no-ws",
        "--http",
        "1",
    ]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)]
    command += ["--blocking-threads", "1", "--log-level", "warning", application]
    given = {"PATH": os.environ["PATH"]} if environment is None else environment
    with running(command, port, folder / "out.log", path=path, cwd=HERE, env=given) as server:
        yield server


def bare(folder):
    """A function that answers."""
    return granian("benchmarks.peers.bare:application", folder)


def floor(folder):
    """The least that Django with its usual middleware takes."""
    return granian("benchmarks.peers.floor:application", folder)


def stock(portal):
    """The stock pages, over a portal's database."""
    environment = portal.environment()
    environment |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.stock.settings",
        "PYTHONPATH": f"{SERVED}:{HERE}",
        "DATABASE_URL": portal.database,
    }
    return granian("benchmarks.stock.wsgi:application", portal.folder / "stock", environment, "/api/v1")
