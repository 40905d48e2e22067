"""Lists: orders, views, filters and the ways out of nothing; in place with a script, by GET without one."""

import json
import re

import pytest
from django.db.models import BooleanField

from media4sec.kinds import kinds, kinds_by_name, paths
from media4sec.letters import sort_key
from media4sec.publications.sorting import orders_of
from media4sec.records import workflow
from media4sec.records.projection import model_field, words_for
from media4sec.representations import forms_of_lists
from tests.factories import changed, publish, published, several_published
from tests.public import body_of, facets_of, text_of
from tests.test_languages import concept

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


@pytest.mark.parametrize(
    ("address", "order"),
    [
        (
            "/technologies/?sort=title",
            "2 tools|10 tools|Ægir|Čas|Czech|Đorđe|Łukasiewicz|Øresund|(Re)action|“Smart” Doorbells|Þór",
        ),
        (
            "/sl/technologies/?sort=title",
            "2 tools|10 tools|Ægir|Czech|Čas|Đorđe|Łukasiewicz|Øresund|(Re)action|“Smart” Doorbells|Þór",
        ),
    ],
)
def test_titles_stand_in_the_alphabet_of_the_page(client, address, order):
    expected = order.split("|")
    for title in sorted(expected, reverse=True):
        published("technology", title=title)

    assert titles(client.get(address)) == expected


def test_values_stand_in_the_order_of_the_words_shown(client):
    kinds = ("app", "dataset", "method", "platform", "research-prototype", "service", "software")
    for kind in kinds:
        published("technology", technology_kind=kind)

    page = client.get("/de/technologies/?view=table&sort=kind")
    words = [
        str(value["text"])
        for row in page.context["table"]["rows"]
        for cell in row["cells"]
        if cell["type"] == "fact"
        for value in cell["values"]
    ]

    assert words == sorted(words, key=lambda word: sort_key(word, "de"))
    assert len(words) == len(set(words)) == len(kinds)
    assert words.index("Plattform") < words.index("Software")


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("", ["Austria", "Germany", "Spain", "Sweden"]),
        ("/de", ["Deutschland", "Österreich", "Schweden", "Spanien"]),
        ("/es", ["Alemania", "Austria", "España", "Suecia"]),
    ],
)
def test_equal_numbers_stand_in_the_order_of_the_words_shown(client, language, names):
    for country in ("SE", "DE", "ES", "AT"):
        published("technology", country=country)

    options = facets_of(client, client.get(f"{language}/technologies/"))["country"]

    assert [option.label for option in options] == names


def test_people_stand_by_their_family_names(client):
    people = [
        ("Anže Žitnik", "Anže", "", "Žitnik"),
        ("P. van den Brink", "P.", "van den", "Brink"),
        ("Pilar de la Torre", "Pilar", "de la", "Torre"),
        ("Working group 2", "", "", ""),
        ("Þóra Brandt", "Þóra", "", "Brandt"),
        ("Ana Brandt", "Ana", "", "Brandt"),
        ("Øystein Øresund", "Øystein", "", "Øresund"),
    ]
    for title, given_name, particle, family_name in people:
        published("person", title=title, given_name=given_name, particle=particle, family_name=family_name)

    page = client.get("/people/")

    assert titles(page) == [
        "Ana Brandt",
        "Þóra Brandt",
        "P. van den Brink",
        "Øystein Øresund",
        "Pilar de la Torre",
        "Working group 2",
        "Anže Žitnik",
    ]
    assert str(page.context["orders"][0]["label"]) == "By family name"


def test_records_without_numbers_stand_by_their_titles(client):
    for identifier, title in (("a", "Zebra"), ("b", "“Smart” maker"), ("c", "10 makers"), ("d", "2 makers")):
        published("organisation", identifier=identifier, title=title)

    assert titles(client.get("/organisations/")) == ["2 makers", "10 makers", "“Smart” maker", "Zebra"]
    found = body_of(client.get("/organisations.json"))
    assert [row["identifier"] for row in json.loads(found)["results"]] == ["d", "c", "b", "a"]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("technologies", "Alive first"),
        ("issues", "By number"),
        ("workshops", "By number"),
        ("organisations", "Title, A to Z"),
        ("glossary", "Title, A to Z"),
        ("news", "Newest first"),
        ("situations", "Usual order"),
    ],
)
def test_the_usual_order_says_what_it_is(client, path, label):
    labels = [str(order["label"]) for order in client.get(f"/{path}/?page=1").context["orders"]]

    assert labels[0] == label
    assert labels.count("Title, A to Z") == 1


