"""Pictures of every type of page, in ``var/screenshots``: ``python -m tests.screenshots``; of some, if these are named.

``--docs``: of those that the docs show, into ``docs/screenshots``. ``--editors``: of the back-office, for the guide for
editors. ``--url``: of a site that runs already.
"""

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
from io import BytesIO
from pathlib import Path

import django
from PIL import Image, ImageOps
from playwright.sync_api import sync_playwright

from media4sec.serving import serving

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()  # pages are those of the kinds

from allauth.mfa.totp.internal.auth import TOTP  # noqa: E402

from tests.conftest import BROWSER_FLAGS, find_chromium  # noqa: E402
from tests.pages import PANELS, RECORDS, open_page  # noqa: E402
from tests.people import code_of  # noqa: E402

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "var" / "screenshots"
IN_DOCS = ROOT / "docs" / "screenshots"
START_SECONDS = 60
COLOURS = 64  # of a picture: enough for ours, and a third of the bytes

# Pages that look like no other; lists and records of one making stand for each other.
NAMES = (
    *(
        "home",
        "matrix",
        "library",
        "timeline",
        "patterns",
        "lives",
        "alive",
        "law-of-situations",
        "cards",
        "exercise",
        "debate",
        "search-empty",
        "search",
        "search-nothing",
        "about",
    ),
    *("accessibility", "privacy", "api", "design", "versions", "version", "version-old", "difference"),
    *("corrections", "correction-record", "correction-errors", "check-result", "receipt", "receipt-answered"),
    *("filtered", "filtered-nothing", "list-table", "list-matrix", "options", "compare", "compare-choose"),
    *("my-list", "my-list-empty", "since"),
    *("situation-day", "instrument-day", "compare-day"),
    *("list-situations", "list-workshops", "list-check", "list-functions", "list-glossary", "list-themes"),
    *(
        "list-survey",
        "list-swot",
        "list-roadmap",
        "list-countries",
        "list-judgments",
        "brief-of-a-day",
        "asked",
    ),
    *(f"record-{kind}" for kind in RECORDS),
    *("home-el", "list-de", "record-de", "bad-request", "not-found", "withdrawn"),
)
# What README.md and docs/look.md show, as telephone and desktop.
SHOWN = (
    "home",
    "list-survey",
    "record-check-example",
    "record-country-note",
    "record-instrument",
    "record-judgment",
    "record-platform-request",
    "record-situation",
    "record-standard",
)
# The top of each page, longer than a screen; of print, the first page.
LOOKS = {
    "phone": {"viewport": {"width": 390, "height": 1400}, "color_scheme": "light"},
    "desktop": {"viewport": {"width": 1280, "height": 1280}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 1280}, "color_scheme": "dark"},
    "print": {"viewport": {"width": 688, "height": 1000}, "color_scheme": "light"},  # A4 less its margins
}
MARGIN = 53
# Of the back-office: whose eyes they are seen through, and the record that is edited.
PASSWORD, SECRET, EDITED = "only for pictures of the back-office", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "T-001"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="the origin of a site that runs already")
    parser.add_argument("--docs", action="store_true", help="those that the docs show")
    parser.add_argument("--editors", action="store_true", help="those of the guide for editors")
    parser.add_argument("names", nargs="*", help="of pages in tests/pages.py; without any, all")
    given = parser.parse_args()
    with contextlib.nullcontext(given.url.rstrip("/")) if given.url else own_site() as origin:
        if given.editors:
            take_back_office(origin, IN_DOCS)
        elif given.docs:
            take(origin, IN_DOCS, SHOWN, ("phone", "desktop"))
        else:
            take(origin, FOLDER, given.names, LOOKS)


@contextlib.contextmanager
def own_site():
    """The origin of a site as in production, in a database that is thrown away: the content, and a past for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            name: value for name, value in os.environ.items() if name not in ("DEBUG", "ALLOWED_HOSTS")
        }
        environment |= {
            "BASE_URL": origin,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        }

        def manage(*arguments):
            command = [sys.executable, str(ROOT / "manage.py"), *arguments]
            subprocess.run(command, env=environment, check=True, cwd=ROOT)

        manage("migrate", "--verbosity", "0")
        manage("load_records", "fixtures")
        manage("shell", "--no-imports", "-c", "from tests import history; history.add()")
        manage("shell", "--no-imports", "-c", "from tests.screenshots import add_editor; add_editor()")
        manage("collectstatic", "--no-input", "--verbosity", "0", "--ignore", "rest_framework")
        server = subprocess.Popen(
            serving(origin), env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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


def take(origin, folder, chosen, looks):
    folder.mkdir(parents=True, exist_ok=True)
    flags = [*BROWSER_FLAGS, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        for look in looks:
            context = browser.new_context(**LOOKS[look])
            page = context.new_page()
            for name in chosen or (*NAMES, *(PANELS if look == "phone" else ())):
                page.emulate_media(media="screen")  # to press what paper does not show
                open_page(page, origin, name)
                page.emulate_media(media="print" if look == "print" else "screen")
                margin = MARGIN if look == "print" else 0
                save(page.screenshot(), folder / f"{name}-{look}.png", margin)
            context.close()
        browser.close()


def add_editor():
    """Somebody for the pictures, with work that waits."""
    from media4sec.records import workflow
    from media4sec.records.documents.reading import working_document
    from media4sec.records.models import model_of
    from tests.factories import fresh, save
    from tests.people import member

    editor = member("contributor", "reviewer", "publisher", name="editor")
    editor.set_password(PASSWORD)
    editor.save()
    editor.authenticator_set.all().delete()
    TOTP.activate(editor, SECRET)
    record = model_of("technology").objects.get(identifier=EDITED)
    document = working_document(record)
    summary = document["summary"].replace("Real-time monitoring", "Monitoring in real time")
    save(document | {"summary": summary}, "technology", record)
    workflow.submit(fresh(record), by=editor, note="Easier to read")


def take_back_office(origin, folder):
    """The pages that the guide for editors shows, as somebody sees who logs in."""
    flags = [*BROWSER_FLAGS, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        page = browser.new_context(viewport={"width": 1280, "height": 960}).new_page()
        page.goto(f"{origin}/admin/")
        page.fill("[name=login]", "editor1@example.org")
        page.fill("[name=password]", PASSWORD)
        save(page.screenshot(), folder / "editors-log-in.png", 0)
        page.keyboard.press("Enter")
        page.wait_for_selector("[name=code]")
        page.fill("[name=code]", code_of(SECRET))
        page.keyboard.press("Enter")
        page.wait_for_url(f"{origin}/admin/")
        save(page.screenshot(), folder / "editors-start.png", 0)
        page.goto(f"{origin}/admin/records/record/?q={EDITED}")
        page.click(f"a:has-text('{EDITED}'), #result_list td a")
        record = page.url.removesuffix("change/")
        for name in ("change", "publish", "history", "preview"):
            page.goto(f"{record}{name}/")
            save(page.screenshot(), folder / f"editors-{name}.png", 0)
        page.goto(f"{origin}/admin/catalogue/technology/import/")
        save(page.screenshot(), folder / "editors-import.png", 0)
        browser.close()


def save(png, path, margin):
    """Keep a picture with few colours; round a printed page stands the paper."""
    image = ImageOps.expand(Image.open(BytesIO(png)).convert("RGB"), margin, "white")
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


if __name__ == "__main__":
    main()
