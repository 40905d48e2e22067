"""A list, its pages, facets, chips, matrix, files and feed say the same, whatever is filtered and in whatever order."""

import csv
import io
import json
import re
from urllib.parse import parse_qsl, urlsplit

import feedparser
import pytest
import rispy
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from media4sec.kinds import paths
from media4sec.publications.orders import orders_of
from tests.public import relative

WORDS = ("police", "social media", "data", "zzqq")


def address_of(path):
    """The library's own address is a map, and a list only when asked for something."""
    return f"/{path}/"


def pairs_of(query, path):
    return query or ([("page", "1")] if path == "library" else [])


def get(client, path, pairs):
    response = client.get(address_of(path), _data(pairs_of(pairs, path)))
    assert response.status_code == 200, response.content
    return response


def _data(pairs):
    found = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def states(client, path):
    """Questions that a reader can put: some boxes of the page, now and then words, an order and a view."""
    page = get(client, path, [])
    boxes = [
        (group["name"], option["value"])
        for group in page.context["facets"]
        for option in (*group["options"], *group["more"])
    ]
    names = orders_of(paths()[path])
    orders = ["", *names, *(f"-{name}" for name in names)]
    views = [view["name"] for view in page.context["views"]]
    return st.tuples(
        st.lists(st.sampled_from(boxes), max_size=3, unique=True) if boxes else st.just([]),
        st.sampled_from(("", "", "", *WORDS)),
        st.sampled_from(orders),
        st.sampled_from(views),
    )


def rows_of_all_pages(client, page):
    identifiers = []
    while True:
        identifiers += [(card["kind"], card["identifier"]) for card in page.context["cards"]]
        pager = page.context["pager"]
        following = pager and pager["next_url"]
        if following is None:
            return identifiers
        page = client.get(following)


def file_of(client, path, suffix, query):
    response = client.get(f"/{path}.{suffix}", _data(query))
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def keys(rows):
    return [(row["kind"], row["identifier"]) for row in rows]


def as_keys(text):
    """``medi4sec-technology-T-001`` names kind and identifier; both may hold dashes."""
    return text.removeprefix("medi4sec-")


@pytest.mark.parametrize("path", paths())
def test_everything_says_the_same_of_a_result(client, content, path):
    @hypothesis_settings(max_examples=5)
    @given(state=states(client, path), data=st.data())
    def holds(state, data):
        boxes, words, order, view = state
        query = [*([("q", words)] if words else []), *boxes]
        sorted_query = [*query, *([("sort", order)] if order else [])]
        if view == "matrix":
            check_matrix(client, path, query, data)
            view = "list"
        page = get(client, path, [*sorted_query, *([("view", view)] if view != "list" else [])])
        count = page.context["count"]
        rows = rows_of_all_pages(client, page)

        assert page.context["heading"].startswith(str(count))
        assert len(rows) == count == len(set(rows))
        check_files(client, path, sorted_query, rows)
        check_feed(client, path, query, rows)
        check_facets(client, path, page, query, data)
        check_chips(client, path, page, query)

    holds()


def check_files(client, path, query, rows):
    """Each file has the rows of all pages, in their order."""
    names = [f"{kind}-{identifier}" for kind, identifier in rows]
    links = [(name, value) for name, value in query]
    assert keys(csv.DictReader(io.StringIO(file_of(client, path, "csv", links), newline=""))) == rows
    answer = json.loads(file_of(client, path, "json", links))
    assert (answer["count"], keys(answer["results"])) == (len(rows), rows)
    assert keys(map(json.loads, file_of(client, path, "ndjson", links).splitlines())) == rows
    assert [
        as_keys(key) for key in re.findall(r"^@\w+\{([^,]+),$", file_of(client, path, "bib", links), re.M)
    ] == names
    assert [as_keys(entry["id"]) for entry in rispy.loads(file_of(client, path, "ris", links))] == names


def check_feed(client, path, query, rows):
    """The feed has the same records, as many as it holds."""
    response = client.get(f"/feeds/{path}.atom", _data(query))
    feed = feedparser.parse(response.content)
    documents = json.loads(file_of(client, path, "json", query))["results"]
    ids = [entry.id for entry in feed.entries]
    assert not feed.bozo
    assert len(ids) == len(set(ids)) == min(len(rows), settings.FEED_LIMIT)
    assert set(ids) <= {f"urn:uuid:{document['uuid']}" for document in documents}


def check_facets(client, path, page, query, data):
    """A box that is not ticked says how many there are when it is chosen instead of its facet's other boxes."""
    free = [
        (group["name"], option)
        for group in page.context["facets"]
        for option in (*group["options"], *group["more"])
        if not option["checked"]
    ]
    if not free:
        return
    name, option = data.draw(st.sampled_from(free), label="a box")
    others = [(one, value) for one, value in query if one != name]
    assert get(client, path, [*others, (name, option["value"])]).context["count"] == option["count"]


def check_chips(client, path, page, query):
    """Each chip takes off its filter and nothing else."""
    chips = page.context["chips"]
    assert len(chips) == len(query)
    dropped = []
    for chip in chips:
        kept = parse_qsl(urlsplit(chip["url"]).query)
        kept = [(name, value) for name, value in kept if name not in ("sort", "view")]
        dropped += [pair for pair in query if pair not in kept]
        assert len(kept) == len(query) - 1
    assert sorted(dropped) == sorted(query)


def check_matrix(client, path, query, data):
    """Each cell has the number of records of its list, the sums too."""
    response = client.get(address_of(path), _data([*query, ("view", "matrix")]))
    if response.status_code == 400:  # the words left nothing to cross
        assert any(name == "q" for name, _ in query)
        return
    matrix = response.context.get("matrix")
    if not response.context["count"] or not matrix:
        return
    inner = [cell for row in matrix["rows"] for cell in row["cells"]]
    sums = [*(row["all"] for row in matrix["rows"]), *matrix["totals"]]
    for name, cells in (("a cell", inner), ("a sum", sums)):
        if full := [cell for cell in cells if cell["count"]]:
            cell = data.draw(st.sampled_from(full), label=name)
            assert client.get(cell["url"]).context["count"] == cell["count"]


def test_a_file_leads_back_to_its_page(client, content):
    answer = json.loads(file_of(client, "technologies", "json", [("theme", "dark-web"), ("sort", "-title")]))

    page = client.get(relative(answer["url"]))

    assert keys(answer["results"])[: len(page.context["cards"])] == [
        (card["kind"], card["identifier"]) for card in page.context["cards"]
    ]


@pytest.mark.parametrize(
    "query", ["q=police", "q=dark+web&type=statement", "q=police&theme=dark-web&lens=good", "q=zzqq"]
)
def test_everything_says_the_same_of_a_search(client, content, query):
    pairs = parse_qsl(query)
    page = client.get("/search/", _data([*pairs, ("page", "1")]))
    rows = rows_of_all_pages(client, page)

    assert len(rows) == page.context["count"]
    check_files(client, "search", pairs, rows)
    check_feed(client, "search", pairs, rows)
    for export in page.context["exports"] if rows else ():
        assert client.get(export["url"]).status_code == 200
