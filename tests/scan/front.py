"""The portal behind nginx with https, as deployments have it: with the files of deploy/nginx, on this machine."""

import contextlib
from typing import NamedTuple

from benchmarks.servers import free_port
from tests.cluster.front import front
from tests.cluster.processes import Process, wait_for
from tests.cluster.topology import get

SECONDS = 60  # for what is to start


class Front(NamedTuple):
    """Where it answers."""

    https: str
    http: str


@contextlib.contextmanager
def behind_nginx(portal, folder):
    """Where nginx answers, while it runs with a server of the portal behind it."""
    https, http = free_port(), free_port()
    origin, place, errors = f"https://localhost:{https}", folder / "nginx", folder / "errors"
    place.mkdir()
    folder.chmod(0o755)  # nginx reads files as somebody else
    portal.run("manage.py", "export_errors", errors, "--verbosity", "0")
    known = {"BASE_URL": origin, "TRUST_X_FORWARDED_PROTO": "true", "TRUSTED_PROXIES": "127.0.0.1"}
    with portal.served(path="/live", **known) as server:
        node = server.origin.removeprefix("http://")
        nginx = Process("nginx", front(place, [node], https, http, portal.folder, errors), place)
        try:
            nginx.start()
            wait_for(lambda: get(f"{origin}/about/")[0] == 200, SECONDS, "nginx")
            yield Front(origin, f"http://localhost:{http}")
        finally:
            nginx.stop()