def test_the_glossary_stands_under_the_letters_that_readers_look_for(client):
    for title in ("Ångström", "(Re)action", "“Smart” city", "Øresund", "3D print", "Þing", "algorithm"):
        published("glossary-term", title=title)

    page = client.get("/glossary/")

    assert list(page.context["by_letter"]) == ["0–9", "A", "O", "R", "S", "T"]
    assert titles(page) == [
        "3D print",
        "algorithm",
        "Ångström",
        "Øresund",
        "(Re)action",
        "“Smart” city",
        "Þing",
    ]


# Pages


@pytest.mark.parametrize(
    ("count", "pages"), [(1, [1]), (25, [25]), (26, [26]), (27, [25, 2]), (51, [25, 26]), (52, [25, 25, 2])]
)
def test_no_page_has_a_single_last_row(client, count, pages):
    records = [record.identifier for record in several_published("organisation", count)]

    found, announced, address = [], [], "/organisations/"
    while address:
        page = client.get(address)
        found.append(shown(page))
        address = page.context["pager"]["next_url"]
        announced.append(page.context["pager"]["next_count"])

    assert [len(rows) for rows in found] == pages
    assert announced == [*pages[1:], 0]
    assert sorted(identifier for rows in found for identifier in rows) == sorted(records)
    assert client.get(f"/organisations/?page={len(pages) + 1}").status_code == 400


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


@pytest.mark.slow
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
    assert response.context["pager"]["next_url"] == "/technologies/?country=NL&sort=-title&page=2"
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
    published("technology", price="free", data_leaves=False)  # on no row of this table

    response = client.get(f"/technologies/?view=table&theme={theme.identifier}")
    table = response.context["table"]

    assert [column["name"] for column in table["columns"]] == [
        "identifier", "title", "state", "technology_kind", "themes", "flags", "checked",
    ]  # fmt: skip
    assert list(table["folded"]) == ["Price", "Data leave your organisation"]
    words = "Not stated in the source for any of these: Price, Data leave your organisation."
    assert words in text_of(response)
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
        "/technologies/?sort=-title&view=table",
    )
    assert head("/technologies/?view=table", "checked")[1] == "/technologies/?view=table&sort=-checked"
    assert head("/technologies/?view=table&sort=-checked", "checked") == (
        "descending",
        "/technologies/?sort=checked&view=table",
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
    assert counts == {dark.identifier: ([2, 0], 2), street.identifier: ([0, 1], 1), "not-stated": ([1, 0], 1)}
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
        ("/technologies/?view=pie", "View: "),
        ("/technologies/?view=table&view=list", "View: "),
        ("/organisations/?view=matrix", "View: "),
        ("/technologies/?by=status", "Columns: "),
        ("/technologies/?view=matrix&by=theme", "Columns: "),
        ("/technologies/?view=matrix&by=nothing", "Columns: "),
        ("/technologies/?view=matrix&page=1", "Page: "),
        ("/technologies/?page=1&page=2", "Page: "),
        ("/technologies/?q=a&q=b", "Words: "),
        ("/search/?q=a&q=b", "Words: "),
        ("/technologies/?sort=nothing", "Sort: "),
        ("/technologies/?sort=--title", "Sort: "),
        ("/technologies/?sort=title&sort=checked", "Sort: "),
        ("/organisations/?sort=flags", "Sort: "),
        ("/technologies/?sort=%00", "Sort: "),
        ("/technologies/?nothing=1", "“nothing”: "),
        ("/technologies/?request=1", "“request”: "),
    ],
)
@pytest.mark.once
def test_other_views_and_orders_are_refused(client, address, named):  # gate 4.3
    for status, kind in (("active", "app"), ("unknown", "service")):
        published("technology", themes=[published("theme").identifier], status=status, technology_kind=kind)
    published("organisation")

    response = client.get(address)

    assert response.status_code == 400
    assert named in text_of(response)


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


def test_rows_are_made_again_of_what_has_changed_and_of_nothing_else(client):
    theme = published("theme", identifier="dark-web", title="The Dark Web")
    one, other = (published("technology", title=title, themes=["dark-web"]) for title in ("One", "Other"))

    def rows(address="/technologies/"):
        return {row["identifier"]: row for row in client.get(address).context["cards"]}

    before = rows()
    publish(changed(one, title="Another one"))
    after = rows()

    assert after[other.identifier] is before[other.identifier]
    assert after[one.identifier]["title"] == "Another one"

    publish(changed(theme, title="The Darker Web"))
    assert {row["themes"][0]["label"] for row in rows().values()} == {"The Darker Web"}

    german = rows("/de/technologies/")
    concept("theme", "dark-web", "The Dark Web", "Das Darknet")
    assert {row["themes"][0]["label"] for row in german.values()} == {"The Darker Web"}
    assert {row["themes"][0]["label"] for row in rows("/de/technologies/").values()} == {"Das Darknet"}

    workflow.withdraw(one, reason="By mistake.")
    assert rows().keys() == {other.identifier}
    workflow.restore(one)
    assert rows().keys() == {one.identifier, other.identifier}


