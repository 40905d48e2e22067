"""After a change, pages read again what changed, and not all there is: with hundreds of records as with a few."""

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rdflib import OWL, SKOS, Graph, Literal, URIRef

from media4sec.interchange.files import exports
from media4sec.interchange.linked import skos
from media4sec.interchange.records import moment
from media4sec.kinds import kinds_by_name
from media4sec.publications.concepts import concept_addresses
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.search import Question
from media4sec.publications.stated import of_each
from media4sec.publications.synonyms import synonyms
from media4sec.records import workflow
from tests.factories import changed, copies_published, fresh, publish, published
from tests.public import text_of

pytestmark = pytest.mark.django_db

MANY = 500
MOST_ROWS = 200  # of one query
BYTES = 200_000
GERMAN = {"key": "a", "language": "de", "label": "Das Thema", "provenance": "editorial"}


def a_dated_law():
    events = [
        {
            "key": "a",
            "event_kind": "adopted",
            "title": "Adopted",
            "provenance": "editorial",
            "date": "2017-01-01",
        }
    ]
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    return published("instrument", events=events), "/timeline/"


def a_news_item():
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    return published("news-item", date="2017-02-01", date_precision="day"), "/timeline/"


def a_deliverable():
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    return published("deliverable", date="2017-02-01", date_precision="day"), "/timeline/"


def a_term():
    return published("glossary-term"), published("technology").url


def a_law_of_a_country():
    return published("throwaway", story="Spain"), "/search/?q=Spain"


@pytest.mark.parametrize("make", [a_dated_law, a_news_item, a_deliverable, a_term, a_law_of_a_country])
def test_after_a_change_of_one_of_many_a_page_reads_few(client, make, rows_read):
    one, address = make()
    copies_published(one, MANY)
    client.get(address)
    publish(changed(fresh(one), summary="It says something else."))
    current()  # after a change, the index is read first
    rows_read.clear()

    response = client.get(address)

    assert response.status_code == 200
    assert len(response.content) <= BYTES
    assert max(rows_read) <= MOST_ROWS


def titles(rows):
    return rows.values_list("pk", "title")


def told():
    return sorted(of_each("tests: titles", titles, "theme", "throwaway").values())


def test_what_each_record_says_follows_each_of_its_changes():
    assert told() == []
    first, second = published("theme", title="First"), published("throwaway", title="Second")
    assert told() == ["First", "Second"]
    publish(changed(fresh(first), title="Third"))
    assert told() == ["Second", "Third"]
    workflow.withdraw(fresh(second), reason="Old")
    assert told() == ["Third"]
    published("technology")
    assert told() == ["Third"]
    workflow.rebuild_publications()
    assert told() == ["Third"]


def test_law_of_a_country_has_a_bound_and_says_so(client):
    copies_published(published("throwaway", story="Spain"), 30)

    page = client.get("/search/?q=Spain")

    (law,) = page.context["national_law"]
    assert (len(law["records"]), law["count"]) == (12, 31)
    assert "The first 12 of 31 are shown here." in text_of(page)
    assert client.get(law["all_url"]).context["count"] == 31


def test_the_check_has_room_for_some_questions_and_tools_and_takes_the_number_of_any(client):
    copies_published(published("check-question"), 80)
    tool, *_, last = copies_published(published("technology"), 400)
    situation = published("situation")

    page = client.get("/check/")

    html = page.content.decode()
    assert len(page.content) <= BYTES
    assert html.count("<fieldset") == 45
    assert "The first 45 of 81 are shown here." in text_of(page)
    assert "The number, as the list has it, such as" in text_of(page)
    assert f'<option value="{situation.identifier}"' in html
    assert html.count("<option") < 20
    result = client.post("/check/result/", {"technology": last.identifier, "situation": situation.identifier})
    assert result.status_code == 200
    again = client.post("/check/open/", {"technology": [tool.identifier, last.identifier]})
    assert f'value="{last.identifier}"' in again.content.decode()
    for wrong in ("T-999", "T-001\x00", "x" * 2000):
        assert client.post("/check/result/", {"technology": wrong}).status_code == 400


def test_lists_of_ways_to_ask_are_followed_one_by_one():
    def labels(*texts):
        return [
            {"key": f"{number}", "language": language, "label": text, "provenance": "editorial"}
            for number, (language, text) in enumerate(texts)
        ]

    first = published(
        "concept", scheme="ways-to-ask", labels=labels(("en", "face search"), ("de", "Gesicht"))
    )
    second = published("concept", scheme="ways-to-ask", labels=labels(("en", "crowd"), ("fr", "foule")))
    current()
    publish(changed(fresh(first), labels=labels(("en", "face match"), ("de", "Gesicht"))))
    workflow.withdraw(fresh(second), reason="Old")
    published("concept", scheme="country", code="IS", labels=labels(("de", "Insulaner")))

    followed, whole = current().synonyms, synonyms()

    assert followed.groups == whole.groups
    assert len(whole.groups) == 1
    assert followed.countries == whole.countries
    assert "IS" in whole.countries.values()


COUNTED = ("/technologies/facets/status/?q=police&sort=title", "/search/facets/type/?q=police")


@pytest.mark.parametrize(
    "address", [*COUNTED, "/api/v1/facets?q=police", "/api/v1/facets/technologies?q=police"]
)
def test_values_of_a_filter_are_counted_without_putting_what_was_found_in_order(client, monkeypatch, address):
    copies_published(published("technology", title="Police radio"), 20)
    published("theme", title="Police")
    in_order = []

    def counted(self, *arguments, ranked=Question.ranked):
        in_order.append(self)
        return ranked(self, *arguments)

    monkeypatch.setattr(Question, "ranked", counted)

    response = client.get(address)

    assert response.status_code == 200
    assert "21" in text_of(response) if "/api/" not in address else response.json()["count"] >= 21
    assert not in_order
    client.get("/technologies/?q=police")
    assert in_order


