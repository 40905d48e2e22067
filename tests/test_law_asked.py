"""The law that readers ask for goes where they go: from a page to its paper, its brief and the questions of others."""

import datetime

import pypdfium2
import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.timezone import localdate

from ethics.on_the_day import state_on
from media4sec.publications.models import Publication
from tests.factories import published
from tests.public import text_of
from tests.test_content import by_identifier
from tests.test_country_lens import note, rule
from tests.test_on_the_day_pages import KINDS, TODAY, event, record_with
from tests.test_paper import faults_of, links_of, text_in

pytestmark = pytest.mark.once

ASKED = "?on=2026-12-04&country=ES"
LAWS = by_identifier("instrument")
SITUATIONS = sorted(by_identifier("situation"))


@pytest.fixture
def on_that_day(monkeypatch):
    noon = datetime.datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)


def act():
    """A law that will have ended on the day that is asked for, and Spanish rules about it."""
    source = {"url": "https://example.org/ley", "title": "Ley Orgánica"}
    law = published(
        "instrument",
        title="Some Act",
        events=[event("2020-01-01", "in-force"), event("2026-12-02", "repealed", verified=False)],
    )
    note(
        authority="AEPD",
        authority_url="https://www.aepd.es/",
        instruments=[law.identifier],
        rules=[rule(verified=False, sources=[source])],
    )
    return law


@pytest.mark.django_db
@pytest.mark.usefixtures("on_that_day")
@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_tells_the_law_of_the_day_and_country_that_its_page_tells(kind, client):
    record = record_with(act(), kind)
    paper = f"{record.url[:-1]}.pdf"

    page = client.get(f"{record.url}{ASKED}").content.decode()
    asked = client.get(f"{paper}{ASKED}")

    assert f'href="{paper}{ASKED.replace("&", "&amp;")}"' in page
    text = text_in(asked.content)
    for words in (
        "4 December 2026, Spain",
        "The law as on 4 December 2026, as far as dates are recorded here. Not legal advice.",
        "What changes between today and 4 December 2026 (1)",
        "2 December 2026: Some Act: repealed on 2026-12-02 (Not verified)",
        "No longer in force",
        "Spain: what is recorded here of national law. Not legal advice.",
        "Look it up with the supervisory authority: AEPD",
    ):
        assert words in text
    assert f"{settings.BASE_URL}{record.url}{ASKED}" in text  # where the same is on the site
    if kind == "instrument":
        assert "Covert work online Allowed with a warrant. (Not verified) · Ley Orgánica" in text
        assert {"https://www.aepd.es/", "https://example.org/ley"} <= links_of(asked.content)
    assert faults_of(asked.content) == {}
    plain = client.get(paper)
    assert "No longer in force" not in text_in(plain.content)
    assert "national law." not in text_in(plain.content)
    assert client.get(f"{paper}?on={TODAY}").content == plain.content


@pytest.mark.django_db
@pytest.mark.usefixtures("on_that_day")
def test_a_paper_of_a_country_without_a_note_says_so(client):
    tool = record_with(act(), "technology")
    published("case", country="PT")

    text = text_in(client.get(f"{tool.url[:-1]}.pdf?country=PT").content)

    assert "No national law of this country is recorded here. That does not mean that there is none" in text
    assert "From this country: 1 practice case" in text


WRONG = ["?on=2026-13-01", "?on=2026-12-04&on=2026-12-05", "?country=XX", "?country=es", "?x=1", "?on=%00"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", WRONG)
def test_what_is_no_day_no_country_and_no_parameter_is_refused_everywhere(client, query):  # gate 4.3
    situation, theme = published("situation"), published("theme")

    for address in (situation.url, f"{situation.url[:-1]}.pdf", f"{situation.url}questions/"):
        assert client.get(f"{address}{query}").status_code == 400, address
    for address in (theme.url, f"{theme.url[:-1]}.pdf"):  # they tell no law
        response = client.get(f"{address}{query}")
        assert response.status_code == 400, address
        assert "There is no such parameter here." in text_of(response)


@pytest.mark.django_db
@pytest.mark.usefixtures("on_that_day")
def test_a_situation_leads_to_its_brief_and_questions_with_the_law_that_it_tells(client):
    situation = record_with(act(), "situation")

    page = client.get(f"/de{situation.url}{ASKED}").content.decode()

    for below in ("brief/", "questions/"):
        assert f'href="/de{situation.url}{below}{ASKED.replace("&", "&amp;")}"' in page
    assert f'href="{situation.url}brief/"' in client.get(f"{situation.url}?on={TODAY}").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("on_that_day")
def test_questions_of_others_tell_the_law_of_the_day_and_country(client):
    issue = published("issue", instruments=[act().identifier], questions_to_ask=["Whom would it reach?"])
    situation = published("situation", issues=[issue.identifier])

    asked, plain = (client.get(f"{situation.url}questions/{query}") for query in (ASKED, ""))

    text = text_of(asked)
    assert "Instrument, status on 4 December 2026" in text
    assert "Some Act No longer in force" in text
    assert "2 December 2026 Some Act : repealed on 2026-12-02 Not verified" in text
    assert "Spain: what is recorded here of national law." in text
    assert 'name="robots" content="noindex"' in asked.content.decode()
    assert "Instrument, status today" in text_of(plain)
    assert "No longer in force" not in text_of(plain)
    today = client.get(f"{situation.url}questions/?on={TODAY}").content.decode()
    assert today.replace(f"?on={TODAY}", "") == plain.content.decode()


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", SITUATIONS)
def test_questions_of_each_situation_tell_each_law_as_on_the_day(client, identifier):
    url = Publication.objects.get(kind="situation", identifier=identifier).url
    day = datetime.date(2027, 8, 2)

    laws = client.get(f"{url}questions/?on={day}").context["laws"]

    shown = {law["url"].split("/")[-2]: law["state"] for issue in laws.values() for law in issue}
    assert shown
    assert shown == {name: state_on(LAWS[name], day, localdate()) for name in shown}


@pytest.mark.slow
@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("language", ["", "/el"])
@pytest.mark.parametrize("identifier", SITUATIONS)
def test_a_brief_with_national_law_is_one_sheet_and_says_what_its_page_says(client, identifier, language):
    url = Publication.objects.get(kind="situation", identifier=identifier).url

    page = client.get(f"{language}{url}brief/?country=FR")
    content = client.get(f"{language}{url}brief.pdf?country=FR").content

    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 2
    lens = page.context["country"]
    text = text_in(content)
    assert f"{lens.name}: " in text
    rules = lens.recorded["rules"]
    assert [rule["text"] for rule in rules if rule["text"] not in text] == []
    assert all(rule["text"] in text_of(page) for rule in rules)
    assert page.context["stamp"] in text
