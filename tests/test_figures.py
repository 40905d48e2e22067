"""Numbers of surveys: shown with their unit, as a bar where they are shares, and said where a title is read alone."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import trans_real

from media4sec.portal.previews.views import preview_of
from media4sec.publications.description import descriptions_of
from media4sec.publications.models import Publication
from tests.factories import published
from tests.public import Page, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NBSP = "\N{NO-BREAK SPACE}"


def catalog_of(language):
    return trans_real.translation(language)._catalog._catalogs[0]


def figure(value, unit, title="People who were asked", **changes):
    return published("survey-figure", value=value, unit=unit, title=title, **changes)


@pytest.mark.parametrize(
    ("value", "unit", "text", "share"),
    [
        ("90.00", "percent", f"90{NBSP}%", 90),
        ("12.50", "percent", f"12.5{NBSP}%", 12.5),
        ("130.00", "percent", f"130{NBSP}%", None),
        ("9.00", "out of 10", "9 out of 10", 90),
        ("1200.00", "respondents", "1,200 respondents", None),
        ("0.00", "percent", f"0{NBSP}%", 0),
        ("7.00", "", "7", None),
    ],
)
def test_a_value_is_never_torn_from_its_unit(client, value, unit, text, share):
    record = figure(value, unit)

    rows, page = client.get("/survey/"), client.get(record.url)

    assert [(card["figure"]["text"], card["figure"]["share"]) for card in rows.context["cards"]] == [
        (text, share)
    ]
    for response in (rows, page):
        assert f"<b>{text}</b>" in response.content.decode()
        assert response.content.decode().count('<svg class="bar"') == (share is not None)
    facts = {fact.label: [value.text for value in fact.values] for fact in page.context["page"].facts}
    assert facts["Value"] == [text]
    assert "Unit" not in facts
    assert Page(page.content.decode()).heading == f"{text} People who were asked".replace(NBSP, " ")


@pytest.mark.parametrize(
    ("value", "unit", "qualifier", "text", "share"),
    [
        ("90.00", "percent", "over", f"Over 90{NBSP}%", 90),
        ("60.00", "people", "about", "About 60 people", None),
        ("2.50", "percent", "under", f"Under 2.5{NBSP}%", 2.5),
        ("1200.00", "people", "", "1,200 people", None),
    ],
)
def test_a_figure_is_as_exact_as_its_source(client, value, unit, qualifier, text, share):
    record = figure(value, unit, qualifier=qualifier)
    publication = Publication.objects.get(identifier=record.identifier)

    rows, page = client.get("/survey/"), client.get(record.url)

    assert [(card["figure"]["text"], card["figure"]["share"]) for card in rows.context["cards"]] == [
        (text, share)
    ]
    facts = {fact.label: [value.text for value in fact.values] for fact in page.context["page"].facts}
    assert facts["Value"] == [text]
    assert Page(page.content.decode()).heading == f"{text} People who were asked".replace(NBSP, " ")
    title = f"{text}: People who were asked"
    assert f"<title>{title} ·" in page.content.decode()
    assert next(descriptions_of([publication])).record.title == " ".join(title.split())
    assert preview_of(publication).title == title
    answer = client.get(f"/api/v1/survey-figures/{record.identifier}").json()
    assert (answer["value"], answer["qualifier"]) == (value, qualifier)


def test_how_exact_a_figure_is_can_be_said_in_other_languages(client, monkeypatch):
    record = figure("60.00", "percent", qualifier="about")
    other = figure("60.00", "people", qualifier="about")
    monkeypatch.setitem(catalog_of("de"), "About %(number)s", "Etwa %(number)s")

    page = client.get(f"/de{record.url}").content.decode()

    assert f"<b>Etwa 60{NBSP}%</b>" in page
    # A unit is content: the whole stays English, and says so.
    assert '<span lang="en">About 60 people</span>' in client.get(f"/de{other.url}").content.decode()


def test_a_figure_published_before_there_were_qualifiers_is_exact(client):
    record = figure("60.00", "percent")
    publication = Publication.objects.get(identifier=record.identifier)
    display = json.loads(publication.display)
    for value in (display["figure"], *(value for fact in display["facts"] for value in fact["values"])):
        value.pop("qualifier", None)
    Publication.objects.filter(pk=publication.pk).update(display=json.dumps(display))

    assert f"<b>60{NBSP}%</b>" in client.get(f"/de{record.url}").content.decode()


def test_only_a_number_is_over_or_about():
    with pytest.raises(ValidationError, match="Give the number that is stated so"):
        figure(None, "", qualifier="over")


def test_a_figure_is_said_in_the_language_of_the_page(client):
    record = figure("1234.50", "percent")

    assert f"1.234,5{NBSP}%" in client.get(f"/de{record.url}").content.decode()
    assert f"1.234,5{NBSP}%" in client.get("/de/survey/").content.decode()


@pytest.mark.parametrize(
    ("value", "unit", "title", "cited"),
    [
        ("90.00", "percent", "Citizens who agree", f"90{NBSP}%: Citizens who agree"),
        ("90.00", "percent", "Over 90 per cent agree.", "Over 90 per cent agree."),
        ("1200.00", "people", "1,200 people came.", "1,200 people came."),
        ("1200.00", "people", "1200 people came.", "1200 people came."),
        ("20.00", "people", "In 2020 people came.", "20 people: In 2020 people came."),
        ("9.00", "out of 10", "Of 90 people most agree.", "9 out of 10: Of 90 people most agree."),
    ],
)
def test_a_title_that_is_read_alone_says_the_figure_once(client, value, unit, title, cited):
    publication = Publication.objects.get(identifier=figure(value, unit, title=title).identifier)

    page = client.get(publication.url)

    assert next(descriptions_of([publication])).record.title == " ".join(cited.split())
    assert preview_of(publication).title == cited
    assert f" {' '.join(cited.split()).rstrip('.')}" in page.content.decode().partition('id="cite"')[2]
    assert f"<title>{cited} ·" in page.content.decode()
    assert f"<title>{' '.join(cited.split())}</title>" in client.get("/feeds/survey.atom").content.decode()


def test_a_result_without_a_number_has_no_figure(client):
    figure(7, "people")  # what no record of a kind states is not said to be missing
    record = figure(None, "")

    response = client.get(record.url)

    assert json.loads(Publication.objects.get(identifier=record.identifier).display)["figure"] is None
    assert 'class="figure"' not in response.content.decode()
    assert "Not stated in the source: value" in text_of(response)
