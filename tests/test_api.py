"""The API as harvesters use it: its errors, its pages, its caching, and a description that keeps its word."""

import json
import os
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import schemathesis
from django.conf import settings
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.generation import GenerationMode

from catalogue.choices import TechnologyStatus
from media4sec import deprecations, problems
from media4sec.deprecations import Deprecated
from media4sec.front.api import schema
from media4sec.interchange import results
from media4sec.interchange.api.rest import (
    MAX_LIMIT,
    NARROWING,
    PAGING,
    question_of,
    read_cursor,
    write_cursor,
)
from media4sec.kept import kept
from media4sec.kinds import kinds
from media4sec.link_headers import LONGEST_LINKS
from media4sec.publications.lists import SEARCH_FACETS
from media4sec.publications.models import Generation, Publication, Term
from media4sec.records import workflow
from tests.examples import examples
from tests.factories import one_of_every_kind, published, several_published
from tests.public import api_item, api_list, api_lists, every_item, relative

THEMES = "/api/v1/themes"
# That schemathesis makes up of each operation; API_EXAMPLES=75 takes some five minutes.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "5"))
ADDRESSES = (
    *("/api/v1", "/api/v1/openapi.json", "/api/v1/changes", "/api/v1/search?q=theme"),
    *("/api/v1/facets", "/api/v1/facets/themes", THEMES, "/api/v1/themes/one"),
    *(
        f"/api/v1/themes/one/{below}"
        for below in ("versions", "versions/1", "related", "responsible-use", "incoming")
    ),
)


def assert_problem(response, status, **expected):
    """The answer is a problem document (RFC 9457) and says this."""
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    problem = json.loads(response.content)
    assert problem["status"] == status
    assert problem["type"].startswith(f"{settings.BASE_URL}/api/#problem-")
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == response.request["PATH_INFO"]
    assert {name: problem[name] for name in expected} == expected


def test_the_address_of_each_problem_leads_to_its_explanation(client):
    page = client.get("/api/").content.decode()

    for status in problems.PROBLEM_TYPES:
        _, _, anchor = problems.problem(status)["type"].partition("#")
        assert f'id="{anchor}"' in page


# Errors


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/api/v2/", "/api/nothing/", "/api/v1/nothing", "/api/v1/themes/none", "/api/v1/themes/a/b"]
)
def test_unknown_addresses_answer_a_problem(client, address):
    assert_problem(client.get(address), 404)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"])
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.once
def test_other_methods_are_refused_by_name(client, method, address):  # gate 4.13
    published("theme", identifier="one")

    response = client.generic(method, address)

    assert_problem(response, 405)
    assert (
        {"GET", "HEAD"}
        <= {name.strip() for name in response.headers["Allow"].split(",")}
        <= {"GET", "HEAD", "OPTIONS"}
    )


@pytest.mark.django_db
@pytest.mark.parametrize("address", [THEMES, "/api/v1/themes/one"])
def test_other_forms_are_not_offered(client, address):
    published("theme", identifier="one")

    assert_problem(client.get(address, headers={"accept": "application/xml"}), 406)
    assert client.get(address, headers={"accept": "application/json"}).status_code == 200
    assert client.get(address, headers={"accept": "text/html, */*;q=0.1"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("nothing=1", ["nothing"]),
        ("limit=0", ["limit"]),
        ("limit=201", ["limit"]),
        ("limit=-1", ["limit"]),
        ("limit=x", ["limit"]),
        ("limit=٣", ["limit"]),
        ("count=yes", ["count"]),
        ("lens=purple", ["lens"]),
        ("tag=nobody", ["tag"]),
        ("cursor=", ["cursor"]),
        ("lens=", ["lens"]),
        ("q=%20", ["q"]),
        ("lens=good&lens=", ["lens"]),
        ("limit=", ["limit"]),
        ("limit=5&limit=6", ["limit"]),
        ("limit=5&limit=5", ["limit"]),
        ("q=a&q=b", ["q"]),
        ("count=true&count=false", ["count"]),
        ("cursor=YTE&cursor=YTE", ["cursor"]),
        ("cursor=nonsense", ["cursor"]),
        (f"q={'x' * 201}", ["q"]),
        ("Limit=5&cursor=!&page=2", ["Limit", "page", "cursor"]),
    ],
)
def test_unknown_parameters_and_values_are_named(client, query, named):  # gate 4.3
    published("theme", lens="good")

    response = client.get(f"{THEMES}?{query}")

    assert_problem(response, 400)
    assert sorted({error["parameter"] for error in response.json()["errors"]}) == sorted(named)


