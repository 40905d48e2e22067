"""What the API answers besides lists and documents: versions, related and naming records, filters, search."""

import json
from collections import defaultdict

import pytest
from django.conf import settings as project

from media4sec.interchange.api.values import MOST_COUNTED
from media4sec.kinds import Role, kind_for, kinds
from media4sec.portal.record.links import links_from, neighbours_of
from media4sec.publications.models import Publication, Term
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from tests.factories import make, one_of_every_kind, publish, published, save, several_published
from tests.public import api_item, api_list, every_item, facets_of, identifiers, relative
from tests.test_api import assert_problem

FACETS, SEARCH = "/api/v1/facets", "/api/v1/search"


def edited(record, **changes):
    return publish(save(working_document(record) | changes, record.kind_name, record))


def row_of(record):
    return Publication.objects.get(kind=record.kind_name, identifier=record.identifier)


def named_parameters(response):
    assert_problem(response, 400)
    return sorted({error["parameter"] for error in response.json()["errors"]})


# Versions


@pytest.fixture
def twice_changed(db):
    """Public as versions 1, 3 and 4; version 2 is a draft that nobody saw."""
    record = published("technology", title="One", summary="First.")
    record = save(working_document(record) | {"title": "Never seen"}, "technology", record)
    record = edited(record, title="Three", summary="Third.")
    return edited(record, title="Four")


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_versions_say_what_each_changed(client, twice_changed, limit):
    address = f"{api_item(twice_changed)}/versions"

    found = every_item(client, address, limit=limit)

    assert [version["version"] for version in found] == [4, 3, 1]
    assert [version["is_current"] for version in found] == [True, False, False]
    assert found[0]["changed"] == ["title"]
    assert {"title", "summary"} <= set(found[1]["changed"])
    assert found[2]["changed"] is None
    assert client.get(address, {"count": "true"}).json()["count"] == 3


def test_a_version_says_what_its_page_says(client, twice_changed):
    for version in every_item(client, f"{api_item(twice_changed)}/versions"):
        answer = client.get(relative(version["api"])).json()
        page = client.get(relative(version["page"])).context["fields"]

        assert answer.items() >= version.items()
        assert {field.pop("field"): field for field in answer["fields"]} == page
        assert answer["record"]["id"] == twice_changed.identifier


def test_a_version_that_was_not_public_is_not_there(client, twice_changed):
    for number in (0, 2, 5, 10**30):
        assert_problem(client.get(f"{api_item(twice_changed)}/versions/{number}"), 404)


# Beside a record


@pytest.mark.django_db
def test_nothing_is_beside_what_is_not_public(client):
    draft, gone = make("theme"), published("theme")
    workflow.withdraw(gone, reason="By mistake.")

    for below in ("versions", "versions/1", "related", "responsible-use", "incoming"):
        assert_problem(client.get(f"{api_item(draft)}/{below}"), 404)
        assert_problem(client.get(f"{api_item(gone)}/{below}"), 410, reason="By mistake.")
        assert_problem(client.get(f"/api/v1/nothings/one/{below}"), 404)
        assert named_parameters(client.get(f"{api_item(gone)}/{below}?colour=red")) == ["colour"]


@pytest.mark.usefixtures("content")
def test_related_records_are_those_of_the_page_with_its_reasons(client):
    rows = Publication.objects.exclude(related="").order_by("pk")[:40:2]

    for row in rows:
        found = client.get(f"/api/v1/{kind_of(row).plural}/{row.identifier}/related").json()["results"]

        sources = [{"url": url, "title": url} for url in cited(row.body)]
        shown = neighbours_of(row, links_from([row])[row.pk], sources)
        assert [relative(record["url"]) for record in found] == [record["url"] for record in shown]
        for record, on_page in zip(found, shown, strict=True):
            told = [HOW[share["what"]] for share in record["shares"]]
            assert told == [reason["how"] for reason in on_page["reasons"]]
    assert len(rows) == 20


HOW = {"names": "to", "named-by": "by", "source": "source", "words": "words"}


def kind_of(row):
    return next(kind for kind in kinds() if kind.name == row.kind)


def cited(value):
    if isinstance(value, dict):
        yield from [value["url"]] if "accessed_on" in value else []
        for item in value.values():
            yield from cited(item)
    elif isinstance(value, list):
        for item in value:
            yield from cited(item)


def references_in(value):
    if isinstance(value, list):
        for item in value:
            yield from references_in(item)
    elif isinstance(value, dict) and "api" in value and "label" in value:
        yield relative(value["api"])
    elif isinstance(value, dict):
        for item in value.values():
            yield from references_in(item)


