"""Lists: orders, views, filters and the ways out of nothing; in place with a script, by GET without one."""

import re

import pytest
from django.db.models import BooleanField

from media4sec.kinds import kinds, kinds_by_name, paths
from media4sec.publications.orders import orders_of
from media4sec.records.presentation import model_field
from tests.factories import published, several_published
from tests.public import text_of

pytestmark = pytest.mark.django_db


def shown(response):
    assert response.status_code == 200
    return [card["identifier"] for card in response.context["cards"]]


def titles(response):
    assert response.status_code == 200
    return [card["title"] for card in response.context["cards"]]


# Orders


def test_titles_are_sorted_as_people_read_them(client):
    for title in ("zebra", "Éclair", "eclair", "Apple", "École"):
        published("technology", title=title)

    up = titles(client.get("/technologies/?sort=title"))
    down = titles(client.get("/technologies/?sort=-title"))

    assert up == ["Apple", "eclair", "Éclair", "École", "zebra"]
    assert down == up[::-1]


def test_what_is_not_known_comes_last_in_both_directions(client):
    never = published("technology", checked_on=None)
    old = published("technology", checked_on="2018-01-01")
    new = published("technology", checked_on="2026-01-01")

    assert shown(client.get("/technologies/?sort=checked")) == [r.identifier for r in (old, new, never)]
    assert shown(client.get("/technologies/?sort=-checked")) == [r.identifier for r in (new, old, never)]


def test_the_newest_change_comes_first(client):
    first, second = published("technology"), published("technology")

    assert shown(client.get("/technologies/?sort=-changed")) == [second.identifier, first.identifier]
    assert shown(client.get("/technologies/?sort=changed")) == [first.identifier, second.identifier]


def test_flags_are_counted(client):
    issues = [issue.identifier for issue in several_published("issue", 3)]
    none, one, three = (published("technology", issues=issues[:number]) for number in (0, 1, 3))

    assert shown(client.get("/technologies/?sort=-flags")) == [r.identifier for r in (three, one, none)]
    assert shown(client.get("/technologies/?sort=flags")) == [r.identifier for r in (one, three, none)]


def test_states_stand_from_full_to_unknown(client):
    unknown, active, ended = (
        published("technology", status=status) for status in ("unknown", "active", "discontinued")
    )

    assert shown(client.get("/technologies/?sort=status")) == [r.identifier for r in (active, ended, unknown)]


def test_equal_records_stay_in_the_usual_order(client):
    records = several_published("technology", 4, country="NL")

    for sort in ("country", "-country"):
        assert shown(client.get(f"/technologies/?sort={sort}")) == [r.identifier for r in records]


@pytest.mark.parametrize("path", paths())
def test_every_order_of_every_list_keeps_all_records(client, path):
    for kind in paths()[path]:
        several_published(kind, 2)
    plain = sorted(shown(client.get(f"/{path}/?view=table")))

    for name in orders_of(paths()[path]):
        for sort in (name, f"-{name}"):
            assert sorted(shown(client.get(f"/{path}/?view=table&sort={sort}"))) == plain


def test_the_order_is_chosen_in_the_form_and_kept_by_links(client):
    several_published("technology", 30, country="NL")

    response = client.get("/technologies/?sort=-title&country=NL")

    (chosen,) = [order for order in response.context["orders"] if order["selected"]]
    assert (chosen["value"], str(chosen["label"])) == ("-title", "Title, Z to A")
    assert response.context["pager"]["next_url"] == "/technologies/?sort=-title&country=NL&page=2"
    assert [chip["url"] for chip in response.context["chips"]] == ["/technologies/?sort=-title"]


# Views


def test_a_table_shows_what_is_known_and_folds_what_nobody_states(client):
    theme, issue = published("theme"), published("issue")
    published(
        "technology",
        title="A tool",
        themes=[theme.identifier],
        issues=[issue.identifier],
        status="active",
        technology_kind="app",
        checked_on="2026-11-23",
    )

    response = client.get("/technologies/?view=table")
    table = response.context["table"]

    assert [column["name"] for column in table["columns"]] == [
        "identifier", "title", "state", "technology_kind", "themes", "flags", "checked",
    ]  # fmt: skip
    assert list(table["folded"]) == ["Licence", "Functions"]
    assert "Not stated in the source for any of these: Licence, Functions." in text_of(response)
    assert "not stated" not in text_of(response).split("Not stated in the source")[0].split("Compare")[-1]


def test_a_head_of_a_table_sorts_by_it_and_then_backwards(client):
    several_published("technology", 2, checked_on="2026-11-23")

    def head(address, name):
        columns = client.get(address).context["table"]["columns"]
        column = next(column for column in columns if column["name"] == name)
        return column["order"], column["url"]

    assert head("/technologies/?view=table", "title") == ("", "/technologies/?view=table&sort=title")
    assert head("/technologies/?view=table&sort=title", "title") == (
        "ascending",
        "/technologies/?view=table&sort=-title",
    )
    assert head("/technologies/?view=table", "checked")[1] == "/technologies/?view=table&sort=-checked"
    assert head("/technologies/?view=table&sort=-checked", "checked") == (
        "descending",
        "/technologies/?view=table&sort=checked",
    )
    page = client.get("/technologies/?view=table&sort=title").content.decode()
    assert re.findall(r'aria-sort="(\w+)"', page) == ["ascending"]