@pytest.mark.django_db
def test_item_takes_no_parameters(client):
    record = published("theme")

    response = client.get(f"{api_item(record)}?format=xml")

    assert_problem(
        response, 400, errors=[{"parameter": "format", "detail": "There is no such parameter here."}]
    )


@pytest.mark.django_db
def test_withdrawn_says_why_and_what_instead(client):
    record, successor = several_published("theme", 2)
    workflow.withdraw(record, reason="It was never true.", successor=successor)

    response = client.get(api_item(record))

    assert_problem(
        response, 410, reason="It was never true.", successor=f"{settings.BASE_URL}{successor.url}"
    )


@pytest.mark.django_db
def test_merged_names_the_last_in_the_line(client):
    first, second, third = several_published("theme", 3)
    workflow.merge(first, second)
    workflow.merge(second, third)

    assert client.get(api_item(first)).json()["successor"] == f"{settings.BASE_URL}{third.url}"
    assert client.get(first.url).headers["Location"] == third.url


# Fields


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "wanted"),
    [("fields=title", {"title"}), ("fields=themes,version,themes,url", {"themes", "version"})],
)
def test_only_the_fields_that_are_asked_for_are_sent(client, query, wanted):
    record = published("technology")
    always = {"kind", "identifier", "uuid", "url"}

    whole, part = client.get(api_item(record)), client.get(f"{api_item(record)}?{query}")
    listed = client.get(f"{api_list(record.kind)}?{query}").json()["results"]

    assert part.json().keys() == wanted | always
    assert part.json().items() <= whole.json().items()
    assert listed == [part.json()]
    assert part.headers["ETag"] != whole.headers["ETag"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["fields=title,colour", "fields=", "fields=title&fields=url"])
def test_fields_that_no_document_has_are_named(client, query):  # gate 4.3
    record = published("technology")

    for address in (api_item(record), api_list(record.kind)):
        response = client.get(f"{address}?{query}")
        assert_problem(response, 400)
        assert [error["parameter"] for error in response.json()["errors"]] == ["fields"]


@pytest.mark.django_db
def test_a_page_of_parts_leads_to_the_next_one_and_leaves_tombstones_whole(client):
    _, second = several_published("theme", 2)
    workflow.withdraw(second, reason="By mistake.")

    one, two = every_item(client, THEMES, fields="title", limit="1", include_deleted="true")

    assert one.keys() == {"kind", "identifier", "uuid", "url", "title"}
    assert (two["identifier"], two["reason"]) == (second.identifier, "By mistake.")


# Paging


def pages(client, address, direction="next"):
    """Each page of a list, as the identifiers on it."""
    while address:
        answer = client.get(address).json()
        yield [item["identifier"] for item in answer["results"]], answer
        address = answer[direction] and relative(answer[direction])


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7, MAX_LIMIT])
@pytest.mark.parametrize("query", ["", "include_deleted=true", "updated_since=2018-03-14", "lens=good"])
def test_paging_gives_each_record_once_in_both_directions(client, limit, query):
    wanted = [record.identifier for record in several_published("theme", 6, lens="good")]

    forward = list(pages(client, f"{THEMES}?limit={limit}&{query}"))
    there = [name for names, _ in forward for name in names]
    end = write_cursor((-1, 10**9), question_of("theme", QueryDict(query)))
    backward = list(pages(client, f"{THEMES}?limit={limit}&cursor={end}&{query}", "previous"))
    back = [name for names, _ in reversed(backward) for name in names]

    assert there == back == wanted
    assert all(len(names) <= limit for names, _ in forward)
    assert forward[0][1]["previous"] is None
    assert forward[-1][1]["next"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["include_deleted=true", "updated_since=2018-03-14", "updated_before=2999-01-01"]
)
def test_a_page_for_a_mirror_reads_no_record_of_the_others(client, rows_read, query):
    several_published("theme", 9)
    client.get(f"{THEMES}?limit=1")  # the index reads all, once
    rows_read.clear()

    names = [found for found, _ in pages(client, f"{THEMES}?limit=2&{query}")]

    assert sorted(map(len, names)) == [1, 2, 2, 2, 2]
    assert max(rows_read) == 3  # the page, and one to know whether there is another