def links_of(response):
    return re.findall(r'<a class="button[^"]*" href="([^"]*)">', response.content.decode())


@pytest.mark.parametrize(
    ("query", "without"),
    [
        ("status=active&function=CITIZEN-REPORT&sort=title", ["?sort=title&amp;status=active", ""]),
        ("country=Atlantis&page=2", [""]),
        ("q=police&page=99", ["?q=police", ""]),
        ("view=pie&status=active", ["?status=active", ""]),
    ],
)
def test_what_a_list_does_not_know_leads_back_to_the_list(client, query, without):
    published("technology", status="active", title="A police tool")

    page = client.get(f"/de/technologies/?{query}")

    links = [f"/de/technologies/{rest}" for rest in without]
    assert page.status_code == 400
    assert [link for link in links_of(page) if link.startswith("/de/technologies/")] == links
    assert 'aria-current="page"' in page.content.decode()  # the list stays in the trail above
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_a_filter_is_named_in_words(client):
    published("technology", status="active")

    text = text_of(client.get("/technologies/?function=CITIZEN-REPORT"))

    assert "Function: “CITIZEN-REPORT” is not known." in text
    assert "home page" not in text


# What a form without a script sends, and what would be a guess


@pytest.mark.parametrize(
    "query", ["q=&theme=&sort=&view=&by=", "q=%20&status=", "page=&status=active", "status=&status=active"]
)
def test_what_a_form_sends_empty_was_not_asked(client, query):
    record = published("technology", status="active")

    assert shown(client.get(f"/technologies/?{query}")) == [record.identifier]


@pytest.mark.parametrize(
    "query", ["status=", "q=", "q=%20&status=active", "sort=", "q=a&q=b", "sort=title&sort=title"]
)
@pytest.mark.parametrize("address", ["/technologies.csv", "/technologies.json", "/feeds/technologies.atom"])
def test_a_program_that_asks_for_nothing_or_twice_is_told_so(client, address, query):
    published("technology", status="active")

    response = client.get(f"{address}?{query}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("tag=crowd+control", "tag=Crowd+control"),
        ("tag=CROWD++CONTROL", "tag=Crowd+control"),
        ("country=nl", "country=NL"),
        ("status=Active", "status=active"),
        ("country=be&tag=strasse", "country=BE&tag=Stra%C3%9Fe"),
        ("theme=DARK-web", "theme=dark-web"),
    ],
)
def test_letters_may_be_typed_as_people_type_them(client, asked, known):
    published("theme", identifier="dark-web")
    published("technology", tags=["Crowd control", "Straße"], country="NL", status="active")
    published("technology", tags=["Crowd control", "Straße"], country="BE", status="active")

    page = client.get(f"/de/technologies/?{asked}")
    api = [client.get(f"/api/v1/technologies?{query}").json()["results"] for query in (asked, known)]
    files = [body_of(client.get(f"/technologies.ndjson?{query}")) for query in (asked, known)]
    feeds = [
        client.get(f"/feeds/technologies.atom?{query}").content.count(b"<entry>") for query in (asked, known)
    ]

    assert (page.status_code, page.headers["Location"]) == (302, f"/de/technologies/?{known}")
    assert client.get(page.headers["Location"]).status_code == 200
    assert api[0] == api[1]
    assert files[0] == files[1]
    assert feeds[0] == feeds[1] == len(api[0])
    assert client.get("/technologies/?tag=crowd").status_code == 400


def test_search_takes_filters_in_other_letters_too(client):
    published("theme", identifier="dark-web", title="A police theme")
    published("technology", title="A police tool")

    page = client.get("/search/?q=police&type=Technology")

    assert (page.status_code, page.headers["Location"]) == (302, "/search/?q=police&type=technology")


# Filters


@pytest.mark.parametrize(
    "query", ["lens=ugly", "provenance=project", "verified=no", "status=discontinued", "checked=not-stated"]
)
def test_a_value_that_no_record_has_now_gives_an_empty_list(client, query):
    published("technology", status="active", provenance="editorial", verified=True, checked_on="2026-11-23")

    response = client.get(f"/technologies/?{query}")

    assert shown(response) == []
    assert [str(chip["label"]).split(": ")[1] != "" for chip in response.context["chips"]] == [True]
    assert client.get(f"/api/v1/technologies?{query}").json()["results"] == []


def choices_of(kind, facet):
    """The values that the model allows for the field behind a facet, if these are given."""
    field = model_field(kind.name, facet.source)
    if isinstance(field, BooleanField):
        return [True, False]
    choices = getattr(getattr(field, "options", None), "choices", None) or getattr(field, "choices", None)
    return [value for value, _ in choices or () if value not in ("", None)]


