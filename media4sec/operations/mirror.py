"""The public site as plain files, for the day on which nothing else runs: any web server can show them.

Pages are asked of the portal itself, so that a copy says what the portal says. A folder is filled beside the one that
is there, and takes its place when it is whole. What an address asks behind a question mark, a plain file cannot answer:
search, filters and forms do not work in the copy, but lists go on page by page, each at an address of its own.
"""

import html
import io
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse

from media4sec.interchange.harvesting.sitemap import fixed_pages, part_numbers
from media4sec.languages import addresses_of
from media4sec.portal.previews.views import ICONS
from media4sec.publications.models import Publication

Ask = Callable[[str], tuple[int, bytes]]

FOR_ALL = ("/robots.txt", "/accessibility.json", "/sitemap.xml", "/site.webmanifest", *ICONS)
NOWHERE = "/no-such-page/"  # what is not found looks like this
COPY_STAMP = "made-by-export_site"  # only a folder with this file is ever replaced
NEXT_PAGE = re.compile(r'href="(?P<path>/[^"?#]*/)\?page=(?P<number>\d+)"')
FILE = re.compile(r'(?:href|src)="(?P<path>/files/[^"?#]+)"')


class NotWhole(Exception):
    """A page could not be had, so that there is no copy; the message says which."""


def ask_portal() -> Ask:
    """A function that says what the portal answers: (status, body)."""
    application = WSGIHandler()
    origin = urlsplit(settings.BASE_URL)

    def ask(address: str) -> tuple[int, bytes]:
        path, _, query = address.partition("?")
        statuses: list[int] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": origin.hostname,
            "SERVER_PORT": str(origin.port or (443 if origin.scheme == "https" else 80)),
            "HTTP_HOST": origin.netloc,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": origin.scheme,
            "wsgi.input": io.BytesIO(),
        }
        response = application(environ, lambda status, headers, *error: statuses.append(int(status[:3])))
        try:
            return statuses[0], b"".join(response)
        finally:
            response.close()

    return ask


def pages(languages: Iterable[str]) -> list[str]:
    """The address of every public page in these languages; lists by their first page."""
    records = Publication.objects.published().order_by("pk").values_list("url", flat=True)
    everywhere = [*fixed_pages(), *records]
    return [path for url in everywhere for code, _, path in addresses_of(url) if code in languages]


def export_site(folder: Path, languages: Iterable[str], ask: Ask | None = None) -> int:
    """Fill a folder; returns how many files it has, static ones aside."""
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / COPY_STAMP).exists():
        raise NotWhole(f"{folder} holds something else: name a new folder, or one of an earlier copy.")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    number = SiteCopy(part, ask or ask_portal()).fill(languages)
    shutil.copytree(settings.STATIC_ROOT, part / settings.STATIC_URL.strip("/"))
    (part / COPY_STAMP).touch()
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return number


class SiteCopy:
    """A folder while it is filled."""

    def __init__(self, folder: Path, ask: Ask) -> None:
        self.folder, self.ask = folder, ask
        self.written: set[Path] = set()

    def fill(self, languages: Iterable[str]) -> int:
        count = len(fixed_pages()) + Publication.objects.published().count()
        parts = [f"/sitemap-{number}.xml" for number in part_numbers(count)]
        contact = [reverse("security-txt")] if settings.SECURITY_CONTACT else []
        for address in (*FOR_ALL, *contact, *parts, *pages(set(languages))):
            self.take(address, name_in_copy(address))
        self.write(self.folder / "404.html", self.got(NOWHERE, 404))
        return len(self.written)

    def take(self, address: str, name: str) -> None:
        """A page with what it leads on to and nothing else names: the next page of a list, files of a record."""
        path = self.folder / name
        if path in self.written:
            return
        body = self.got(address)
        if path.suffix != ".html":
            self.write(path, body)
            return
        text = body.decode()
        self.write(path, NEXT_PAGE.sub(r'href="\g<path>page-\g<number>/"', text).encode())
        for found in NEXT_PAGE.finditer(text):
            list_path, number = found["path"], found["number"]
            self.take(f"{list_path}?page={number}", name_in_copy(f"{list_path}page-{number}/"))
        for found in FILE.finditer(text):
            address = html.unescape(found["path"])
            self.take(address, name_in_copy(address))

    def got(self, address: str, expected: int = 200) -> bytes:
        status, body = self.ask(address)
        if status != expected:
            raise NotWhole(f"{address} answers {status}.")
        return body

    def write(self, path: Path, body: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        self.written.add(path)


def name_in_copy(address: str) -> str:
    """Where an address is kept, as web servers look for it."""
    name = unquote(address).lstrip("/")
    return f"{name}index.html" if not name or name.endswith("/") else name
