"""Facets with more values than a list has room for: all of them at an address of their own."""

import re

import pytest
from django.http import QueryDict

from media4sec.kinds import kinds_by_name
from media4sec.publications import index
from media4sec.publications.lists import listing
from tests.factories import make, published
from tests.public import facets_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def technologies_by(number, **fields):
    """So many technologies, each by a maker of its own: “Maker 001” and so on."""
    for place in range(1, number + 1):
        maker = published("organisation", title=f"Maker {place:03}")
        published("technology", makers=[maker.identifier], **fields)


def group(page, name):
    return next(group for group in page.context["facets"] if group.name == name)


def test_a_list_has_the_six_commonest_values_of_a_facet_and_leads_to_all(client):
    technologies_by(14)

    page = client.get("/technologies/")
    maker = group(page, "maker")

    assert (len(maker.options), len(maker.more), maker.total) == (6, 0, 14)
    assert f'href="{maker.all_url}"' in page.content.decode()
    assert len(facets_of(client, page)["maker"]) == 14


@pytest.mark.parametrize(("number", "shown"), [(7, 7), (8, 8), (9, 6)])
def test_one_or_two_values_are_not_put_elsewhere(client, number, shown):
    technologies_by(number)

    maker = group(client.get("/technologies/"), "maker")

    assert (len(maker.options), bool(maker.all_url)) == (shown, number > shown)


def test_what_is_chosen_is_in_the_page_wherever_its_facet_is(client):
    technologies_by(14)
    value = client.get("/technologies/facets/maker/?find=014").context["options"][0].value

    maker = group(client.get("/technologies/", {"maker": value}), "maker")

    assert [choice.value for choice in maker.options if choice.checked] == [value]


def counts_of(query):
    answer = listing([kinds_by_name()["technology"]], QueryDict(query))
    return {
        name: {option.value: (option.count, option.checked) for option in options}
        for name, options in answer.result.options.items()
    }


@pytest.mark.parametrize(
    "query", ["", "status=active", "status=discontinued&lens=bad", "q=maker", "q=maker&status=active"]
)
def test_facets_are_counted_alike_all_at_once_and_one_by_one(monkeypatch, query):
    technologies_by(3, status="active", summary="By a maker.")
    assert counts_of("status=active")["maker"], "columns are there, and what follows comes beside them"
    technologies_by(2, status="discontinued", lens="bad", summary="By a maker.")
    at_once = counts_of(query)
    assert at_once["status"]
    assert sum(count for count, _ in at_once["maker"].values()) in (2, 3, 5)

    monkeypatch.setattr(index, "MOST_TOGETHER", 0)
    index._indexes.clear()

    assert counts_of(query) == at_once


def test_values_are_counted_under_the_other_filters_and_found_by_their_letters(client):
    technologies_by(3, country="NL")
    other = published("organisation", title="Élan Vital")
    published("technology", makers=[other.identifier], country="BE")

    def labels(query):
        return [
            choice.label for choice in client.get(f"/technologies/facets/maker/?{query}").context["options"]
        ]

    assert labels("") == ["Élan Vital", "Maker 001", "Maker 002", "Maker 003"]
    assert labels("country=BE") == ["Élan Vital"]
    assert labels("find=elan") == ["Élan Vital"]
    assert labels("find=MAKER+00") == ["Maker 001", "Maker 002", "Maker 003"]
    assert labels("find=nobody") == []


def test_the_form_takes_along_what_was_asked_and_what_is_chosen_elsewhere(client):
    technologies_by(3, country="NL")
    one, two, _ = client.get("/technologies/facets/maker/").context["options"]
    query = {
        "maker": [one.value, two.value],
        "country": "NL",
        "sort": "title",
        "view": "table",
        "find": "001",
    }

    page = client.get("/technologies/facets/maker/", query)

    text = page.content.decode()
    form = text[text.rindex("<form") :]
    hidden = set(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]+)"', form))
    assert hidden == {("maker", two.value), ("country", "NL"), ("sort", "title"), ("view", "table")}
    assert [(choice.value, choice.checked) for choice in page.context["options"]] == [(one.value, True)]
    assert 'action="/technologies/"' in form


@pytest.mark.slow
def test_many_values_have_pages(client):
    technologies_by(103)

    first = client.get("/technologies/facets/maker/")
    second = client.get(first.context["pager"]["next_url"])

    assert [len(page.context["options"]) for page in (first, second)] == [100, 3]
    assert first.content.count(b"<") < 2 * 1500


def test_it_speaks_the_language_and_search_has_it_too(client):
    published("technology", title="Police tool")
    published("pattern", title="Police on social media")

    assert client.get("/search/facets/type/?q=police").context["total"] == 2
    assert "Werkzeuge" in text_of(client.get("/de/technologies/facets/status/"))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/technologies/facets/nonsense/", 404),
        ("/nonsense/facets/maker/", 404),
        ("/technologies/facets/maker/?nonsense=1", 400),
        ("/technologies/facets/maker/?find=a&find=b", 400),
        ("/technologies/facets/maker/?page=7", 400),
        ("/technologies/facets/maker/?page=x", 400),
        (f"/technologies/facets/maker/?find={'x' * 101}", 400),
        ("/technologies/facets/maker/?country=nowhere", 400),
    ],
)
def test_odd_questions_are_refused(client, address, status):
    technologies_by(2)

    assert client.get(address).status_code == status


def test_nothing_that_is_not_public_is_a_value(client):
    technologies_by(2)
    hidden = published("organisation", title="Draft only")
    make("technology", makers=[hidden.identifier])

    labels = [choice.label for choice in client.get("/technologies/facets/maker/").context["options"]]

    assert labels == ["Maker 001", "Maker 002"]