CHOICES = [
    pytest.param(kind, facet, choices_of(kind, facet), id=f"{kind.name}-{facet.name}")
    for kind in kinds()
    for facet in kind.listed.all_facets
    if choices_of(kind, facet)
]


@pytest.mark.parametrize(("kind", "facet", "values"), CHOICES)
def test_every_choice_of_a_field_can_be_asked_for_and_nothing_else(client, kind, facet, values):
    for value in values:
        words = words_for(kind, facet.source, value)  # what pages say where a record has it
        page = client.get(kind.list_url, {facet.name: words.value})

        assert shown(page) == []
        assert [chip["label"] for chip in page.context["chips"]] == [f"{facet.title}: {words.text}"]
        assert client.get(f"/api/v1/{kind.plural}", {facet.name: words.value}).json()["results"] == []
    for address in (kind.list_url, f"/api/v1/{kind.plural}"):
        assert client.get(address, {facet.name: "no-such-choice"}).status_code == 400


def test_a_choice_that_no_record_has_is_said_in_the_language_of_the_page(client):
    published("technology")

    page = client.get("/de/technologies/?lens=ugly&provenance=project&theme=not-stated")

    labels = [str(chip["value"]) for chip in page.context["chips"]]
    assert "Ugly" not in labels
    assert all(getattr(chip["value"], "lang", "") == "" for chip in page.context["chips"]), labels


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
        "Status: Active": "/technologies/?country=NL&country=BE&q=police&view=table",
        "Country: Netherlands": "/technologies/?country=BE&q=police&status=active&view=table",
        "Country: Belgium": "/technologies/?country=NL&q=police&status=active&view=table",
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


def test_a_box_that_would_find_nothing_is_not_offered_unless_it_is_chosen(client):
    published("technology", country="NL", status="active")
    published("technology", country="BE", status="unknown")

    def boxes(query, name):
        facets = facets_of(client, client.get(f"/technologies/?{query}"))
        return {option.value: option.count for option in facets.get(name, ())}

    assert boxes("country=NL", "status") == {}  # one box would change nothing
    assert boxes("country=NL", "country") == {"NL": 1, "BE": 1}
    assert boxes("country=NL&status=unknown", "status") == {"active": 1, "unknown": 0}


def test_two_values_of_a_facet_find_what_has_either_and_two_facets_what_has_both(client):
    rows = {
        (country, price): published("technology", country=country, price=price).identifier
        for country in ("NL", "BE", "DE")
        for price in ("free", "paid")
    }

    def found(query):
        return sorted(card["identifier"] for card in client.get(f"/technologies/?{query}").context["cards"])

    either = [name for (country, _), name in rows.items() if country in ("NL", "BE")]
    both = [name for (country, price), name in rows.items() if country in ("NL", "BE") and price == "free"]
    assert found("country=NL&country=BE") == sorted(either)
    assert found("country=NL&country=BE&price=free") == sorted(both)
    assert found("country=NL&country=BE&price=free&price=paid") == sorted(either)


def facet_of(response, name):
    """The values shown of a facet."""
    facet = next(facet for facet in response.context["facets"] if facet.name == name)
    return [option.value for option in facet.options]


def test_what_nobody_states_comes_last_among_the_values(client):
    several_published("technology", 4, price="")
    several_published("technology", 2, price="free")
    published("technology", price="paid")

    assert facet_of(client.get("/technologies/"), "price") == ["free", "paid", "not-stated"]


def test_a_chosen_value_is_seen_however_rare_it_is(client):
    countries = ("BE", "NL", "DE", "FR", "ES", "IT", "PT", "AT", "SI")
    for number, country in enumerate(countries):
        several_published("technology", len(countries) - number, country=country)

    assert facet_of(client.get("/technologies/"), "country") == list(countries[:6])

    shown = facet_of(client.get("/technologies/?country=SI&country=FR"), "country")
    assert shown == [*countries[:6], "SI"]


def test_at_most_five_facets_are_open_and_what_is_counted_is_said_once(client):
    several_published("technology", 2, country="NL")
    published("technology", country="BE")

    page = client.get("/technologies/")

    assert sum(group.is_open for group in page.context["facets"]) <= 5
    assert 'aria-label="Filters, with the number of results of each"' in page.content.decode()
    assert "<span>Netherlands</span><small>2</small>" in page.content.decode()


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
        *(f"/technologies.{form.suffix}?country=NL&sort=title" for form in forms_of_lists()),
        "/api/v1/technologies?country=NL",
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

    assert kinds_by_name()["technology"].listed.is_compared
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
