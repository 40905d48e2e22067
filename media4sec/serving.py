"""How the portal is served: the command line of the web server."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

THREADS = 4  # requests that a worker works on at the same time; more would only wait for each other
HEAD_MOST = 64 * 2**10  # bytes of a request before its body; beyond: 431
HEAD_SECONDS = 15  # a whole head arrives within this time, and so does the next request on a kept connection
CONNECTIONS = (
    2048  # of one worker; the next ones wait. One that is idle or slow costs some kilobytes, no thread
)
LOAD_SECONDS = 10  # when workers are replaced one by one, an old one goes on for so long beside the new one
STOP_SECONDS = 25  # then who has not finished, such as a client that reads slowly, is cut off


def serving(origin, workers=2):
    """The command that serves the portal at an origin: workers that come back when one dies, and stop when told to.

    ``unix:/run/media4sec/web.sock`` is a socket for a proxy on the same machine.
    """
    address = urlsplit(origin)
    if address.scheme == "unix":
        where = ("--uds", address.path, "--uds-permissions", "0o660")  # for the proxy’s group
    else:
        where = ("--host", address.hostname, "--port", str(address.port or 80))
    return [
        str(Path(sys.executable).with_name("granian")),
        *("--interface", "rsgi", "--no-ws", "--http", "1"),
        *where,
        *("--workers", str(workers), "--respawn-failed-workers", "--respawn-interval", str(LOAD_SECONDS)),
        *("--workers-kill-timeout", str(STOP_SECONDS)),
        *("--backlog", str(CONNECTIONS), "--backpressure", str(CONNECTIONS)),
        *("--http1-buffer-size", str(HEAD_MOST), "--http1-header-read-timeout", str(HEAD_SECONDS * 1000)),
        *("--log-config", str(Path(__file__).with_name("server_logs.json"))),
        "media4sec.server:application",
    ]
