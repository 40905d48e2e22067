"""Where machines begin: the catalogue of interfaces, llms.txt, and records as Markdown."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import resolve
from markdown_it import MarkdownIt

from media4sec.interchange.entrances import ENTRANCES
from media4sec.interchange.files.markdown import link_to, marked_up
from media4sec.kinds import kinds, paths
from media4sec.records import workflow
from tests.factories import full_document_for, make, publish, published, save
from tests.public import body_of, relative
from tests.test_markup import planted

ROOT = Path(__file__).parents[1]
ADDRESS = re.compile(r"https://kb\.example\.eu/([^\s'\"…`]+)")
pytestmark = [pytest.mark.django_db, pytest.mark.once]
EVERY_KIND = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)


# The catalogue of interfaces (RFC 9727)


def test_the_catalogue_names_every_interface_with_its_description(client):
    answer = client.get("/.well-known/api-catalog")
    first, *others = answer.json()["linkset"]

    assert answer.headers["Content-Type"] == (
        'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    )
    assert 'rel="api-catalog"' in answer.headers["Link"]
    assert client.head("/.well-known/api-catalog").headers["Link"] == answer.headers["Link"]
    assert first["anchor"] == f"{settings.BASE_URL}/.well-known/api-catalog"
    assert [item["href"] for item in first["item"]] == [context["anchor"] for context in others]
    rest = others[0]
    assert rest["anchor"] == f"{settings.BASE_URL}/api/v1"
    assert rest["service-desc"][0]["href"] == f"{settings.BASE_URL}/api/v1/openapi.json"
    assert rest["service-doc"][0]["href"] == f"{settings.BASE_URL}/api/"


def test_all_that_the_catalogue_names_is_there(client):
    published("technology")
    contexts = client.get("/.well-known/api-catalog").json()["linkset"]
    targets = {
        target["href"]: target.get("type")
        for context in contexts
        for rel, links in context.items()
        if rel != "anchor"
        for target in links
        if target["href"].startswith(settings.BASE_URL)
    }

    assert len(targets) > len(ENTRANCES)
    for target, media_type in targets.items():
        if target.endswith("/dumps/manifest.json"):  # until the first one is made
            assert resolve(relative(target))
            continue
        answer = client.get(relative(target))
        assert answer.status_code == 200, target
        sent = answer.headers["Content-Type"].partition(";")[0]
        assert sent == media_type, target


def test_pages_name_the_catalogue_and_the_description(client):
    page = client.get("/").content.decode()

    assert '<link rel="api-catalog" href="/.well-known/api-catalog">' in page
    assert 'rel="service-desc"' in page


def test_what_is_for_machines_in_the_documentation_is_in_the_catalogue():
    """Each interface has a first address in the words for integrators: none is told to people only."""
    text = (ROOT / "docs/integrators.md").read_text(encoding="utf-8")
    named = {
        f"/{path.partition('/')[0].partition('.')[0].partition('?')[0]}" for path in ADDRESS.findall(text)
    }
    known = {f"/{address[1:].partition('/')[0].partition('.')[0]}" for address, *_ in ENTRANCES}
    lists = {f"/{path}" for path in paths()}

    assert {"/oai", "/catalog", "/schemes", "/feeds"} <= named
    assert named - known - lists <= {"/", "/llms"}


# llms.txt


def test_llms_txt_says_what_there_is(client):
    answer = client.get("/llms.txt")
    text = answer.content.decode()

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.startswith("# MEDI@4SEC knowledge base\n\n> ")
    links = re.findall(r"^- \[[^\]]+\]\(([^)]+)\)", text, re.MULTILINE)
    assert len(links) == len(set(links)) == len(paths()) + len(ENTRANCES) + 2
    for link in links:
        if not link.endswith("/dumps/manifest.json"):
            assert client.get(relative(link)).status_code == 200, link


@pytest.mark.parametrize("address", ["/llms.txt", "/.well-known/api-catalog"])
def test_there_is_one_answer_at_each_address(client, address):
    assert client.get(f"{address}?x=1").status_code == 400
    assert client.post(address).status_code == 405
    assert client.get(address).content == client.get(address).content


# Records as Markdown


def markdown_of(client, record):
    answer = client.get(f"{record.url.rstrip('/')}.md")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    return answer.content.decode()


def test_a_record_is_read_as_text(client):
    maker = published("organisation", title="Acme (NL)")
    theme = published("theme", title="Dark Web")
    record = published(
        "technology", title="A *tool*", summary="It looks.\n\n1. It finds.", makers=[maker.identifier],
        themes=[theme.identifier], status="active", notes=["Read twice."],
    )  # fmt: skip
    text = markdown_of(client, record)

    assert text.startswith(
        f"# {record.identifier} A \\*tool\\*\n\nTechnology, Active, version 1, checked on 2026-11-23: "
        f"<{settings.BASE_URL}{record.url}>\n\nThemes: [Dark Web]({settings.BASE_URL}{theme.url})\n\n"
        "It looks.\n\n1\\. It finds.\n\n## Facts\n\n"
    )
    assert f"- Makers: [Acme (NL)]({settings.BASE_URL}{maker.url})" in text
    assert "## Notes on the sources\n\n- Read twice." in text
    assert text.endswith("texts under [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).\n")


@EVERY_KIND
def test_all_that_a_record_of_any_kind_says_is_in_its_text(client, kind):
    document = full_document_for(kind)
    record = publish(save(document, kind))

    text = markdown_of(client, record)

    for source in document["sources"]:
        assert f"]({source['url']})" in text
    wanted = re.findall(r"This sentence is about \w+ and was written as number \d+", json.dumps(document))
    said = text.replace("\\", "")
    assert [sentence for sentence in wanted if sentence not in said] == []


@EVERY_KIND
def test_markup_in_a_record_stays_text(client, kind):
    record = publish(save(planted(full_document_for(kind)), kind))

    html = MarkdownIt("commonmark").render(markdown_of(client, record))

    assert "<q-" not in html
    assert "&lt;q-" in html


def test_a_list_leads_to_the_texts_of_its_records(client):
    first, second = published("technology", title="First", summary="One\nline."), published("technology")
    make("technology", title="A draft")

    text = body_of(client.get("/technologies.md?sort=title")).decode()

    assert text.startswith("# Tools\n\nMEDI@4SEC knowledge base, <")
    twins = [f"{settings.BASE_URL}{record.url.rstrip('/')}.md" for record in (first, second)]
    assert f"- [First]({twins[0]}): One line.\n" in text
    assert re.findall(r"^- \[[^]]+\]\(([^)]+)\)", text, re.MULTILINE) == twins
    assert body_of(client.get("/search.md?q=first")).decode().startswith("# Search\n")


def test_what_was_withdrawn_is_gone_as_text_too(client):
    record = published("technology")
    workflow.withdraw(record, reason="Wrong.")

    assert client.get(f"{record.url.rstrip('/')}.md").status_code == 410


def test_who_likes_markdown_better_is_led_to_it(client):
    record = published("technology")

    led = client.get(record.url, headers={"Accept": "text/markdown, text/html;q=0.5"})

    assert (led.status_code, led.headers["Location"]) == (303, f"{record.url.rstrip('/')}.md")


@pytest.mark.parametrize(
    "text", ["# no heading", "- no item", "1. no item", "2) no item", "> no quote", "[no](link)", "`no code`", "<b>",
             "_no_ *stress*", "a\\b", "&amp; stays", "=== no heading", "+ no item"],
)  # fmt: skip
def test_plain_text_stays_what_it_is(text):
    html = MarkdownIt("commonmark").render(marked_up(text))

    assert re.fullmatch(r"<p>[^<]*</p>\n", html)
    read = html[3:-5].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    assert read == text


def test_an_address_cannot_end_its_link():
    html = MarkdownIt("commonmark").render(link_to("x", "https://example.org/a_(b) c<d>"))

    assert html == '<p><a href="https://example.org/a_%28b%29%20c%3Cd%3E">x</a></p>\n'
