"""The public pages as HTML: valid, with one heading on top, an order of headings, and names of their own."""

import base64
import hashlib
import json
import re
import subprocess
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from django.urls import reverse

from media4sec.kinds import kinds
from media4sec.languages import CODES
from tests.pages import BROKEN, PAGES, RECORDS

LANGUAGES = {f"/{code}/": code for code in CODES}


class Outline(HTMLParser):
    """The title of a page, its headings, and what must not be there."""

    def __init__(self, html):
        super().__init__()
        self.title, self.headings, self.inline, self.language = "", [], [], ""
        self._title_open = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html":
            self.language = attributes.get("lang", "")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        self._title_open = self._title_open or (tag == "title" and not self.title)
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.inline.append(tag)
        self.inline += [name for name in attributes if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag):
        if tag == "title":
            self._title_open = False

    def handle_data(self, data):
        if self._title_open:
            self.title += data


def pages(client):
    """{name: HTML} of every type of page."""
    found = {}
    for name, path in PAGES.items():
        response = client.get(path)
        assert response.status_code == {"bad-request": 400, "not-found": 404}.get(name, 200), path
        found[name] = response.content.decode()
    return found


def test_every_kind_has_its_page_here():
    ours = [kind for kind in kinds() if not kind.name.startswith("throwaway")]
    assert not [kind.name for kind in ours if kind.name not in RECORDS]
    assert not [kind.list_url for kind in ours if kind.list_url not in PAGES.values()]


# gate 7.7
def test_headings_titles_and_language(client, content):
    titles = {}
    for name, html in pages(client).items():
        outline = Outline(html)
        assert outline.headings.count(1) == 1, name
        assert outline.headings[0] == 1, name
        jumps = [
            pair
            for pair in zip(outline.headings, outline.headings[1:], strict=False)
            if pair[1] > pair[0] + 1
        ]
        assert not jumps, name
        assert outline.language == LANGUAGES.get(PAGES[name][:4], "en-GB"), name
        title = (outline.language, outline.title)
        assert title not in titles, f"{name} is called like {titles.get(title)}"
        titles[title] = name


# gate 1.1
def test_nothing_stands_inline(client, content):
    for name, html in pages(client).items():
        assert not Outline(html).inline, name


# gate 7.7
def test_valid_html(client, content, vnu_jar, tmp_path):
    for name, html in pages(client).items():
        (tmp_path / f"{name}.html").write_text(html)
    command = ["java", "-Xss4m", "-jar", vnu_jar, "--format", "json", "--skip-non-html", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(answer.stderr or '{"messages": []}')["messages"]
    errors = {
        f"{message['url'].rpartition('/')[2]}:{message.get('lastLine')}: {message['message']}"
        for message in messages
        if message["type"] == "error"
    }
    assert not errors


def test_broken_pages_are_not_indexed(client, content):
    for path in BROKEN.values():
        assert 'content="noindex"' in client.get(path).content.decode()


@pytest.mark.parametrize("name", ["home", "search", "matrix", "library", "about", "accessibility", "privacy"])
def test_fixed_pages_are_all_here(name):
    assert reverse(name) in PAGES.values()


# gate 1.2
def test_own_files_carry_their_digest(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": manifest}}
    call_command("collectstatic", interactive=False, verbosity=0)
    html = render_to_string("500.html")
    found = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))" integrity="sha384-([^"]+)"', html)
    assert len(found) == len(re.findall(r'<script|rel="stylesheet"', html)) > 1
    for name, digest in found:
        content = (tmp_path / name).read_bytes()
        assert base64.b64encode(hashlib.sha384(content).digest()).decode() == digest
        assert name not in ("css/portal.css", "js/portal.js")