@pytest.mark.django_db
def test_incoming_are_all_records_that_name_one_and_no_others(client):
    expected = defaultdict(dict)
    records = one_of_every_kind()
    for record in records.values():
        for name, value in client.get(api_item(record)).json().items():
            for address in references_in(value):
                expected[address].setdefault(api_item(record), set()).add(name)
    assert sum(map(len, expected.values())) > 40

    for record in records.values():
        found = every_item(client, f"{api_item(record)}/incoming", limit="1")

        told = {relative(one["api"]): {field.partition(".")[0] for field in one["fields"]} for one in found}
        assert told == expected[api_item(record)]
        assert len(found) == len(told)


@pytest.mark.django_db
def test_incoming_can_be_of_some_kinds_and_counted(client):
    theme = published("theme")
    tools = several_published("technology", 2, themes=[theme.identifier])
    published("situation", themes=[theme.identifier])
    make("technology", themes=[theme.identifier])
    address = f"{api_item(theme)}/incoming"

    assert client.get(address, {"count": "true"}).json()["count"] == 3
    found = client.get(address, {"count": "true", "type": "technology"}).json()
    assert found["count"] == 2
    assert [one["id"] for one in found["results"]] == [tool.identifier for tool in tools]
    assert {tuple(one["fields"]) for one in found["results"]} == {("themes",)}
    assert named_parameters(client.get(f"{address}?type=tool&limit=0")) == ["limit", "type"]
    assert named_parameters(client.get(f"{address}?type=&cursor=x")) == ["cursor", "type"]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_what_is_beside_a_record_costs_the_same_however_much_it_is(
    client, count, django_assert_max_num_queries
):
    theme = published("theme")
    for number in range(count):
        theme = edited(theme, summary=f"Version {number}.")
    several_published("technology", count, themes=[theme.identifier])
    client.get(api_item(theme))  # the index follows
    client.get(SEARCH, {"q": "number"})

    for below in ("versions", "versions/1", "related", "responsible-use", "incoming"):
        with django_assert_max_num_queries(5):
            assert client.get(f"{api_item(theme)}/{below}").status_code == 200


# Filters


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    ("collection", "question"),
    [
        ("technologies", ""),
        ("technologies", "theme=dark-web&status=active"),
        ("instruments", "q=data"),
        ("statements", "lens=good&theme=riots-mass-gatherings"),
    ],
)
def test_values_are_counted_as_beside_the_list(client, collection, question):
    kind = next(kind for kind in kinds() if kind.plural == collection)
    page = client.get(f"{kind.list_url}?{question}")

    answer = client.get(f"{FACETS}/{collection}?{question}").json()

    assert answer["count"] == len(identifiers(client, f"/api/v1/{collection}?{question}"))
    told = {facet["filter"]: values_of(client, facet) for facet in answer["facets"]}
    shown = facets_of(client, page)
    assert len(shown) > 4
    for name, options in shown.items():
        assert {value["value"]: value["count"] for value in told[name]} == {
            option.value: option.count for option in options
        }
    for facet in kind.listed.all_facets:
        (found,) = (one for one in answer["facets"] if one["filter"] == facet.name)
        assert (found["field"], found["title"]) == (facet.source, str(facet.title))


def values_of(client, facet):
    """All values of a filter, page after page."""
    if not facet["all"]:
        return facet["values"]
    found, address = [], facet["all"]
    while address:
        answer = client.get(relative(address)).json()
        (one,) = answer["facets"]
        found += one["values"]
        address = answer["next"]
    assert len({value["value"] for value in found}) == len(found) == facet["total"]
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 2, MOST_COUNTED])
def test_values_of_one_filter_are_paged_in_both_directions(client, limit):
    for number, country in enumerate(("NL", "NL", "BE", "FR", "DE", "")):
        published("technology", country=country, title=f"Tool {number}")
    forward, address = [], f"{FACETS}/technologies?facet=country&limit={limit}"
    while address:
        answer = client.get(address).json()
        forward.append([value["value"] for value in answer["facets"][0]["values"]])
        last, address = answer, answer["next"] and relative(answer["next"])

    assert [value for page in forward for value in page] == ["NL", "BE", "FR", "DE", "not-stated"]
    if limit == 1:
        before = client.get(relative(last["previous"])).json()
        assert [value["value"] for value in before["facets"][0]["values"]] == ["DE"]


