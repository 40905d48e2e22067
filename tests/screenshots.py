"""Pictures of the main pages for the docs: ``python -m tests.screenshots`` (``--url`` takes a running site instead)."""

import argparse
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import BROWSER_FLAGS, find_chromium

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "screenshots"
START_SECONDS = 60
SHOTS = {
    "home": "/",
    "list": "/technologies/?theme=riots-mass-gatherings&function=SENSE-MONITOR",
    "technology": "/technologies/T-001-publicsonar/",
    "issue": "/issues/I-035-predictive-policing/",
    "workshop": "/workshops/W3-dark-web/",
    "matrix": "/matrix/",
    "theme": "/themes/diy-policing/",
    "situation": "/situations/S-002-planned-demonstration/",
    "search": "/search/?q=missing+person",
}
LOOKS = {
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
    "desktop": {"viewport": {"width": 1280, "height": 1000}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 1000}, "color_scheme": "dark"},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="the origin of a site that runs already")
    url = parser.parse_args().url
    with contextlib.nullcontext(url.rstrip("/")) if url else own_site() as origin:
        take_all(origin)


@contextlib.contextmanager
def own_site():
    """The origin of a site of our own, with the content of ``fixtures`` in a database that is thrown away."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "BASE_URL": origin,
            "DEBUG": "true",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        }

        def manage(*arguments):
            return [sys.executable, str(ROOT / "manage.py"), *arguments]

        subprocess.run(manage("migrate", "--verbosity", "0"), env=environment, check=True)
        subprocess.run(manage("load_records", "fixtures"), env=environment, check=True, cwd=ROOT)
        server = subprocess.Popen(
            manage("runserver", "--noreload", f"127.0.0.1:{port}"),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(origin)
            yield origin
        finally:
            server.terminate()
            server.wait()


def wait_for(origin):
    last = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(origin, timeout=START_SECONDS).close()
            return
        except urllib.error.URLError:
            if time.monotonic() > last:
                raise
            time.sleep(0.2)


def take_all(origin):
    FOLDER.mkdir(parents=True, exist_ok=True)
    flags = [*BROWSER_FLAGS, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        for look, options in LOOKS.items():
            context = browser.new_context(**options)
            page = context.new_page()
            for name, path in SHOTS.items():
                response = page.goto(origin + path)
                if not response.ok:
                    sys.exit(f"{path} answered {response.status}")
                page.evaluate("document.fonts.ready.then(() => true)")
                page.screenshot(path=FOLDER / f"{name}-{look}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