@pytest.mark.django_db
def test_links_of_the_header_are_those_of_the_body(client):
    several_published("theme", 3)
    (_, first), (_, middle), _ = pages(client, f"{THEMES}?limit=1")

    header = client.get(relative(first["next"])).headers["Link"]

    assert f'<{middle["next"]}>; rel="next"' in header
    assert f'<{middle["previous"]}>; rel="prev"' in header
    assert f'<{settings.BASE_URL}{THEMES}?limit=1>; rel="first"' in header
    assert f'<{first["next"]}>; rel="self"' in header
    assert f'<{settings.BASE_URL}/api/v1/openapi.json>; rel="service-desc"' in header


@pytest.mark.django_db
def test_a_long_question_makes_no_header_that_proxies_refuse(client):
    first, second = several_published("theme", 2)
    names = ",".join(
        [first.identifier, second.identifier, *(f"theme-of-a-long-name-{n}" for n in range(198))]
    )

    page = client.get(f"{THEMES}?limit=1&ids={names}")
    following = client.get(relative(page.json()["next"]))

    assert [row["identifier"] for row in following.json()["results"]] == [second.identifier]
    for answer in (page, following):
        assert len(answer.headers["Link"]) <= LONGEST_LINKS
        assert answer.headers["Link"].endswith('rel="license"')


@pytest.mark.django_db
def test_paging_holds_while_records_come_and_go(client):
    first, second, third, fourth = several_published("theme", 4)
    start = client.get(f"{THEMES}?limit=2").json()
    workflow.withdraw(second, reason="It was never true.")
    fifth = published("theme")

    rest = [name for names, _ in pages(client, relative(start["next"])) for name in names]

    assert rest == [third.identifier, fourth.identifier, fifth.identifier]
    assert first.identifier not in rest


@pytest.mark.django_db
def test_paging_keeps_the_question(client):
    themes = several_published("theme", 2, lens="good")
    published("theme", lens="bad")

    found = every_item(client, THEMES, limit=1, lens="good", count="true")

    assert [item["identifier"] for item in found] == [theme.identifier for theme in themes]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "YQ",
        "YTE=",
        "YTE\n",
        "!!YTE",
        "YTE!",
        "x" * 5000,
        "Yi0x",
        "YTEw" * 20,
        "é",
        "\x00",
        "YTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    ],
)
def test_what_is_no_cursor_of_ours_is_refused(text):  # gate 4.3
    assert read_cursor(text, "question") is None


@pytest.mark.parametrize("cursor", [(1, 0), (-1, 0), (1, 1), (-1, 123456789)])
def test_cursors_are_read_as_written(cursor):
    assert read_cursor(write_cursor(cursor, "question"), "question") == cursor
    assert read_cursor(write_cursor(cursor, "question"), "another") is None


@pytest.mark.django_db
def test_a_cursor_holds_for_its_question_and_any_size_of_page(client):
    several_published("theme", 3, lens="good")
    several_published("organisation", 3)
    following = client.get(f"{THEMES}?limit=1&lens=good").json()["next"]
    cursor = following.partition("cursor=")[2]

    assert client.get(f"{THEMES}?limit=2&lens=good&count=true&cursor={cursor}").status_code == 200
    for address in (f"{THEMES}?", f"{THEMES}?lens=good&q=theme&", "/api/v1/organisations?lens=good&"):
        response = client.get(f"{address}cursor={cursor}")
        assert_problem(response, 400)
        assert "cursor" in {error["parameter"] for error in response.json()["errors"]}


# Caching and headers


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["item", "list"])
def test_unchanged_answers_304(client, address):
    record = published("theme")
    address = api_item(record) if address == "item" else THEMES
    first = client.get(address)

    again = client.get(address, headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]


