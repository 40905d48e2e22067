"""The glossary in place: which words become links, which stay words, and the note beside the link."""

import pytest

from media4sec.portal.record.glossary import Glossary
from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import fresh, make, published
from tests.public import links_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def terms():
    """Published terms, by their titles."""
    titles = {
        "Dark web": [],
        "Rumour": [],
        "Rumour control": [],
        "Tor": [],
        "Law Enforcement Directive": ["LED"],
        "Co-production": [],
        "Necessity": [],
        "The good": [],
    }
    return {
        title: published("glossary-term", title=title, aliases=aliases, summary=f"What {title} is.")
        for title, aliases in titles.items()
    }


def marked(text, on=None):
    """The words of a text that become links, in order."""
    page = Publication.objects.get(identifier=on.identifier) if on else Publication(kind="theme")
    return [piece for piece, entry in Glossary(page).mark(text).pieces if entry]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("On the dark web and the dark web.", ["dark web"]),
        ("Dark webs, DARK-WEB", ["Dark webs"]),
        ("Rumours, a rumour", ["Rumours"]),
        ("Rumour control ends a rumour.", ["Rumour control", "rumour"]),
        ("A rumour needs rumour control.", ["rumour", "rumour control"]),
        ("A led lamp; the LED says so.", ["LED"]),
        ("The tor; Tor.", ["Tor"]),
        ("Coproduction, co production and co-productions", ["co production"]),
        ("Necessities", ["Necessities"]),
        ("The good practice; the good.", ["the good"]),
        ("darkweb rumoured a-rumour rumour2", []),
        ("", []),
    ],
)
def test_whole_words_are_found_once_and_the_longest_first(terms, text, found):
    assert marked(text) == found


def test_pieces_are_the_text(terms):
    text = "On the <dark web>, the LED\nand “co-productions”…"

    prose = Glossary(Publication(kind="theme")).mark(text)

    assert prose == text
    assert "".join(piece for piece, _ in prose.pieces) == text


def test_the_terms_own_page_does_not_lead_to_itself(client, terms):
    term = published(
        "glossary-term", title="Onion service", summary="An onion service is on the dark web, and no rumour."
    )

    response = client.get(term.url)

    assert marked(term.summary, on=term) == ["dark web", "rumour"]
    assert "<dfn>Onion service</dfn>" in response.content.decode()
    assert response.content.decode().count('class="term"') == 2


def test_first_use_on_a_page_leads_to_the_definition(client, terms):
    tool = published(
        "technology",
        title="The dark web tool",
        summary="It reads the dark web for all. Then it reads the dark web again.",
        status_note="Still on the dark web.",
    )

    term = terms["Dark web"]
    response = client.get(tool.url)
    body = response.content.decode()

    assert body.count('class="term"') == 1
    assert f'<a class="term" href="{term.url}" aria-describedby="term-{term.identifier}">dark web</a>' in body
    assert term.url in links_in(response)
    assert body.count(f'id="term-{term.identifier}" popover="manual" role="tooltip"') == 1
    assert "What Dark web is." in text_of(response)
    assert "It reads the dark web for all." in text_of(response)
    assert "Then it reads the dark web again." in text_of(response)


def test_texts_are_texts_and_no_markup(client, terms):
    tool = published("technology", summary="<i>dark web</i> & <b>rumour</b>")

    body = client.get(tool.url).content.decode()

    assert "&lt;i&gt;<a class=" in body
    assert "<i>" not in body


def test_only_published_terms_are_known(client, terms):  # gates 3.9, 3.13
    tool = published("technology", summary="It reads the dark web and each rumour of secretword.")
    make("glossary-term", title="Secretword", summary="Hidden.")
    assert "Hidden." not in client.get(tool.url).content.decode()

    workflow.withdraw(terms["Dark web"], reason="Gone.")
    body = client.get(tool.url).content.decode()
    assert "What Dark web is." not in body
    assert body.count('class="term"') == 1

    workflow.restore(fresh(terms["Dark web"]))
    assert "What Dark web is." in client.get(tool.url).content.decode()


def test_without_a_glossary_texts_stay_as_they_are(client):
    tool = published("technology", summary="It reads the dark web.")

    response = client.get(tool.url)

    assert "It reads the dark web." in text_of(response)
    assert 'class="term"' not in response.content.decode()
    assert "glossary.js" not in response.content.decode()