def test_a_matrix_counts_themes_by_lens(client):
    dark, street = published("theme", title="Dark web"), published("theme", title="Street")
    several_published("statement", 2, theme=dark.identifier, lens="good")
    published("statement", theme=street.identifier, lens="bad")
    published("statement", theme=None, lens="good")

    matrix = client.get("/evidence/?view=matrix").context["matrix"]

    counts = {
        row["value"]: ([cell["count"] for cell in row["cells"]], row["all"]["count"])
        for row in matrix["rows"]
    }
    assert [column["value"] for column in matrix["columns"]] == ["good", "bad"]
    assert counts == {
        dark.identifier: ([2, 0], 2),
        street.identifier: ([0, 1], 1),
        "not-stated": ([1, 0], 1),
    }
    assert [cell["count"] for cell in matrix["totals"]] == [3, 1, 4]
    assert matrix["rows"][0]["cells"][0]["url"] == f"/evidence/?theme={dark.identifier}&lens=good"


def test_the_sums_of_a_matrix_are_of_what_is_shown(client):
    dark, street = published("theme").identifier, published("theme").identifier
    for theme, lens in ((dark, "good"), (dark, "bad"), (dark, "ugly"), (street, "good"), (street, "ugly")):
        published("statement", theme=theme, lens=lens)

    matrix = client.get(f"/evidence/?view=matrix&lens=good&lens=bad&theme={dark}").context["matrix"]

    (row,) = matrix["rows"]
    cells = [*row["cells"], row["all"], *matrix["totals"]]
    assert [cell["count"] for cell in cells] == [1, 1, 2, 1, 1, 2]
    assert [client.get(cell["url"]).context["count"] for cell in cells] == [1, 1, 2, 1, 1, 2]


def test_a_matrix_has_other_columns_where_asked(client):
    theme = published("theme").identifier
    published("technology", themes=[theme], status="active", technology_kind="app")
    published("technology", themes=[theme], status="unknown", technology_kind="service")

    by_state = client.get("/technologies/?view=matrix").context["matrix"]
    by_kind = client.get("/technologies/?view=matrix&by=kind").context["matrix"]

    assert (by_state["by"], by_kind["by"]) == ("status", "kind")
    assert {choice["name"] for choice in by_kind["choices"]} == {"status", "kind"}


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/technologies/?view=pie", "view"),
        ("/organisations/?view=matrix", "view"),
        ("/technologies/?by=status", "by"),
        ("/technologies/?view=matrix&by=theme", "by"),
        ("/technologies/?view=matrix&by=nothing", "by"),
        ("/technologies/?view=matrix&page=1", "page"),
        ("/technologies/?sort=nothing", "sort"),
        ("/technologies/?sort=--title", "sort"),
        ("/technologies/?sort=title&sort=checked", "sort"),
        ("/organisations/?sort=flags", "sort"),
        ("/technologies/?sort=%00", "sort"),
    ],
)
def test_other_views_and_orders_are_refused(client, address, named):  # gate 4.3
    for status, kind in (("active", "app"), ("unknown", "service")):
        published("technology", themes=[published("theme").identifier], status=status, technology_kind=kind)
    published("organisation")

    response = client.get(address)

    assert response.status_code == 400
    assert f"“{named}”" in text_of(response)


@pytest.mark.parametrize("view", ["list", "table", "matrix"])
@pytest.mark.parametrize("count", [2, 30])
def test_a_view_costs_the_same_however_many_records(client, view, count, django_assert_max_num_queries):
    theme = published("theme").identifier
    for status in ("active", "unknown"):
        several_published("technology", count, themes=[theme], status=status)
    address = f"/technologies/?view={view}&sort=title&status=active"
    client.get(address)  # reads what changed into the search index

    with django_assert_max_num_queries(7):
        assert client.get(address).context["count"] == count


# Filters


@pytest.mark.parametrize(
    "query", ["lens=ugly", "provenance=project", "verified=no", "status=discontinued", "checked=not-stated"]
)
def test_a_value_that_no_record_has_now_gives_an_empty_list(client, query):
    published("technology", status="active", provenance="editorial", verified=True, checked_on="2026-11-23")

    response = client.get(f"/technologies/?{query}")

    assert shown(response) == []
    assert [str(chip["label"]).split(": ")[1] != "" for chip in response.context["chips"]] == [True]
    assert client.get(f"/api/v1/technologies/?{query}").json()["results"] == []


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_facets_know_the_choices_of_the_model(client, kind):
    published(kind)

    for facet in kind.facets:
        if facet.values:
            assert facet.values == choices_of(kind, facet)
            for value in facet.values:
                assert client.get(kind.list_url, {facet.name: value}).status_code == 200


def choices_of(kind, facet):
    field = model_field(kind.name, facet.source)
    if isinstance(field, BooleanField):
        return ("yes", "no")
    values = field.options.values if hasattr(field, "options") else [value for value, _ in field.choices]
    return tuple(str(value) for value in values)