@pytest.mark.django_db
def test_etag_moves_with_what_the_public_sees_and_with_nothing_else(client):
    record = published("theme")
    before = client.get(api_item(record)).headers["ETag"]

    workflow.publish(record)
    assert client.get(api_item(record)).headers["ETag"] == before

    workflow.withdraw(record, reason="By mistake.")
    workflow.restore(record)
    assert client.get(api_item(record)).headers["ETag"] != before
    assert client.get(api_item(record), headers={"if-none-match": before}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_head_answers_like_get(client, address):
    published("theme", identifier="one")

    get, head = client.get(address), client.head(address)

    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.django_db
@pytest.mark.parametrize("address", [THEMES, "/api/v1/themes/one"])
def test_options_names_the_methods(client, address):
    published("theme", identifier="one")

    response = client.options(address)

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.django_db
def test_no_answer_sets_a_cookie_or_varies_by_one(client):  # gate 8.1
    one_of_every_kind()
    items = [
        f"/api/v1/{kind.plural}/{identifier}"
        for kind in kinds()
        for identifier in Publication.objects.of(kind.name).values_list("identifier", flat=True)
    ]

    for address in [
        *api_lists(),
        *items,
        "/api/",
        "/api/v1/openapi.json",
        "/api/v1/nothing",
        f"{THEMES}?x=1",
    ]:
        response = client.get(address)
        assert not response.cookies
        assert "cookie" not in response.headers.get("Vary", "").lower()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_no_answer_leads_to_the_host_that_was_asked(client, kind):  # gate 4.11
    several_published(kind, 2)

    body = client.get(f"{api_list(kind)}?limit=1").content.decode()

    assert "testserver" not in body
    assert settings.BASE_URL in body


# The description


def described():
    return json.loads(json.dumps(schema()))


def test_description_is_valid():
    document = described()

    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_description_names_every_kind_and_filter():
    paths = described()["paths"]

    for kind in kinds():
        named = {parameter["name"] for parameter in paths[api_list(kind)]["get"]["parameters"]}
        assert named == {
            *("q", "limit", "cursor", "count", "sort", "fields"),
            *("ids", "updated_since", "updated_before", "include_deleted"),
            *(facet.name for facet in kind.listed.all_facets),
        }
        assert f"{api_list(kind)}/{{identifier}}" in paths


def checker(document, address, status="200"):
    """A function that holds an answer against the description of its address."""
    (media,) = answer_of(document, address, status)["content"].values()
    return checker_of(document, media["schema"])


def answer_of(document, address, status):
    """An answer of an address; refusals are described once for all."""
    answer = document["paths"][address]["get"]["responses"][status]
    return resolved(document, answer["$ref"]) if "$ref" in answer else answer


def resolved(document, reference):
    node = document
    for name in reference.removeprefix("#/").split("/"):
        node = node[name]
    return node


def checker_of_shape(document, name):
    """The same for one shape: a whole record, where its address may also answer a part of it."""
    return checker_of(document, {"$ref": f"#/components/schemas/{name}"})


def checker_of(document, schema):
    whole = {**schema, "components": document["components"]}
    cls = jsonschema.validators.validator_for(whole, default=jsonschema.Draft202012Validator)
    return cls(whole, format_checker=cls.FORMAT_CHECKER)


@pytest.mark.django_db
def test_answers_of_every_kind_fit_the_description(client):
    one_of_every_kind()
    document = described()

    for kind in kinds():
        address = api_list(kind)
        answer = client.get(f"{address}?count=true").json()
        assert errors_in(checker(document, address), answer) == []
        for item in answer["results"]:
            assert errors_in(checker_of_shape(document, kind.shape), item) == []
            properties = document["components"]["schemas"][kind.shape]["properties"]
            assert set(item) | {"files"} == set(properties)  # most records have none


def errors_in(validator, answer):
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(answer)]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_every_document_of_the_real_content_fits_the_description(client, content, kind):
    address = api_list(kind)
    validator = checker_of_shape(described(), kind.shape)

    for item in every_item(client, address, limit=200):
        assert errors_in(validator, item) == []


@pytest.mark.django_db
def test_problems_fit_the_description(client):
    document = described()
    record = published("theme")
    workflow.withdraw(record, reason="By mistake.")

    for address, status in ((f"{THEMES}?x=1", "400"), (f"{THEMES}/none", "404"), (api_item(record), "410")):
        operation = THEMES if status == "400" else f"{THEMES}/{{identifier}}"
        assert errors_in(checker(document, operation, status), client.get(address).json()) == []


def operations(document):
    return {path["get"]["operationId"]: (address, path["get"]) for address, path in document["paths"].items()}


def test_names_in_the_description_stay():
    document = described()
    pinned = tomllib.loads(Path(__file__).with_name("api_names.toml").read_text())

    names = set(document["components"]["schemas"])
    assert set(pinned["schemas"].split()) - names == set()
    assert set(pinned["operations"].split()) - operations(document).keys() == set()
    assert [name for name in names if name.endswith(("Enum", "Schema", "Serializer"))] == []
    for kind in kinds():
        stem = kind.shape
        assert {stem, f"{stem}Field", f"{stem}Page", f"{stem}OrPart", f"{stem}OrTombstone"} <= names