@pytest.mark.django_db
def test_values_are_found_by_their_letters(client):
    published("technology", country="NL")
    published("technology", country="BE")

    answer = client.get(f"{FACETS}/technologies?find=nétherl").json()

    assert [facet["filter"] for facet in answer["facets"]] == ["country"]
    (value,) = answer["facets"][0]["values"]
    assert value == {"value": "NL", "label": "Netherlands", "count": 1, "concept": None}
    assert identifiers(client, "/api/v1/technologies", country=value["value"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("facet=colour", ["facet"]),
        ("facet=theme&facet=lens", ["facet"]),
        ("cursor=YTE", ["cursor"]),
        ("facet=theme&cursor=YTE", ["cursor"]),
        ("find=", ["find"]),
        (f"find={'x' * 101}", ["find"]),
        ("limit=51", ["limit"]),
        ("sort=title&count=true&lens=purple", ["count", "sort"]),
        ("lens=purple", ["lens"]),
    ],
)
def test_what_filters_do_not_understand_is_named(client, question, named):  # gate 4.3
    published("technology")

    assert named_parameters(client.get(f"{FACETS}/technologies?{question}")) == named
    assert_problem(client.get(f"{FACETS}/tools"), 404)


@pytest.mark.usefixtures("content")
def test_filters_of_search_are_those_of_its_page(client):
    page = client.get("/search/?q=police&page=1")

    answer = client.get(f"{FACETS}?q=police").json()

    assert answer["count"] == page.context["count"]
    told = {facet["filter"]: values_of(client, facet) for facet in answer["facets"]}
    assert {"type", "theme", "lens", "provenance"} == set(told)
    for name, options in facets_of(client, page).items():
        assert {(value["value"], value["count"]) for value in told[name]} == {
            (option.value, option.count) for option in options
        }


@pytest.mark.usefixtures("content")
def test_values_that_are_concepts_name_them(client):  # M-12
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    nodes = client.get("/schemes.jsonld").json()["@graph"]
    scheme_of = {node["@id"]: node["skos:inScheme"]["@id"] for node in nodes if "skos:inScheme" in node}
    seen = set()

    for kind in kinds():
        parameters = paths[api_list(kind)]["get"]["parameters"]
        documented = {one["name"]: one["schema"].get("externalDocs", {}).get("url") for one in parameters}
        for facet in client.get(f"{FACETS}/{kind.plural}").json()["facets"]:
            concepts = {value["concept"] for value in facet["values"]} - {None}

            assert documented[facet["filter"]] == facet["scheme"]
            assert {scheme_of[concept] for concept in concepts} <= {facet["scheme"]}
            seen |= {facet["scheme"]} if concepts else set()
    named = ("theme", "function", "issue", "lens", "technology-status", "record-kind", "country")
    assert seen >= {f"{project.BASE_URL}/schemes/{name}" for name in named}


@pytest.mark.usefixtures("content")
def test_codes_of_kinds_are_names_of_kinds():  # M-12
    rows = Publication.objects.published().of(kind_for(Role.VOCABULARY).name)
    codes = {row.body["code"] for row in rows if row.body["scheme"].startswith("record-kind")}

    assert codes
    assert codes <= {kind.name for kind in kinds()}


@pytest.mark.django_db
def test_filters_cost_the_same_however_many_values(client, django_assert_max_num_queries):
    several_published("technology", 3)
    client.get(f"{FACETS}/technologies")

    for address in (f"{FACETS}/technologies", f"{FACETS}/technologies?facet=maker", FACETS):
        with django_assert_max_num_queries(1):
            assert client.get(address).status_code == 200


# Search


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    "question",
    [{"q": "dark web"}, {"q": "police footage", "theme": "riots-mass-gatherings"}, {"q": "D2.3"}],
    ids=lambda question: question["q"],
)
def test_search_finds_what_its_page_finds_in_its_order(client, question):
    exported = client.get("/search.json", question).json()

    found = every_item(client, SEARCH, **question, limit="7")

    assert [(hit["kind"], hit["id"]) for hit in found] == [
        (record["kind"], record["identifier"]) for record in exported["results"]
    ]
    assert client.get(SEARCH, question | {"count": "true"}).json()["count"] == len(found) > 3


@pytest.mark.usefixtures("content")
def test_a_hit_says_where_the_words_stand(client):
    hits = client.get(SEARCH, {"q": "police"}).json()["results"]

    told = 0
    for hit in hits:
        document = json.dumps(client.get(relative(hit["api"])).json(), ensure_ascii=False).lower()
        for passage in hit["passages"]:
            assert passage["field"] == "title" or passage["field"] in document
            for piece in passage["pieces"]:
                if piece["is_hit"]:
                    told += 1
                    assert json.dumps(piece["text"], ensure_ascii=False)[1:-1].lower() in document
    assert told > len(hits) > 10


