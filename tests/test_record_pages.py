"""What every record page has, part by part, and in which order."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from media4sec.kinds import kinds, kinds_by_name
from media4sec.publications.models import Publication
from tests.factories import copies_published, document_for, publish, published, published_full, save, source
from tests.public import links_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PARTS = ("facts", "about", "lenses", "flags", "limits", "related", "evidence")


def text_at(response, start, end=""):
    """The words between two places of the source."""
    body = response.content.decode()
    part = body[body.index(start) :]
    return " ".join(re.sub("<[^>]+>", " ", part[: part.index(end)] if end else part).split())


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_page_has_the_parts_that_never_miss(client, kind):
    record = published_full(kind)

    response = client.get(record.url)
    body = response.content.decode()

    for place in ("<h1", 'class="status"', 'class="actions"', 'id="evidence"', 'id="cite"'):
        assert body.count(place) == 1, place
    links = links_in(response)
    assert f"{record.url}versions/" in links
    assert f"/corrections/new/?record={kind.name}:{record.identifier}" in links
    stem = record.url.rstrip("/")
    assert {f"{stem}.json", f"{stem}.bib", f"{stem}.ris"} <= links


@pytest.mark.parametrize("suffix", ["json", "bib", "ris"])
def test_machine_formats_answer(client, suffix):
    record = published("technology")

    assert client.get(f"{record.url.rstrip('/')}.{suffix}").status_code == 200


def test_technology_has_all_parts_in_their_order(client):
    issue = published("issue")
    other = published("technology", licence="MIT", sources=[source(url="https://example.org/shared")])
    tool = published(
        "technology",
        issues=[issue.identifier],
        status="active",
        summary="It sorts messages by place and topic. It is used by police.",
        sources=[source(url="https://example.org/shared")],
    )
    published("statement", subjects=[f"technology:{tool.identifier}"], lens="good")
    published("pattern", technologies=[tool.identifier])

    response = client.get(tool.url)
    body = response.content.decode()

    found = [name for name in re.findall(r'<section class="part" id="([a-z-]+)"', body) if name in PARTS]
    assert tuple(found) == PARTS
    assert [part["id"] for part in response.context["page"].parts] == list(PARTS)
    assert other.url in links_in(response)
    assert f"/technologies/compare/?ids={tool.identifier}" in links_in(response)


def test_what_nobody_assessed_is_said(client):
    tool = published("technology", issues=[], platforms_covered=[], trl="")
    published("technology", platforms_covered=["web"], trl="7")

    words = text_of(client.get(tool.url))

    assert "Not assessed yet" in words
    limits = text_at(client.get(tool.url), 'id="limits"', "</section>")
    assert limits.count("Not stated in the source") >= 2


def test_points_say_what_they_count_and_end_in_their_evidence(client):
    tool = published("technology", licence="MIT")
    said = published(
        "statement",
        subjects=[f"technology:{tool.identifier}"],
        lens="bad",
        title="It was too slow.",
        evidence_kind="workshop",
    )

    words = text_at(client.get(tool.url), 'id="lenses"', 'id="limits"')

    assert "1 piece of evidence" in words
    assert "0 pieces of evidence" in words
    assert re.search(rf"It was too slow\. Workshop {said.identifier} · ", words)


def test_key_map_without_evidence_says_so(client):
    tool = published("technology", lens="good", themes=[published("theme", order=1).identifier])

    response = client.get(tool.url)

    assert response.context["page"].keymap["shows"] == "place"
    assert "No evidence mentions it" in text_at(response, "<figcaption>", "</figcaption>")


@pytest.mark.parametrize(("lens", "has_theme"), [("", True), ("good", False), ("", False)])
def test_key_map_in_which_nothing_is_marked_is_left_out(client, lens, has_theme):
    theme = published("theme", order=1)
    tool = published("technology", lens=lens, themes=[theme.identifier] if has_theme else [])

    response = client.get(tool.url)

    assert response.context["page"].keymap is None
    assert 'class="keymap"' not in response.content.decode()


def test_key_map_counts_statements_by_theme_and_lens(client):
    theme = published("theme", order=1)
    tool = published("technology")
    for lens in ("good", "good", "ugly"):
        published("statement", subjects=[f"technology:{tool.identifier}"], lens=lens, theme=theme.identifier)

    response = client.get(tool.url)

    counts = {
        row["lens"]: [cell["count"] for cell in row["cells"]]
        for row in response.context["page"].keymap["rows"]
    }
    assert {lens: sum(row) for lens, row in counts.items()} == {"good": 2, "bad": 0, "ugly": 1}
    assert "theme 1: 2 pieces of evidence" in text_at(response, "<figcaption>", "</figcaption>")


def test_key_map_of_issues_is_not_taken_for_the_records_own(client):
    theme, issue = published("theme", order=1), published("issue")
    tool = published("technology", issues=[issue.identifier])
    published("statement", subjects=[f"issue:{issue.identifier}"], lens="bad", theme=theme.identifier)

    response = client.get(tool.url)

    assert response.context["page"].keymap["shows"] == "issues"
    assert "These are not findings about this record." in text_of(response)


def test_backlinks_say_why(client):
    tool = published("technology")
    published("pattern", title="A pattern", technologies=[tool.identifier])
    published("case", title="A case", technologies=[tool.identifier])

    words = text_at(client.get(tool.url), 'id="related"', "</section>")

    assert "Practice pattern 1 It names this tool" in words
    assert "Practice case 1 It used this tool" in words


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"provenance": "editorial", "checked_on": "2026-11-23", "review_due": "2027-05-23"},
            "Editors’ text, checked 23 November 2026, next review 23 May 2027",
        ),
        (
            {"provenance": "project", "checked_on": "2026-01-02", "review_due": None},
            "From a project source, checked 2 January 2026, next review 2 July 2026",
        ),
        (
            {"provenance": "editorial", "checked_on": None, "review_due": None},
            "Editors’ text, not checked yet, no review planned yet",
        ),
    ],
)
def test_status_is_one_line_and_its_details_stand_under_history(client, changes, line):
    record = published(
        "situation", **changes, verified=False, verified_basis="title; computed: by a rule; dates"
    )

    response = client.get(record.url)

    assert (
        text_at(response, '<p class="status">', "</p>").removeprefix('<p class="status">')
        == f"{line} Details"
    )
    history = text_at(response, '<h3 id="history">', 'id="cite"')
    assert "Looked up Not yet Title; dates" in history
    assert "computed" not in text_of(response)


@pytest.mark.parametrize("kind", ["situation", "technology", "case", "roadmap-item"])
def test_issues_are_said_to_be_those_found_so_far(client, kind):
    issues = [published("issue").identifier for _ in range(3)]
    record = published(kind, issues=issues)

    flags = text_at(client.get(record.url), 'id="flags"', "</section>")

    assert "Issues found so far: 3." in flags
    assert "Not legal advice. Take these points to your data-protection officer." in flags


@pytest.mark.parametrize("kind", ["issue", "instrument"])
def test_pages_on_law_say_that_they_are_not_advice(client, kind):
    words = text_of(client.get(published(kind).url))

    assert words.count("Not legal advice. Take these points to your data-protection officer.") == 1


def test_history_leads_to_the_versions(client):
    record = published("technology")
    assert "No earlier version" in text_of(client.get(record.url))

    for title in ("Two", "Three"):
        document = document_for("technology") | {"identifier": record.identifier, "title": title}
        record = publish(save(document, "technology", record))

    assert "2 earlier versions" in text_of(client.get(record.url))


def test_pages_of_other_languages_keep_their_links(client):
    record = published("technology")

    response = client.get(f"/de{record.url}")

    links = links_in(response)
    assert f"/de{record.url}versions/" in links
    assert f"/de/technologies/compare/?ids={record.identifier}" in links
    assert f"{record.url.rstrip('/')}.json" in links
    assert client.get(f"/de{record.url}versions/").status_code == 200
    assert Publication.objects.filter(kind="technology").count() == 1


def test_limits_are_written_as_other_facts_are(client):
    record = published("technology", licence="proprietary", platforms_covered=["web", "iOS"])
    published("technology", licence_verified=True, trl="7")

    assert [
        [value.text for value in fact.values] for fact in client.get(record.url).context["page"].limits
    ] == [["Proprietary"], [], ["Web", "iOS"], []]


MANY = 300


@pytest.mark.parametrize(
    ("kind", "other", "field"),
    [
        ("issue", "technology", "issues"),
        ("theme", "technology", "themes"),
        ("theme", "swot-point", "theme"),
        ("theme", "situation", "themes"),
        ("instrument", "judgment", "instruments"),
        ("instrument", "glossary-term", "instruments"),
        ("technology", "statement", "subjects"),
        ("workshop", "statement", "workshop"),
    ],
)
def test_page_of_a_record_that_many_name_stays_small(client, kind, other, field, django_assert_num_queries):
    record = published(kind)
    name = f"{kind}:{record.identifier}" if field == "subjects" else record.identifier
    one = published(other, **{field: name if field in ("theme", "workshop") else [name]})
    client.get(record.url)
    with CaptureQueriesContext(connection) as queries:
        client.get(record.url)
    asked, number = len(queries), 1 + len(copies_published(one, MANY))
    client.get(record.url)  # the index follows the change

    with django_assert_num_queries(asked):
        response = client.get(record.url)

    assert len(response.content) <= 200_000
    assert str(number) in text_of(response)
    shown = [url for url in links_in(response) if url.startswith(one.url.rstrip("/"))]
    assert 4 <= len(shown) <= 36
    lists = [url for url in links_in(response) if url.startswith(f"{kinds_by_name()[other].list_url}?")]
    assert lists or f"{number - len(shown)} more" in text_of(response)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_who_names_a_record_is_not_counted_in_the_database(client, kind):
    record = published_full(kind)
    published("statement", subjects=[f"{kind.name}:{record.identifier}"])
    client.get(record.url)

    with CaptureQueriesContext(connection) as queries:
        client.get(record.url)

    terms = [query["sql"] for query in queries if '"publications_term"' in query["sql"]]
    assert [
        sql for sql in terms if '"publications_term"."publication_id" ' not in sql.partition("WHERE")[2]
    ] == []
    assert not any("COUNT(" in sql for sql in terms)


def test_a_record_is_linked_once_for_its_strongest_reason(client):
    tool = published("technology")
    point = {"key": "one", "aspect": "good", "text": "It helps.", "refs": [f"technology:{tool.identifier}"]}
    both = published("situation", title="Chosen and named", technologies=[tool.identifier], points=[point])
    published("situation", title="Only named", points=[point])

    groups = {group.reason: group for group in client.get(tool.url).context["page"].links}

    assert [[row.title for row in group.rows] for group in groups.values()] == [
        ["Chosen and named"],
        ["Only named"],
    ]
    assert both.url in links_in(client.get(tool.url))