def test_values_of_documents_have_the_names_of_their_choices():
    shapes = described()["components"]["schemas"]

    assert shapes["TechnologyStatus"]["enum"] == TechnologyStatus.values
    status = shapes["Technology"]["properties"]["status"]
    assert status["allOf"] == [{"$ref": "#/components/schemas/TechnologyStatus"}]
    assert status["externalDocs"]["url"] == f"{settings.BASE_URL}/schemes/technology-status"
    unnamed = [
        where
        for name, shape in shapes.items()
        for where, node in nodes(shape.get("properties", {}), name)
        if "enum" in node
    ]
    assert [where for where in unnamed if not where.startswith("Throwaway")] == []


def nodes(node, where):
    """``[(path, object)]`` of all objects in a part of the description."""
    if isinstance(node, list):
        node = dict(enumerate(node))
    if isinstance(node, dict):
        yield where, node
        for name, value in node.items():
            yield from nodes(value, f"{where}/{name}")


def test_every_answer_is_described_with_its_headers_and_refusals():
    document = described()

    for name, (_address, operation) in operations(document).items():
        found = operation["responses"]
        assert {"200", "304", "400", "405", "406", "412"} <= found.keys()
        assert {"ETag", "Cache-Control", "Link", "Vary"} <= found["200"]["headers"].keys()
        assert operation["summary"], name
        assert operation["description"], name
        assert "``" not in operation["description"], name
    for name, shape in document["components"]["schemas"].items():
        assert "``" not in json.dumps(shape), name


def test_every_example_fits_its_shape():
    document = described()
    told = operations(document)

    for kind in kinds():
        address, operation = told[f"get_{kind.name.replace('-', '_')}"]
        example = operation["responses"]["200"]["content"]["application/json"]["example"]
        assert errors_in(checker_of_shape(document, kind.shape), example) == []
        assert (example["kind"], example["identifier"]) == (kind.name, kind.identifier.example)
    others = 0
    for address, operation in told.values():
        media = operation["responses"]["200"]["content"]["application/json"]
        if "example" in media:
            others += 1
            assert errors_in(checker(document, address), media["example"]) == []
    assert others == len(kinds()) + 8
    for response in document["components"]["responses"].values():
        for media in response.get("content", {}).values():
            assert errors_in(checker_of(document, media["schema"]), media["example"]) == []


@pytest.mark.django_db
def test_headers_and_refusals_are_as_described(client):
    theme = published("theme")
    document = described()

    for address, operation in (
        ("/api/v1", "root"),
        (THEMES, "list_themes"),
        (api_item(theme), "get_theme"),
        ("/api/v1/changes", "list_changes"),
        (f"{api_item(theme)}/versions/1", "get_version"),
        ("/api/v1/facets/themes", "facets_of_themes"),
        ("/api/v1/search?q=theme", "search"),
    ):
        response = client.get(address)
        told = operations(document)[operation][1]["responses"]["200"]["headers"]
        assert response.status_code == 200
        assert set(told) - {"Vary"} <= set(response.headers)  # short answers are not coded
        assert ("Last-Modified" in told) == ("Last-Modified" in response.headers)
        assert_problem(client.get(address, headers={"if-match": '"another"'}), 412)


@pytest.mark.django_db
def test_every_answer_leads_to_itself_and_to_its_shape(client):
    theme = published("theme")
    document = described()

    for address in (
        "/api/v1", THEMES, f"{THEMES}?limit=1&sort=title", api_item(theme), "/api/v1/facets/themes",
        "/api/v1/search?q=theme", "/api/v1/changes",
        *(f"{api_item(theme)}/{below}" for below in ("versions", "versions/1", "related", "incoming")),
        f"{api_item(theme)}/responsible-use",
    ):  # fmt: skip
        response = client.get(address)
        links = {
            rel: target for target, rel in re.findall(r'<([^>]+)>; rel="([a-z-]+)"', response.headers["Link"])
        }

        description, _, pointer = links["describedby"].partition("#/components/schemas/")
        assert description == f"{settings.BASE_URL}/api/v1/openapi.json"
        assert errors_in(checker_of_shape(document, pointer), response.json()) == []
        assert client.get(relative(links["self"])).content == response.content
        assert {"service-desc", "service-doc", "license"} <= links.keys()


