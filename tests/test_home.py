"""The home page and the matrix: every number is the length of the list behind it, and the law's news are in order."""

import datetime
import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from media4sec.kinds import NO_VALUE
from media4sec.publications.models import Change, Generation, Publication, Term
from tests.public import text_of
from tests.test_content import by_identifier

pytestmark = [pytest.mark.usefixtures("content"), pytest.mark.once]

QUERIES = {"/": 1, "/matrix/": 1}  # what changed last
AFTER_A_CHANGE = {"/": 16, "/matrix/": 8}  # with those by which the index follows it
MOST_ROWS = 200  # that one query gives, of some 1,700 records


def something_changes(kind="technology", identifier="T-001"):
    Change.objects.create(
        action=Change.Action.UPDATED, kind=kind, identifier=identifier, at=datetime.datetime.now(datetime.UTC)
    )


def cells_of(matrix):
    for row in matrix["rows"]:
        for cell in row["cells"]:
            yield from (cell, *cell.get("parts", ()))


def test_every_number_opens_as_long_a_list(client):
    home, whole = client.get("/").context, client.get("/matrix/").context
    cells = [
        cell
        for matrix in (home["matrix"], whole["by_lens"], whole["by_kind"], whole["by_swot"])
        for cell in cells_of(matrix)
    ]
    assert len(cells) >= 6 * (3 + 3 + 6 + 4)

    found = {cell["url"]: client.get(cell["url"]).context["count"] for cell in cells}

    assert found == {cell["url"]: cell["count"] for cell in cells}


def test_home_leads_to_every_situation_in_their_order(client):
    situations = sorted(by_identifier("situation").values(), key=lambda document: document["order"])

    assert [row["title"] for row in client.get("/").context["situations"]] == [
        row["title"] for row in situations
    ]


def test_a_cell_counts_the_same_on_both_pages(client):
    home, whole = client.get("/").context["matrix"], client.get("/matrix/").context["by_lens"]

    def numbers(matrix):
        return [[(cell["count"], cell["url"]) for cell in row["cells"]] for row in matrix["rows"]]

    assert numbers(home) == numbers(whole)
    parts = [cell["parts"] for row in whole["rows"] for cell in row["cells"]]
    assert len(parts) == 18
    assert {len(cell) for cell in parts} == {0, 2}  # none where there is nothing at all