def test_addresses_of_concepts_follow_one_by_one(rows_read):
    one, other = published("theme"), published("glossary-term")
    copies_published(one, MANY)
    assert len(concept_addresses()) == MANY + 2
    publish(changed(fresh(one), title="Another title"))
    workflow.withdraw(fresh(other), reason="Old")
    new = published("theme")
    current()
    rows_read.clear()

    addresses = concept_addresses()

    assert max(rows_read) <= MOST_ROWS
    assert len(addresses) == MANY + 2
    assert ("glossary-term", other.identifier) not in addresses
    assert addresses["theme", new.identifier].endswith(f"/{new.identifier}/")


@pytest.fixture
def many_tools():
    copies_published(published("technology"), MANY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_an_address_that_means_nothing_is_looked_up_in_an_index(client, many_tools):
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/technologies/no-such-thing/").status_code == 404
    by_slug = next(query["sql"] for query in asked.captured_queries if '"slug" = ' in query["sql"])

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{by_slug}")
        assert "publications_path_slug" in str(cursor.fetchall())


def test_what_was_withdrawn_is_looked_up_in_an_index(many_tools):
    gone = Publication.objects.gone().of("technology")
    assert not gone
    plan = gone.filter(modified_at__isnull=False).order_by("-modified_at").explain()
    # SQLite does not know how rare a state is: it may go through all of a kind by time instead.
    assert "publications_kind_state" in plan or (
        connection.vendor == "sqlite" and "publications_kind_modified" in plan
    )


def test_a_list_counts_what_its_own_kinds_have_and_reads_no_more():
    copies_published(published("technology"), 3)
    published("issue"), published("statement")
    for later in (False, True):
        if later:
            published("technology")
        index = current()
        assert bool(index.later) == later
        for field in ("theme", "lens", "provenance", "status"):
            for kind_names in (["technology"], ["issue", "statement"], ["project"], [*kinds_by_name()]):
                of_kinds, terms = index.of_kinds(kind_names), index.terms(field, kind_names)
                assert all(
                    np.isin(slots, np.flatnonzero(index.of_kinds(kind_names))).all() for slots, _ in terms
                )
                own, whole = index.counted(field, of_kinds, kind_names), index.counted(field, of_kinds)
                assert own.tolist() == whole.tolist()
    assert sum(index.counted("provenance", index.is_alive, ["technology"])) == 5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # by rdflib itself
def test_a_file_of_vocabularies_is_written_in_portions(client, rows_read, monkeypatch):
    monkeypatch.setattr(skos, "PORTION", 50)
    monkeypatch.setattr(exports, "WHOLE_FILE", 20_000)
    one, withdrawn = published("theme"), published("theme")
    published("concept", scheme="theme", code=one.identifier, labels=[GERMAN])
    workflow.withdraw(withdrawn, reason="Two names for one thing.")
    longest = []
    for count in (120, 480):
        copies_published(published("theme"), count)
        copies_published(published("function", level=1, parent=None), count)
        list(client.get("/schemes.ttl").streaming_content)  # after a change, the index is read first
        for suffix, syntax in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")):
            rows_read.clear()
            response = client.get(f"/schemes.{suffix}")
            parts = list(response.streaming_content)
            assert max(rows_read) <= 60
            longest.append(max(map(len, parts)))
            graph = Graph().parse(data=b"".join(parts), format=syntax)
            themes = set(graph.subjects(SKOS.inScheme, URIRef(f"{settings.BASE_URL}/schemes/theme")))
            assert len(themes) == Publication.objects.of("theme").count()
            assert (
                len(set(graph.objects(None, SKOS.hasTopConcept)))
                == Publication.objects.published().filter(kind__in=("theme", "function")).count()
            )
            assert (URIRef(f"{settings.BASE_URL}{withdrawn.url}"), OWL.deprecated, Literal(True)) in graph
            assert Literal("Das Thema", lang="de") in set(graph.objects(None, SKOS.prefLabel))
    small, large = longest[:3], longest[3:]
    assert all(more <= 1.2 * less for less, more in zip(small, large, strict=True))


def test_the_door_of_the_api_counts_nothing(client):
    copies_published(published("technology"), 30)
    published("theme")
    newest = publish(changed(published("technology"), summary="It says something else."))
    workflow.withdraw(published("technology"), reason="Old")
    current()

    with CaptureQueriesContext(connection) as asked:
        rows = {row["kind"]: row for row in client.get("/api/v1").json()["kinds"]}

    assert not any(word in query["sql"] for query in asked for word in ("COUNT(", "MAX("))
    assert (rows["technology"]["records"], rows["theme"]["records"], rows["issue"]["records"]) == (32, 1, 0)
    at = Publication.objects.get(kind="technology", identifier=newest.identifier).modified_at
    assert rows["technology"]["updated"] == moment(at)
    assert (rows["theme"]["updated"] is None, rows["issue"]["updated"]) == (False, None)


def test_what_changed_lately_is_looked_up_in_an_index(client, many_tools):
    published("theme", title="It is new")
    publish(changed(published("technology"), summary="It says something else."))
    with CaptureQueriesContext(connection) as asked:
        html = client.get("/").content.decode()
    (by_name,) = (query["sql"] for query in asked if '"identifier" IN' in query["sql"])

    assert "It is new" in html
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{by_name}")
        plan = str(cursor.fetchall())
    assert "publications_one_per_record" in plan or "sqlite_autoindex_publications_publication" in plan, plan
