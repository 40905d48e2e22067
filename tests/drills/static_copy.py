"""The portal is gone altogether: plain files show every public page."""

import contextlib
import random
import re
import subprocess
import sys
import time
import urllib.request

from benchmarks.servers import free_port
from tests.drills.frame import Seen, drill
from tests.drills.workers import WORKERS, asked, until

COMPARED = 100
PAGE = re.compile(r"<loc>https?://[^/]+([^<]*)</loc>")


@drill(
    "6.20",
    "The static copy shows every public page of the sitemap, as the portal does",
    most=0,
    unit="pages missing or different",
)
def static_copy(place):
    portal = place.portal()
    folder = portal.folder / "copy"
    began = time.monotonic()
    with portal.served(WORKERS) as server, plain_files(folder) as copy:
        # Made for this origin, as pages say it in their addresses.
        made = subprocess.run(
            [portal.python, "manage.py", "export_site", str(folder), "--language", "en"],
            cwd=portal.checkout,
            env=portal.environment() | {"BASE_URL": server.origin},
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise RuntimeError(made.stderr[-2000:])
        took = time.monotonic() - began
        parts = PAGE.findall(text_of(f"{copy}/sitemap.xml"))
        pages = [path for part in parts for path in PAGE.findall(text_of(copy + part))]
        wrong = [path for path in pages if asked(copy + path) != 200]
        for path in random.Random(0).sample(pages, COMPARED):
            live, kept = (text_of(origin + path) for origin in (server.origin, copy))
            if re.sub(r"\?page=(\d+)", r"page-\1/", live) != kept:
                wrong.append(path)
    return Seen(
        len(wrong),
        f"of {len(pages):,} pages, {COMPARED} compared; made in {took:.0f} s {wrong[:3] or ''}".strip(),
    )


@contextlib.contextmanager
def plain_files(folder):
    """The origin of a server that knows nothing but files."""
    folder.mkdir()
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "http.server",
        str(port),
        "--bind",
        "127.0.0.1",
        "--directory",
        str(folder),
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: asked(f"http://127.0.0.1:{port}/") is not None, 30)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def text_of(address):
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read().decode()