@pytest.mark.django_db
def test_passages_are_cut_and_marked_in_pieces(client):
    published(
        "theme", title="Something", summary="Nothing. " * 60 + "It flies, a zebrafish. " + "More. " * 60
    )

    (hit,) = client.get(SEARCH, {"q": "zebrafish"}).json()["results"]

    (passage,) = hit["passages"]
    assert passage["field"] == "summary"
    assert [piece["text"] for piece in passage["pieces"] if piece["is_hit"]] == ["zebrafish"]
    assert len("".join(piece["text"] for piece in passage["pieces"])) < 300


@pytest.mark.django_db
def test_search_says_what_words_were_taken_for(client):
    published("theme", title="Zebrafish in crowds")

    answer = client.get(SEARCH, {"q": "zebrafihs zzzzzz"}).json()

    first, second = answer["words"]
    assert (first["word"], first["records"], first["taken_for"]) == ("zebrafihs", 1, ["zebrafish"])
    assert (second["word"], second["records"], second["taken_for"]) == ("zzzzzz", 0, [])
    assert answer["results"][0]["notes"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("", ["q"]),
        ("theme=x", ["q", "theme"]),
        ("q=", ["q"]),
        ("q=a&limit=51", ["limit"]),
        ("q=a&cursor=YTE", ["cursor"]),
        ("q=a&country=NL&sort=title", ["country", "sort"]),
        ("q=a&type=tool", ["type"]),
    ],
)
def test_what_search_does_not_understand_is_named(client, question, named):  # gate 4.3
    published("theme")

    assert named_parameters(client.get(f"{SEARCH}?{question}")) == named


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_search_costs_the_same_however_many_hits(client, count, django_assert_max_num_queries):
    several_published("theme", count, summary="Of zebrafish.")
    client.get(SEARCH, {"q": "zebrafish"})

    with django_assert_max_num_queries(2):
        assert len(client.get(SEARCH, {"q": "zebrafish"}).json()["results"]) == count


# All of them


@pytest.mark.django_db
def test_one_strong_tag_that_moves_with_the_content(client):
    theme = published("theme")
    published("technology", themes=[theme.identifier])
    addresses = [
        f"{api_item(theme)}/{below}"
        for below in ("versions", "versions/1", "related", "responsible-use", "incoming")
    ]
    addresses += [FACETS, f"{FACETS}/themes", f"{SEARCH}?q=theme"]
    before = {address: client.get(address) for address in addresses}

    for address, response in before.items():
        assert response.headers["ETag"].startswith('"')
        again = client.get(address, headers={"if-none-match": response.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert 'rel="license"' in response.headers["Link"]
    edited(theme, summary="Newer.")
    for address, response in before.items():
        assert client.get(address).headers["ETag"] != response.headers["ETag"]


@pytest.mark.django_db
def test_a_slash_at_the_end_leads_on(client):
    theme = published("theme")

    for address in (SEARCH, FACETS, f"{FACETS}/themes", f"{api_item(theme)}/versions/1"):
        response = client.get(f"{address}/?q=x")
        assert (response.status_code, response.headers["Location"]) == (301, f"{address}?q=x")


@pytest.mark.django_db
def test_the_front_door_lists_the_names_of_each_kind(client):
    one_of_every_kind()
    description = client.get("/api/v1/openapi.json").json()
    root = client.get("/api/v1").json()

    for told, kind in zip(root["kinds"], kinds(), strict=True):
        assert (told["kind"], told["plural"], told["path"]) == (kind.name, kind.plural, kind.path)
        assert client.get(relative(told["facets"])).json()["list"] == told["list"]
        address, _, pointer = told["schema"].partition("#/components/schemas/")
        assert relative(address) == "/api/v1/openapi.json"
        assert "identifier" in description["components"]["schemas"][pointer]["properties"]
    assert root["search"] == f"{project.BASE_URL}{SEARCH}"
    assert client.get(relative(root["facets"])).status_code == 200


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_closed_filters_name_every_value_that_a_record_has(client, kind):
    operation = client.get("/api/v1/openapi.json").json()["paths"][api_list(kind)]["get"]
    closed = {
        parameter["name"]: set(parameter["schema"]["items"]["enum"])
        for parameter in operation["parameters"]
        if "enum" in parameter["schema"].get("items", {}) and parameter["name"] != "fields"
    }

    assert {"lens", "provenance", "verified"} <= closed.keys()
    for name, values in closed.items():
        terms = Term.objects.filter(publication__kind=kind.name, field=name)
        assert set(terms.values_list("value", flat=True)) <= values
