"""The public pages as HTML: valid, with one heading on top, an order of headings, and names of their own."""

import base64
import hashlib
import json
import re
import subprocess
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import render_to_string
from django.urls import reverse

from media4sec.kinds import kinds
from media4sec.languages import CODES
from media4sec.publications.models import Publication
from tests.pages import PAGES, RECORDS, STATUS, answer
from tests.public import Page
from tests.screenshots import NAMES
from tests.test_content import documents_of

pytestmark = pytest.mark.once

LANGUAGES = {f"/{code}/": code for code in CODES}
TEMPLATES = settings.BASE_DIR / "templates"
BEHIND_THE_LOGIN = ("admin/", "account/", "accounts/", "allauth/", "mfa/", "portal/preview.html")
# Pages that no address leads to: they are made apart here. Their like is walked: 400.html, 404.html, 410.html.
REFUSALS = tuple(f"portal/errors/{status}.html" for status in (403, 405, 408, 413, 429, 500, 503))


class Outline(HTMLParser):
    """The title of a page, its headings and its language."""

    def __init__(self, html):
        super().__init__()
        self.title, self.headings, self.language = "", [], ""
        self._title_open = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag == "html":
            self.language = dict(attributes).get("lang", "")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        self._title_open = self._title_open or (tag == "title" and not self.title)

    def handle_endtag(self, tag):
        if tag == "title":
            self._title_open = False

    def handle_data(self, data):
        if self._title_open:
            self.title += data


@pytest.fixture(scope="module")
def _pages():
    return {}


@pytest.fixture
def pages(client, site, _pages):
    """{name: (HTML, names of its templates)} of every type of page; asked for once."""
    for name in PAGES if not _pages else ():
        response = answer(client, name)
        assert response.status_code == STATUS.get(name, 200), name
        _pages[name] = response.content.decode(), {template.name for template in response.templates}
    return _pages


@pytest.fixture
def every_html(pages):
    """{name: HTML}, with the pages that no address leads to."""
    return {name: html for name, (html, _) in pages.items()} | {
        name: render_to_string(name) for name in REFUSALS
    }


def test_every_kind_has_its_page_here():
    ours = [kind for kind in kinds() if not kind.name.startswith("throwaway")]
    assert not [kind.name for kind in ours if kind.name not in RECORDS]
    assert not [kind.list_url for kind in ours if kind.list_url not in PAGES.values()]


def test_every_template_is_walked_and_has_its_picture(pages):
    """So that a new type of page is not forgotten."""
    templates = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    whole = {
        name
        for name in templates
        if not name.startswith(BEHIND_THE_LOGIN) and not name.rpartition("/")[2].startswith(("_", "base."))
    }
    walked = set().union(*(names for _, names in pages.values()))
    pictured = set().union(*(pages[name][1] for name in NAMES))

    assert whole - walked == set(REFUSALS)
    assert whole - pictured == set(REFUSALS)


def test_past_of_the_walks_is_on_no_list(site):
    assert Publication.objects.published().count() == sum(len(documents_of(kind)) for kind in kinds())


# gate 7.7
def test_headings_titles_and_language(every_html):
    titles = {}
    for name, html in every_html.items():
        outline = Outline(html)
        assert outline.headings.count(1) == 1, name
        assert outline.headings[0] == 1, name
        jumps = [
            pair
            for pair in zip(outline.headings, outline.headings[1:], strict=False)
            if pair[1] > pair[0] + 1
        ]
        assert not jumps, name
        assert outline.language == LANGUAGES.get(PAGES.get(name, "")[:4], "en-GB"), name
        title = (outline.language, outline.title)
        assert title not in titles, f"{name} is called like {titles.get(title)}"
        titles[title] = name


# gate 1.1
def test_nothing_stands_inline(every_html):
    assert {name: inline for name, html in every_html.items() if (inline := Page(html).inline)} == {}


def test_what_stands_inline_is_seen():
    html = '<style></style><p style="" onclick=""><script>1</script><script src="/a.js"></script>'

    assert Page(html).inline == ["style", "style", "onclick", "script"]


# gate 7.7
def test_valid_html(every_html, vnu_jar, tmp_path):
    for name, html in every_html.items():
        (tmp_path / f"{name.removesuffix('.html').replace('/', '-')}.html").write_text(html)
    command = ["java", "-Xss4m", "-jar", vnu_jar, "--format", "json", "--skip-non-html", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(answer.stderr or '{"messages": []}')["messages"]
    errors = {
        f"{message['url'].rpartition('/')[2]}:{message.get('lastLine')}: {message['message']}"
        for message in messages
        if message["type"] == "error"
    }
    assert not errors


def test_broken_pages_are_not_indexed(every_html):
    for name in (*STATUS, *REFUSALS):
        assert 'content="noindex"' in every_html[name], name


# gate 7.9
def test_every_page_leads_to_the_accessibility_statement(pages):
    link = re.compile(r'<footer.*href="(/[a-z]{2})?/accessibility/"', re.DOTALL)
    without = [name for name, (html, _) in pages.items() if not link.search(html)]
    assert len(pages) > 40
    assert without == []


@pytest.mark.parametrize("name", ["home", "search", "matrix", "library", "about", "accessibility", "privacy"])
def test_fixed_pages_are_all_here(name):
    assert reverse(name) in PAGES.values()


# gate 1.2
def test_own_files_carry_their_digest(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": manifest}}
    call_command("collectstatic", interactive=False, verbosity=0)
    public = render_to_string("portal/errors/500.html")
    back_office = render_to_string("admin/base_site.html")
    assert len(re.findall(r'<script|rel="stylesheet"', public)) == len(checked_files(public, tmp_path)) > 1
    assert checked_files(back_office, tmp_path) == {"css/admin.css", "js/admin-counter.js"}


def checked_files(html, folder):
    """The names of own files that a page has with the digest of what they are."""
    found = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"\s+integrity="sha384-([^"]+)"', html)
    for name, digest in found:
        content = (folder / name).read_bytes()
        assert base64.b64encode(hashlib.sha384(content).digest()).decode() == digest
    assert not {"css/portal.css", "js/portal.js"} & {name for name, _ in found}
    return {re.sub(r"\.\w+(\.\w+)$", r"\1", name) for name, _ in found}


# gate 1.2
def test_templates_of_the_back_office_name_no_own_file_without_its_digest():
    tags = re.compile(r"\{% static '([^']+\.(?:css|js))' %\}\"(\s+\{% integrity '\1' %\})?")
    found = {
        (path.name, name): digest
        for path in TEMPLATES.rglob("*.html")
        for name, digest in tags.findall(path.read_text("utf-8"))
    }

    assert len(found) > 5
    assert [where for where, digest in found.items() if not digest] == []