class NumbersInCells(HTMLParser):
    """The numbers in the cells of matrices that are no links."""

    def __init__(self, response):
        super().__init__()
        self.open, self.dead, self.live = [], [], 0
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        if tag in ("td", "a"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in ("td", "a"):
            self.open.pop()

    def handle_data(self, data):
        if "td" in self.open and re.search(r"\d", data):
            self.live += "a" in self.open
            self.dead += [] if "a" in self.open else [data]


@pytest.mark.parametrize(
    "url", ["/matrix/", "/technologies/?view=matrix", "/issues/?view=matrix", "/evidence/?view=matrix"]
)
def test_every_number_of_a_matrix_is_a_link(url, client):
    numbers = NumbersInCells(client.get(url))

    assert (numbers.dead, numbers.live > 10) == ([], True)


def test_a_cell_without_statements_says_so_and_keeps_its_other_numbers(client):
    Term.objects.filter(publication__kind="statement", field="lens").update(value=NO_VALUE)
    Generation.objects.update(name="another")

    response = client.get("/matrix/")

    assert NumbersInCells(response).dead == []
    cells = [cell for row in response.context["by_lens"]["rows"] for cell in row["cells"]]
    without = [cell for cell in cells if cell["parts"]]
    assert len(without) > 9
    assert response.content.decode().count("no evidence in the project") == len(without)
    assert "3 issues" in response.content.decode()


def test_states_count_the_records_and_those_that_were_looked_up(client):
    states = client.get("/").context["states"]

    for row, name in zip(
        states, ("technology", "pattern", "case", "issue", "instrument", "statement"), strict=True
    ):
        documents = by_identifier(name).values()
        assert (row["count"], row["verified"]) == (
            len(documents),
            sum(document["verified"] is True for document in documents),
        )


@pytest.mark.parametrize("day", ["2019-01-15", "2026-11-25", "2030-01-01"])
def test_law_that_moved_is_what_happened_last_and_what_comes_next(day, client, monkeypatch):
    noon = datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    monkeypatch.setattr("media4sec.front.home.now", lambda: noon)
    events = sorted(
        (event["date"], event["title"], document["title"])
        for document in by_identifier("instrument").values()
        for event in document["events"]
    )

    context = client.get("/").context

    def shown(name):
        return [(str(row["date"]), row["title"], row["instrument"]["title"]) for row in context[name]]

    before = [event[0] for event in events if event[0] <= day]
    after = [event for event in events if event[0] > day]
    assert [row[0] for row in shown("moved")] == before[::-1][:6]
    assert shown("ahead") == after[:2]
    assert set(shown("moved")) <= set(events)
    assert context["event_count"] == len(events)


def test_changes_stand_newest_first_and_tell_many_of_one_kind_as_one(client):
    Change.objects.create(
        action=Change.Action.UPDATED,
        kind="technology",
        identifier="T-001",
        at=datetime.datetime(2027, 1, 2, tzinfo=datetime.UTC),
    )
    for identifier in ("I-001", "I-002", "I-001"):
        Change.objects.create(
            action=Change.Action.UPDATED,
            kind="issue",
            identifier=identifier,
            at=datetime.datetime(2027, 1, 3, tzinfo=datetime.UTC),
        )

    changes = client.get("/").context["changes"]

    assert len(changes) == 6
    assert all(one["day"] >= other["day"] for one, other in pairwise(changes))
    assert [(row["title"], row["action"], row["url"]) for row in changes[:2]] == [
        ("2 ethical and legal issues", "Updated", "/issues/"),
        ("PublicSonar (formerly Twitcident)", "Updated", "/technologies/T-001-publicsonar/"),
    ]


def test_a_withdrawn_record_among_the_changes_is_not_named(client):
    Change.objects.create(
        action=Change.Action.DELETED,
        kind="technology",
        identifier="T-001",
        at=datetime.datetime(2027, 1, 2, tzinfo=datetime.UTC),
    )
    row = Publication.objects.get(kind="technology", identifier="T-001")
    name = json.loads(row.document)["title"]
    Publication.objects.filter(pk=row.pk).update(state=Publication.State.WITHDRAWN, title="", document="")

    response = client.get("/")

    assert response.context["changes"][0]["title"] == "1 technology"
    assert name not in response.content.decode()


@pytest.mark.parametrize("url", QUERIES)
def test_pages_cost_the_same_however_much_there_is(url, client, django_assert_num_queries):
    client.get(url)

    with django_assert_num_queries(QUERIES[url]):
        client.get(url)


@pytest.mark.parametrize("url", QUERIES)
def test_after_a_change_pages_read_no_more_than_they_show(
    url, client, rows_read, django_assert_max_num_queries
):
    client.get(url)
    rows_read.clear()
    something_changes()

    with django_assert_max_num_queries(AFTER_A_CHANGE[url]):
        client.get(url)

    assert Publication.objects.count() > 5 * MOST_ROWS
    assert 0 < max(rows_read) <= MOST_ROWS


def test_what_pages_leave_out_they_say(client, monkeypatch):
    monkeypatch.setattr("media4sec.front.matrix.MOST_THEMES", 4)
    monkeypatch.setattr("media4sec.front.home.MOST_SITUATIONS", 5)
    something_changes("situation", "S-001")

    home, whole = client.get("/"), client.get("/matrix/")

    assert [len(matrix["rows"]) for matrix in (home.context["matrix"], whole.context["by_swot"])] == [4, 4]
    assert len(home.context["situations"]) == 5
    for page in (home, whole):
        assert "The first 4 of 6 are shown here. All in the list" in text_of(page)
    assert "The first 5 of 12 are shown here. All in the list" in text_of(home)


@pytest.mark.parametrize("url", QUERIES)
def test_pages_stand_without_any_record(url, client):
    Change.objects.all().delete()
    Publication.objects.update(state=Publication.State.WITHDRAWN)

    response = client.get(url)

    assert response.status_code == 200
