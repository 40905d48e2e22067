"""Debate sheets: statements on one subject of which some are told as good, some as bad or ugly, face to face."""

import pytest

from catalogue import debate
from catalogue.choices import EvidenceKind
from media4sec.portal.record.evidence import rests_on
from tests.factories import published
from tests.public import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def theme():
    return published("theme", title="Watching")


def said(theme, lens, *subjects, **more):
    return published(
        "statement",
        lens=lens,
        theme=theme.identifier,
        subjects=[name(subject) for subject in subjects],
        **more,
    )


def name(record):
    return f"{record.kind.name}:{record.identifier}"


def topics(client, theme):
    """[(subject, statements told as good, those told as bad or ugly)]"""
    response = client.get(f"{theme.url}debate/")
    assert response.status_code == 200
    return [
        (topic.title, *([row["identifier"] for row in side] for side in topic.sides))
        for topic in response.context["topics"]
    ]


def test_what_pulls_against_each_other_stands_face_to_face(client, theme):
    issue, other = published("issue", title="Filming"), published("issue", title="Undisputed")
    good, bad, ugly = (said(theme, lens, issue) for lens in ("good", "bad", "ugly"))
    said(theme, "good", other)
    said(theme, "", issue)
    said(published("theme"), "ugly", other)

    assert topics(client, theme) == [("Filming", [good.identifier], [bad.identifier, ugly.identifier])]


def test_issues_come_before_practices_and_what_is_debated_most_comes_first(client, theme):
    pattern = published("pattern", title="Practice")
    little, much = published("issue", title="Little"), published("issue", title="Much")
    for subject, times in ((pattern, 3), (little, 1), (much, 2)):
        for _ in range(times):
            said(theme, "good", subject)
            said(theme, "ugly", subject)

    assert [title for title, *_ in topics(client, theme)] == ["Much", "Little", "Practice"]


def test_a_statement_is_told_once(client, theme):
    first, second = published("issue", title="First"), published("issue", title="Second")
    both, ugly, other = (
        said(theme, "good", first, second),
        said(theme, "ugly", first),
        said(theme, "bad", second),
    )

    found = topics(client, theme)

    assert len(found) == 1
    assert found[0][1] == [both.identifier]
    assert {ugly.identifier, other.identifier} > set(found[0][2])


def test_the_ladder_says_on_what_a_sentence_rests(client, theme):
    issue = published("issue")
    said(theme, "good", issue, evidence_kind="survey")
    said(theme, "ugly", issue, evidence_kind="expert")

    text = text_of(client.get(f"{theme.url}debate/"))
    sides = client.get(f"{theme.url}debate/").context["topics"][0].sides

    assert "Survey" in text
    assert "Expert view" in text
    assert [side[0]["rests_on"]["at"] for side in sides] == [5, 1]
    assert {rests_on({"evidence_kind": value})["of"] for value in EvidenceKind.values} == {6}
    assert rests_on() == {"at": 6, "of": 6, "label": "Editorial"}


def test_pages_of_records_show_it_beside_each_point(client, theme):
    issue = published("issue")
    said(theme, "good", issue, evidence_kind="survey", statement_kind="finding")
    said(theme, "", issue, evidence_kind="expert", statement_kind="figure")
    situation = published("situation", points=[{"aspect": "good", "text": "Nothing says so.", "key": "one"}])

    page = client.get(issue.url).context["page"]
    (point,) = page.columns[0]["points"]
    (row,) = page.statements
    (own,) = client.get(situation.url).context["page"].columns[0]["points"]

    assert point["rests_on"] == rests_on({"evidence_kind": "survey"})
    assert (str(row["kind_label"]), row["rests_on"]) == ("Figure", rests_on({"evidence_kind": "expert"}))
    assert own["rests_on"] == rests_on()
    assert text_of(client.get(issue.url)).count("Expert view") == 1


def test_nothing_to_debate_is_said(client, theme):
    assert topics(client, theme) == []
    assert "No two pieces of evidence on this theme pull against each other" in text_of(
        client.get(f"{theme.url}debate/")
    )


def test_bounds_are_said(client, theme, monkeypatch):
    for title in ("One", "Two"):
        issue = published("issue", title=title)
        for lens in ("good", "ugly"):
            said(theme, lens, issue)
    monkeypatch.setattr(debate, "MOST_TOPICS", 1)

    assert len(topics(client, theme)) == 1
    assert "1 more subjects are debated" in text_of(client.get(f"{theme.url}debate/"))

    monkeypatch.setattr(debate, "MOST_READ", 2)
    assert "Of 4 pieces of evidence the first 2 were read." in text_of(client.get(f"{theme.url}debate/"))


def test_a_sheet_costs_the_same_however_much_is_said(client, theme, django_assert_max_num_queries):
    issue = published("issue")
    for lens in ("good", "ugly", "good", "bad", "good"):
        said(theme, lens, issue)
    client.get(f"{theme.url}debate/")

    with django_assert_max_num_queries(4):
        client.get(f"{theme.url}debate/")


def test_other_spellings_lead_to_the_sheet_and_other_records_have_none(client, theme):
    issue = published("issue")

    assert client.get("/themes/nothing/debate/").status_code == 404
    assert client.get(f"{issue.url}debate/").status_code == 404
