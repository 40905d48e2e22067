"""The law of one country on pages that tell law: what is recorded, and what is not."""

import pytest

from tests.factories import make, published
from tests.public import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def note(country="ES", rules=(), **more):
    return published(
        "country-note", title=f"{country}: national law", country=country, rules=list(rules), **more
    )


def rule(*records, topic="covert-online", text="Allowed with a warrant.", verified=True, sources=()):
    named = [f"{record.kind.name}:{record.identifier}" for record in records]
    return {
        "key": f"{topic}-{len(named)}-{text[:9].casefold().replace(' ', '-')}",
        "topic": topic,
        "text": text,
        "verified": verified,
        "checked_on": "2026-11-28",
        "refs": named,
        "sources": list(sources),
    }


@pytest.fixture
def issue():
    return published("issue", title="Covert accounts")


@pytest.fixture
def tool(issue):
    other = published("issue", title="Something else")
    return published("technology", issues=[issue.identifier, other.identifier])


def test_what_is_recorded_on_the_points_of_a_page_is_told_and_the_rest_named_a_gap(client, issue, tool):
    source = {"url": "https://example.org/ley", "title": "Ley Orgánica", "locator": "Article 5"}
    note(
        authority="AEPD",
        authority_url="https://www.aepd.es/",
        rules=[
            rule(issue, sources=[source]),
            rule(topic="retention", text="Not about this page."),
            rule(issue, topic="filming-police", text="Nobody read the law.", verified=False),
        ],
    )

    response = client.get(f"{tool.url}?country=ES")
    text = text_of(response)

    assert "Spain: what is recorded here of national law." in text
    assert "Covert work online Allowed with a warrant. Verified Ley Orgánica, Article 5" in text
    assert "Nobody read the law. Not verified" in text
    assert "Not about this page." not in text
    assert "Points of this page without a rule of this country recorded here: 1 of 2." in text
    assert "Look it up with the supervisory authority: AEPD" in text
    assert 'href="https://www.aepd.es/"' in response.content.decode()
    assert "Not legal advice." in text


def test_a_country_without_a_note_gets_an_honest_answer(client, tool):
    text = text_of(client.get(f"{tool.url}?country=PT"))

    assert "Portugal: what is recorded here of national law." in text
    assert "No national law of this country is recorded here. That does not mean that there is none" in text


def test_a_law_has_the_rules_of_a_country_whose_note_names_it(client):
    law, other = published("instrument"), published("instrument")
    note(instruments=[law.identifier], rules=[rule(text="Transposed in 2021.", topic="led-act")])

    assert "Transposed in 2021." in text_of(client.get(f"{law.url}?country=ES"))
    text = text_of(client.get(f"{other.url}?country=ES"))
    assert "Transposed in 2021." not in text
    assert "recorded here: 1 of 1." in text


def test_what_else_there_is_from_the_country_leads_to_its_lists(client, tool):
    published("case", country="ES")
    published("technology", country="ES")
    published("technology", country="NL")
    note()

    response = client.get(f"{tool.url}?country=ES")
    found = {list_["title"]: list_["url"] for list_ in response.context["page"].country.lists}

    assert found == {
        "1 practice case": "/practices/?country=ES&type=case",
        "1 technology": "/technologies/?country=ES",
    }
    for url in found.values():
        assert client.get(url).context["count"] == 1


def test_the_form_offers_the_countries_of_which_something_is_recorded(client, tool):
    note("ES")
    published("case", country="BE")
    make("country-note", country="FI")

    html = client.get(tool.url).content.decode()
    german = client.get(f"/de{tool.url}?country=ES").content.decode()

    assert 'value="ES"' in html
    assert ">Belgium</option>" in html
    assert "Finland" not in html
    assert '<option value="ES" selected>Spanien</option>' in german


def test_a_draft_of_a_note_records_nothing(client, issue, tool):
    make("country-note", country="ES", rules=[rule(issue, text="Planted words.")])

    response = client.get(f"{tool.url}?country=ES")

    assert "Planted words." not in response.content.decode()
    assert "No national law of this country is recorded here." in text_of(response)


def test_country_and_day_go_together(client, issue, tool):
    note(rules=[rule(issue)])

    text = text_of(client.get(f"{tool.url}?country=ES&on=2027-01-01"))

    assert "The law as on 1 January 2027" in text
    assert "Allowed with a warrant." in text


@pytest.mark.parametrize(
    "query",
    [
        "country=XX",
        "country=es",
        "country=ZZ",
        "country=EU",
        "country=Spain",
        "country=ES&country=FR",
        "country=%00",
    ],
)
def test_what_is_no_country_is_refused_with_a_sentence(client, tool, query):
    response = client.get(f"{tool.url}?{query}")

    assert response.status_code == 400
    assert "Give one country by its two letters, such as ES." in text_of(response)


def test_pages_with_a_country_are_not_for_search_engines(client, tool):
    page = client.get(f"{tool.url}?country=ES").content.decode()

    assert '<meta name="robots" content="noindex">' in page


def test_a_lens_costs_the_same_however_many_notes_there_are(client, tool, django_assert_max_num_queries):
    for country in ("ES", "FR", "NL", "BE"):
        note(country)
    client.get(f"{tool.url}?country=FR")

    with django_assert_max_num_queries(16):
        client.get(f"{tool.url}?country=ES")
