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
from hypothesis import Phase, given, note
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from media4sec.kinds import paths
from media4sec.publications.sorting import orders_of
from tests.examples import examples
from tests.public import WITH_A_FRONT_PAGE, body_of, every_item, facets_of, relative

pytestmark = [pytest.mark.slow, pytest.mark.once]

# Questions are small as they are, and each costs a dozen requests: no time is spent on making them smaller.
QUICK = hypothesis_settings(max_examples=examples(5), phases=(Phase.explicit, Phase.reuse, Phase.generate))
WORDS = ("police", "social media", "data", "zzqq")


def get(client, path, pairs):
    response = client.get(f"/{path}/", _data(pairs or ([("page", "1")] if path in WITH_A_FRONT_PAGE else [])))
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
    boxes = [(name, option.value) for name, options in facets_of(client, page).items() for option in options]
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
        cards = [row for card in page.context["cards"] for row in (card, *card.get("others", ()))]
        identifiers += [(row["kind"], row["identifier"]) for row in cards]
        pager = page.context["pager"]
        following = pager and pager["next_url"]
        if following is None:
            return identifiers
        page = client.get(following)


def text_at(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return body_of(response).decode()


def keys(rows):
    return [(row["kind"], row["identifier"]) for row in rows]


def records_among(entries, names):
    """The records cited, in order: ``medi4sec-technology-T-001``. What a record describes stands before it."""
    cited = [entry.removeprefix("medi4sec-") for entry in entries]
    works = re.compile(r"-(?:work|source(?:-\d+)?)$")
    return [name for name in cited if not (works.search(name) and works.sub("", name) in names)]


@pytest.mark.parametrize("path", paths())
def test_everything_says_the_same_of_a_result(client, content, path):
    @QUICK
    @given(state=states(client, path), data=st.data())
    def holds(state, data):
        boxes, words, order, view = state
        query = [*([("q", words)] if words else []), *boxes]
        note(f"{path} {query} sort={order} view={view}")
        if view == "matrix":
            check_matrix(client, path, query, data)
            view = "list"
        shown_as = [*([("sort", order)] if order else []), *([("view", view)] if view != "list" else [])]
        page = get(client, path, [*query, *shown_as])
        count, total = page.context["count"], page.context["total"]
        rows = rows_of_all_pages(client, page)

        number, *rest = page.context["heading"].split()
        assert number == str(count)
        assert rest[:2] == ["of", str(total)] if count != total and not words else "of" not in rest[:1]
        assert len(rows) == count == len(set(rows))
        check_files(client, page, rows)
        check_api(client, page, rows)
        check_feed(client, path, page, query)
        check_facets(client, path, page, query, data)
        check_chips(page, query, shown_as)

    holds()


def check_files(client, page, rows):
    """Each file that the page leads to has the rows of all pages, in their order."""
    links = {export["label"]: export["url"] for export in page.context["exports"]}
    names = [f"{kind}-{identifier}" for kind, identifier in rows]
    assert keys(csv.DictReader(io.StringIO(text_at(client, links["CSV"]), newline=""))) == rows
    answer = json.loads(text_at(client, links["JSON"]))
    assert (answer["count"], keys(answer["results"])) == (len(rows), rows)
    assert keys(map(json.loads, text_at(client, links["NDJSON"]).splitlines())) == rows
    entries = re.findall(r"^@\w+\{([^,]+),$", text_at(client, links["BibTeX"]), re.M)
    assert records_among(entries, names) == names
    references = rispy.loads(text_at(client, links["RIS"]))
    assert records_among([reference["id"] for reference in references], names) == names


def check_api(client, page, rows):
    """The API's answers that the page leads to hold the same records together."""
    found = []
    for export in page.context["exports"]:
        if not export.get("type"):
            joint = "&" if "?" in export["url"] else "?"
            found += keys(every_item(client, f"{export['url']}{joint}limit=200"))
    assert sorted(found) == sorted(rows)


def check_feed(client, path, page, query):
    """The feed has those of the same records that changed last, in that order, as many as it holds."""
    response = client.get(page.context["feed_url"])
    feed = feedparser.parse(response.content)
    newest = client.get(f"/{path}.json", _data([*query, ("sort", "-changed")]))
    documents = {f"urn:uuid:{row['uuid']}": row["updated"] for row in json.loads(body_of(newest))["results"]}
    assert not feed.bozo
    entries = [entry.id for entry in feed.entries]
    gone = response.content.count(b"<at:deleted-entry ")  # they have places among the others
    assert len(entries) == len(set(entries)) == min(settings.FEED_LIMIT - gone, len(documents))
    # What changed at the same moment stands in either order.
    assert [documents[entry] for entry in entries] == [*documents.values()][: len(entries)]


def check_facets(client, path, page, query, data):
    """A box says how many there are when it is chosen instead of its facet's other boxes."""
    boxes = [(name, option) for name, options in facets_of(client, page).items() for option in options]
    assert {(name, option.value) for name, option in boxes if option.checked} <= set(query)
    if boxes:
        name, option = data.draw(st.sampled_from(boxes), label="a box")
        others = [(one, value) for one, value in query if one != name]
        assert get(client, path, [*others, (name, option.value)]).context["count"] == option.count


def check_chips(page, query, shown_as):
    """Each chip takes off its filter and nothing else."""
    left = [sorted(parse_qsl(urlsplit(chip["url"]).query)) for chip in page.context["chips"]]
    expected = [sorted([*query[:number], *query[number + 1 :], *shown_as]) for number in range(len(query))]
    assert sorted(left) == sorted(expected)


def check_matrix(client, path, query, data):
    """Each cell has the number of records of its list, the sums too."""
    response = client.get(f"/{path}/", _data([*query, ("view", "matrix")]))
    if response.status_code == 400:  # the words left nothing to cross
        assert any(name == "q" for name, _ in query)
        return
    matrix = response.context.get("matrix")
    if not response.context["count"]:
        return
    inner = [cell for row in matrix["rows"] for cell in row["cells"]]
    sums = [*(row["all"] for row in matrix["rows"]), *matrix["totals"]]
    for name, cells in (("a cell", inner), ("a sum", sums)):
        cell = data.draw(st.sampled_from(cells), label=name)
        assert client.get(cell["url"]).context["count"] == cell["count"]
    assert matrix["totals"][-1]["count"] == response.context["count"]


def test_a_file_leads_back_to_its_page(client, content):
    answer = json.loads(text_at(client, "/technologies.json?theme=dark-web&sort=-title"))

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
    check_files(client, page, rows)
    check_feed(client, "search", page, pairs)