def test_a_record_that_nothing_names_yet_can_be_asked_for(client):
    theme = published("theme", title="The Dark Web")
    published("technology")

    response = client.get(f"/technologies/?theme={theme.identifier}")

    assert shown(response) == []
    assert [chip["label"] for chip in response.context["chips"]] == ["Theme: The Dark Web"]
    assert client.get("/technologies/?theme=nowhere").status_code == 400


def test_each_chip_takes_one_filter_off(client):
    published("technology", title="Police tool", country="NL", status="active")
    published("technology", title="Police service", country="BE", status="active")

    response = client.get("/technologies/?q=police&country=NL&country=BE&status=active&view=table")

    assert {chip["label"]: chip["url"] for chip in response.context["chips"]} == {
        "Words: police": "/technologies/?country=NL&country=BE&status=active&view=table",
        "Status: Active": "/technologies/?q=police&country=NL&country=BE&view=table",
        "Country: Netherlands": "/technologies/?q=police&country=BE&status=active&view=table",
        "Country: Belgium": "/technologies/?q=police&country=NL&status=active&view=table",
    }
    assert response.context["clear_url"] == "/technologies/?view=table"


def test_nothing_says_which_filter_to_drop_and_what_that_gives(client):
    several_published("technology", 3, country="NL", status="active")
    published("technology", country="BE", status="unknown")

    response = client.get("/technologies/?country=BE&status=active")

    assert [(str(drop["label"]), drop["count"], drop["url"]) for drop in response.context["drops"]] == [
        ("Country", 3, "/technologies/?status=active"),
        ("Status", 1, "/technologies/?country=BE"),
    ]
    text = text_of(response)
    assert "Without the filter “Country” : 3 results" in text
    assert "Clear all filters : 4 technologies" in text


def test_words_can_be_what_leaves_nothing(client):
    published("technology", title="Xylographer", country="NL")
    published("technology", title="Other", country="BE")

    response = client.get("/technologies/?q=xylographer&country=BE")

    assert {str(drop["label"]): drop["count"] for drop in response.context["drops"]} == {
        "Words": 1,
        "Country": 1,
    }


def test_at_most_five_facets_are_open_and_counts_have_a_unit(client):
    several_published("technology", 2, country="NL")
    published("technology", country="BE")

    page = client.get("/technologies/")

    assert sum(group["open"] for group in page.context["facets"]) <= 5
    assert '<span aria-hidden="true">2</span><span class="vh"> 2 results</span>' in page.content.decode()
    assert '<span aria-hidden="true">1</span><span class="vh"> 1 result</span>' in page.content.decode()


@pytest.mark.parametrize(
    ("query", "heading"),
    [("", "3 technologies"), ("?country=NL", "2 of 3 technologies"), ("?q=xylographer", "1 technology")],
)
def test_the_heading_says_how_many(client, query, heading):
    published("technology", title="Xylographer", country="NL")
    published("technology", country="NL")
    published("technology", country="BE")

    assert (
        f'<h2 id="count" tabindex="-1">{heading}</h2>'
        in client.get(f"/technologies/{query}").content.decode()
    )


def test_all_other_forms_of_a_result_are_there(client):
    several_published("technology", 2, country="NL")

    response = client.get("/technologies/?country=NL&sort=title&view=table&q=")

    links = [export["url"] for export in response.context["exports"]]
    assert links == [
        *(
            f"/technologies.{suffix}?country=NL&sort=title"
            for suffix in ("csv", "json", "ndjson", "bib", "ris")
        ),
        "/api/v1/technologies/?country=NL",
    ]
    assert response.context["feed_url"] == "/feeds/technologies.atom?country=NL"
    for link in (*links, response.context["feed_url"]):
        assert client.get(link).status_code == 200


def test_a_list_in_another_language_leads_to_pages_in_it(client):
    record = published("technology", title="A tool")
    published("technology")

    page = client.get("/de/technologies/?sort=title").content.decode()

    assert f'<h3 lang="en" dir="auto"><a href="/de{record.url}">A tool</a></h3>' in page
    assert 'action="/de/technologies/"' in page
    assert 'action="/de/technologies/compare/"' in page
    assert 'href="/de/technologies/?sort=title&amp;view=table"' in page
    assert 'href="/technologies.csv?sort=title"' in page


def test_only_lists_whose_records_are_compared_offer_it(client):
    published("technology")
    published("organisation")

    assert kinds_by_name()["technology"].is_compared
    assert 'form="compare-form"' in client.get("/technologies/").content.decode()
    assert "compare-form" not in client.get("/organisations/").content.decode()
    assert "compare-form" not in client.get("/search/?q=technology").content.decode()


def test_lists_have_a_second_skip_link_and_other_pages_have_not(client):
    record = published("technology")
    addresses = (
        "/technologies/",
        "/technologies/?view=table",
        "/people/",
        "/search/?q=technology",
        "/",
        "/search/",
        record.url,
    )

    skips = [client.get(address).content.decode().count('class="skip"') for address in addresses]

    assert skips == [2, 2, 2, 2, 1, 1, 1]