@pytest.mark.django_db
def test_what_is_to_go_is_told_beforehand(client, monkeypatch):
    theme, other = published("theme"), published("technology")
    since, until = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    going = [
        Deprecated(what, since, until, f"{settings.BASE_URL}/api/#going")
        for what in ("/api/v1/themes/{identifier}", "Technology.lens", "Technology.summary")
    ]
    before = client.get(api_item(theme)).headers
    assert not any("deprecated" in node for _, node in nodes(described(), ""))  # nothing is to go now
    monkeypatch.setattr(deprecations, "DEPRECATIONS", tuple(going))
    kept.forget()

    told, fresh_description = client.get(api_item(theme)).headers, schema.__wrapped__()

    assert told["Deprecation"] == f"@{since.timestamp():.0f}"
    assert told["Sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    link = f'<{settings.BASE_URL}/api/#going>; type="text/html"; rel="deprecation"'
    assert told["Link"] == f"{before['Link']}, {link}"
    for address in (THEMES, api_item(other), f"{api_item(theme)}/versions"):
        assert {"Deprecation", "Sunset"} & set(client.get(address).headers) == set()
    marked = [where for where, node in nodes(fresh_description, "") if node.get("deprecated")]
    assert sorted(marked) == [
        "/components/schemas/Technology/properties/lens",
        "/components/schemas/Technology/properties/summary",
        "/paths//api/v1/themes/{identifier}/get",
    ]


@pytest.mark.slow
@pytest.mark.django_db
def test_schemathesis_finds_nothing(application):  # interchange section 13, gate 4.1
    one_of_every_kind()
    loaded = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    many = hypothesis_settings(
        max_examples=examples(EXAMPLES),
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    few = hypothesis_settings(many, max_examples=max(1, many.max_examples // 5))
    for result in loaded.get_all_operations():
        operation = result.ok()
        # The filters of each kind are answered alike, and its list is asked about them.
        run = few if operation.path.startswith("/api/v1/facets/") else many
        run(given(case=operation.as_strategy())(fits))()
        # Any text could be an identifier, and some addresses take no parameters.
        takes_none = ("{identifier}", "/related", "/responsible-use", "/api/v1")
        if not operation.path.endswith(takes_none):
            run(given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))(is_refused))()


def fits(case):
    """What the description allows is answered. Cursors stand in answers, and values of filters in the records."""
    case.query.pop("cursor", None)
    of_kinds = {kind.plural: (kind.listed.all_facets, {"publication__kind": kind.name}) for kind in kinds()}
    plural = case.path.removeprefix("/api/v1/").removeprefix("facets/").partition("/")[0]
    facets, whose = of_kinds.get(plural, (SEARCH_FACETS, {}))
    if "include_deleted" in case.query:  # of a list: what is left of a record cannot be filtered
        case.query = {name: value for name, value in case.query.items() if name in (*PAGING, *NARROWING)}
    for facet in facets if plural != "{plural}" else ():
        if facet.name in case.query:
            terms = Term.objects.filter(**whose, field=facet.name)
            case.query[facet.name] = list(terms.order_by("pk").values_list("value", flat=True)[:1])
    case.call_and_validate(headers={"Accept-Encoding": "identity"})  # its client takes br and cannot read it


def is_refused(case):
    """What it does not allow is refused by name."""
    case.call_and_validate(headers={"Accept-Encoding": "identity"})  # its client takes br and cannot read it


@pytest.mark.django_db
def test_a_tag_depends_on_database_release_and_origin(client, settings, monkeypatch):
    """Two installations may count the same changes, and a new release may write the same records in another way."""
    record = published("technology")
    addresses = [api_list(record.kind), api_item(record), "/technologies.csv", f"{record.url[:-1]}.bib"]

    def tags():
        return {address: client.get(address)["ETag"] for address in addresses}

    seen = [tags()]
    assert tags() == seen[0]
    monkeypatch.setattr(results, "release", lambda: "another")
    seen.append(tags())
    settings.BASE_URL = "https://elsewhere.example.eu"
    seen.append(tags())
    Generation.objects.update(name="another")
    seen.append(tags())

    for address in addresses:
        assert len({found[address] for found in seen}) == 4
