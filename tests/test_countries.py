"""Country notes: what is recorded, and just as plainly what is not."""

import pytest

from ethics.choices import Topic
from tests.factories import published, source
from tests.public import text_of
from tests.test_content import by_identifier

pytestmark = pytest.mark.once

GAP = "Not recorded: no source was opened."


def rule(topic, **changes):
    return {
        "key": topic,
        "topic": topic,
        "text": f"The rule on {topic}.",
        "verified": True,
        "checked_on": "2026-11-28",
        "refs": [],
        "sources": [source(title=f"The act on {topic}")],
    } | changes


@pytest.mark.django_db
@pytest.mark.parametrize("recorded", [[], ["retention"], ["retention", "covert-online"], Topic.values])
def test_every_topic_stands_on_the_page_with_its_rule_or_its_gap(client, recorded):
    note = published("country-note", country="IE", rules=[rule(topic) for topic in recorded])

    page = client.get(note.url)
    text = text_of(page)

    assert [topic["name"] for topic in page.context["page"].own["topics"]] == Topic.values
    assert {topic["name"] for topic in page.context["page"].own["gaps"]} == set(Topic.values) - set(recorded)
    assert text.count(GAP) == len(Topic) - len(recorded)
    for label in Topic.labels:
        assert str(label) in text
    for topic in recorded:
        assert f"The rule on {topic}." in text
        assert f"The act on {topic}" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verified", "word"), [(True, "Verified"), (False, "Not verified"), (None, "Not verified")]
)
def test_each_rule_says_when_it_was_read_and_whether_it_was_verified(client, verified, word):
    note = published("country-note", rules=[rule("retention", verified=verified)])

    text = text_of(client.get(note.url))

    assert f"{word} Read on 28 November 2026" in text


@pytest.mark.django_db
def test_the_page_says_that_it_is_no_advice_and_whom_to_ask(client):
    note = published("country-note", authority="The Commissioner")

    text = text_of(client.get(note.url))

    assert "not legal advice" in text
    assert "Ask the authority named above, or your legal department" in text
    assert text.index("The Commissioner") < text.index("not legal advice")


@pytest.mark.django_db
def test_list_and_page_say_which_countries_are_recorded(client):
    for code in ("SI", "BE", "GR"):
        note = published("country-note", identifier=code.lower(), country=code)

    lead = client.get("/countries/").context["lead"]
    text = text_of(client.get(note.url))

    assert "Recorded so far: Belgium, Greece, Slovenia." in lead
    assert "Recorded so far: Belgium , Greece , Slovenia ." in text
    assert "Of all other countries nothing is recorded." in text


@pytest.mark.django_db
def test_countries_stand_in_the_order_of_the_language_of_the_page(client):
    for code in ("DE", "GB", "AT"):
        published("country-note", country=code)

    assert (
        "Deutschland, Vereinigtes Königreich, Österreich" not in client.get("/de/countries/").context["lead"]
    )
    assert "Deutschland, Österreich, Vereinigtes Königreich" in client.get("/de/countries/").context["lead"]


@pytest.mark.django_db
def test_the_list_shows_what_is_recorded_of_which_country_filtered_or_not(client):
    published("country-note", country="BE", rules=[rule("retention"), rule("led-act", verified=None)])
    published("country-note", country="SI", rules=[])

    whole = client.get("/countries/").context["coverage"]
    filtered = client.get("/countries/?topic=retention").context["coverage"]

    def words(row):
        return {name: str(cell["label"]) for name, cell in zip(Topic.values, row["cells"], strict=True)}

    assert [row["name"] for row in whole] == ["Belgium", "Slovenia"]
    assert words(whole[0])["retention"] == "Verified"
    assert words(whole[0])["led-act"] == "Not verified"
    assert words(whole[0])["covert-online"] == "Not recorded"
    assert set(words(whole[1]).values()) == {"Not recorded"}
    assert [row["name"] for row in filtered] == ["Belgium"]


@pytest.mark.django_db
def test_the_identifier_is_the_country(client):
    from ethics.models import CountryNote

    note = CountryNote(title="Ireland", country="IE", authority="DPC")
    note.save()

    assert (note.identifier, note.url) == ("ie", "/countries/ie/")


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("words", ["Belgium", "belgium police", "Slovenia ZVOPOKD"])
def test_a_country_is_found_by_its_name(client, words):
    cards = client.get("/countries/", {"q": words}).context["cards"]

    assert cards[0]["identifier"] == ("si" if "Slovenia" in words else "be")


@pytest.mark.usefixtures("content")
def test_every_recorded_rule_has_a_source_and_names_only_what_it_speaks_of():
    for identifier, document in by_identifier("country-note").items():
        assert identifier == document["country"].lower()
        named = {ref for rule in document["rules"] for ref in rule["refs"]}
        assert {f"issue:{issue}" for issue in document["issues"]} <= named
        for rule in document["rules"]:
            assert rule["sources"], (identifier, rule["key"])
            assert "ot recorded" not in rule["text"]


@pytest.mark.usefixtures("content")
def test_the_list_costs_one_query_more_than_others_and_the_page_no_more_than_a_record_may(
    client, django_assert_max_num_queries
):
    for address, most in (("/countries/", 4), ("/countries/de/", 10)):
        client.get(address)
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
