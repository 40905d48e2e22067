"""How the portal is served: the command line of the web server."""

import sys
from pathlib import Path
from urllib.parse import urlsplit


def serving(origin, workers=2):
    """The command that serves the portal at an origin: workers that come back when one dies, and stop when told to."""
    address = urlsplit(origin)
    return [
        str(Path(sys.executable).with_name("granian")),
        *("--interface", "rsgi", "--no-ws", "--http", "1"),
        *("--host", address.hostname, "--port", str(address.port or 80)),
        *("--workers", str(workers), "--respawn-failed-workers", "--respawn-interval", "1"),
        # Who has not finished by then, such as a client that reads slowly, is cut off.
        *("--workers-kill-timeout", "20", "--http1-header-read-timeout", "15000"),
        "media4sec.server:application",
    ]
