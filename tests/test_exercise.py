"""A situation as a table-top exercise: a number means one game, and a game says nothing but what records say."""

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import published
from tests.public import links_in, text_of
from workshops.exercise import LAST_SEED, MINUTES, drawn, game_as_pdf, game_now, game_of

pytestmark = pytest.mark.once

ADDRESS = "/situations/S-004-missing-person/exercise/"


def reference(identifier, kind="issue"):
    return {"kind": kind, "id": identifier, "label": f"About {identifier}", "url": f"/{identifier}/"}


def point(key, refs=()):
    return {
        "key": key,
        "aspect": key.partition("-")[0],
        "actor": f"Who {key}",
        "text": f"What {key}",
        "refs": [reference(name) for name in refs],
        "sources": [],
    }


def case(identifier):
    texts = {"title": f"Case {identifier}", "summary": f"It was {identifier}.", "place": "Valencia"}
    return {
        "kind": "case",
        "identifier": identifier,
        "url": f"/{identifier}/",
        "year": 2016,
        "lens": "good",
        **texts,
    }


def issue(identifier):
    return {
        "identifier": identifier,
        "title": identifier,
        "url": f"/{identifier}/",
        "questions_to_ask": [f"{identifier} a?", f"{identifier} b?"],
    }


def question(identifier):
    return {"identifier": identifier, "title": f"{identifier}?", "url": f"/check/{identifier}/", "raises": []}


def example(keys, cases=(), issues=(), questions=()):
    """``seed`` → the game of a situation with points of these keys."""
    document = {
        "identifier": "S-900",
        "points": [point(key, ["I-002"] if key == "bad-2" else []) for key in keys],
    }
    of_cases, of_issues = [*map(case, cases)], [*map(issue, issues)]
    return lambda seed: game_of(document, of_cases, of_issues, lambda refs: [*map(question, questions)], seed)


WHOLE = example(
    [
        "good-1",
        "bad-1",
        "bad-2",
        "ugly-1",
        "ugly-2",
        "responsibility-1",
        "responsibility-2",
        "responsibility-3",
    ],
    ["C-1", "C-2"],
    ["I-001", "I-002", "I-003", "I-004"],
    ["Q1", "Q2", "Q3"],
)


def told(game):
    return {
        "roles": [role["key"] for role in game.roles],
        "injects": [(minute, inject.key) for minute, inject in game.injects],
        "questions": [text for _issue, text in game.questions],
        "check": [row["identifier"] for row in game.check_questions],
    }


def test_a_number_means_this_game_for_ever():
    """Whoever changes what is drawn, changes games that people have printed: not by accident."""
    assert told(WHOLE(7)) == {
        "roles": ["responsibility-2", "responsibility-1", "responsibility-3"],
        "injects": [(1, "C-2"), (3, "bad-2"), (5, "ugly-2")],
        "questions": ["I-002 b?", "I-004 b?", "I-003 b?"],
        "check": ["Q1", "Q3"],
    }
    assert told(WHOLE(8)) == {
        "roles": ["responsibility-1", "responsibility-3", "responsibility-2"],
        "injects": [(1, "ugly-1"), (3, "bad-2"), (5, "C-1")],
        "questions": ["I-002 b?", "I-001 b?", "I-004 a?"],
        "check": ["Q1", "Q3"],
    }
    assert drawn(7, "S-900", ["a", "b", "c", "d"], str) == ["b", "d", "a", "c"]


@given(
    st.integers(1, LAST_SEED),
    st.sets(
        st.sampled_from(
            [
                "good-1",
                *(
                    f"{aspect}-{number}"
                    for aspect in ("bad", "ugly", "responsibility")
                    for number in range(4)
                ),
            ]
        )
    ),
    st.sets(st.sampled_from(["C-1", "C-2", "C-3"])),
    st.sets(st.sampled_from([f"I-00{number}" for number in range(6)])),
)
def test_games_are_drawn_from_what_is_there(seed, keys, cases, issues):
    make = example(sorted(keys), sorted(cases), sorted(issues), ["Q1", "Q2", "Q3"])

    game = told(make(seed))

    assert told(make(seed)) == game
    assert sorted(game["roles"]) == sorted(key for key in keys if key.startswith("responsibility"))
    events = {key for key in keys if key.startswith(("bad", "ugly"))} | cases
    chosen = [key for _minute, key in game["injects"]]
    assert set(chosen) <= events
    assert len(set(chosen)) == len(chosen) == min(len(events), len(MINUTES))
    assert [minute for minute, _ in game["injects"]] == list(MINUTES[: len(chosen)])
    for kind in ("bad", "ugly", "C-"):
        assert any(key.startswith(kind) for key in chosen) is any(key.startswith(kind) for key in events)
    assert len(game["questions"]) == min(3, len(issues))
    assert len(game["check"]) == (2 if issues else 0)
    if "bad-2" in chosen and "I-002" in issues:
        assert game["questions"][0].startswith("I-002")


def test_other_numbers_are_other_games():
    games = [told(WHOLE(seed)) for seed in range(1, 40)]

    assert len({str(game) for game in games}) > 30
    assert {key for game in games for _minute, key in game["injects"]} == {
        "bad-1",
        "bad-2",
        "ugly-1",
        "ugly-2",
        "C-1",
        "C-2",
    }


def sentences_of(publication):
    """All that records of a situation say which a game may say."""
    document = publication.body
    names = [ref["id"] for name in ("cases", "issues") for ref in document[name]]
    rows = Publication.objects.published().of("case", "issue").filter(identifier__in=names)
    asked = [text for row in rows for text in row.body.get("questions_to_ask", ())]
    checked = Publication.objects.published().of("check-question").values_list("title", flat=True)
    return {point["text"] for point in document["points"]} | set(asked) | set(checked), [
        row.summary for row in rows
    ]


def test_every_situation_is_played_with_sentences_of_records_only(client, content):
    for row in Publication.objects.published().of("situation"):
        sentences, summaries = sentences_of(row)
        for seed in (1, 7, LAST_SEED):
            response = client.get(f"{row.url}exercise/?seed={seed}")
            game, text = response.context["game"], text_of(response)

            assert len(game.injects) == len(MINUTES)
            for _minute, inject in game.injects:
                assert inject.text in sentences or any(
                    summary.startswith(inject.text) for summary in summaries
                )
                assert inject.refs or inject.sources
                assert inject.text in text
            assert {role["text"] for role in game.roles} <= sentences
            assert all(role["text"] in text and role["actor"] in text for role in game.roles)
            assert game.roles
            assert len(game.questions) == 3
            assert {asked for _issue, asked in game.questions} <= sentences
            assert {asked["title"] for asked in game.check_questions} <= sentences
            assert {ref["url"] for _minute, inject in game.injects for ref in inject.refs} <= links_in(
                response
            )


def test_without_a_number_there_is_a_way_to_one_and_from_each_to_the_next(client, content):
    assert f"{ADDRESS}?seed=1" in links_in(client.get(ADDRESS))
    assert f"{ADDRESS}?seed=8" in links_in(client.get(f"{ADDRESS}?seed=7"))
    assert f"{ADDRESS}?seed=1" in links_in(client.get(f"{ADDRESS}?seed={LAST_SEED}"))
    assert ADDRESS in links_in(client.get("/situations/S-004-missing-person/"))


@pytest.mark.parametrize("below", ["exercise/", "exercise.pdf"])
@pytest.mark.parametrize("query", ["0", "-1", "x", "1e3", "10000", "9" * 400, "٣", "1&seed=2", "1%00", "1 2"])
def test_other_numbers_are_refused_in_words(client, content, below, query):
    response = client.get(f"/situations/S-004-missing-person/{below}?seed={query}")

    assert response.status_code == 400
    assert "A game has one number, from 1 to 9999." in text_of(response)


def test_unknown_parameters_and_paper_without_a_number_are_refused(client, content):
    unknown = client.get(f"{ADDRESS}?seed=7&x=1")
    paper = client.get("/situations/S-004-missing-person/exercise.pdf")

    assert (unknown.status_code, paper.status_code) == (400, 400)
    assert "There is no such parameter here." in text_of(unknown)
    assert "Name the number of a game, from 1 to 9999." in text_of(paper)


def test_other_spellings_lead_to_the_same_game(client, content):
    response = client.get("/de/situations/S-004/exercise/?seed=7")

    assert response.status_code == 301
    assert response["Location"] == f"/de{ADDRESS}?seed=7"
    assert client.get("/situations/S-999/exercise/?seed=7").status_code == 404


@pytest.mark.django_db
def test_what_a_situation_does_not_state_is_said(client):
    row = published("situation", points=[])

    response = client.get(f"/situations/{row.identifier}-{row.slug}/exercise/?seed=7")

    assert response.status_code == 200
    text = text_of(response)
    assert "The situation does not state who does what, so there are no roles." in text
    assert "The records of this situation state no more events than these." in text
    assert "No question is recorded for the issues of this situation." in text
    paper = client.get(f"/situations/{row.identifier}-{row.slug}/exercise.pdf?seed=7")
    said = " ".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(paper.content))
    assert "there are no roles" in said
    workflow.withdraw(row, reason="Not needed any more.")
    assert client.get(f"/situations/{row.identifier}-{row.slug}/exercise/?seed=7").status_code == 410


def test_the_paper_has_the_whole_game_in_any_language(client, content):
    row = Publication.objects.get(kind="situation", identifier="S-004")
    for language in ("", "/de", "/el", "/es", "/fr", "/nl", "/sl"):
        response = client.get(f"{language}/situations/S-004-missing-person/exercise.pdf?seed=7")
        game, pdf = game_now(row, 7), pdfium.PdfDocument(response.content)

        said = " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())
        texts = [role[name] for role in game.roles for name in ("actor", "text")]
        texts += [inject.text for _minute, inject in game.injects] + [
            asked for _issue, asked in game.questions
        ]
        assert [text for text in texts if said.count(text) < 1] == []
        assert pdfium_c.FPDFCatalog_IsTagged(pdf)
        assert pdf.get_metadata_value("Title") == "S-004 Missing person"
        assert b"pdfuaid:part>1<" in response.content


def test_the_same_game_is_the_same_bytes(content):
    row = Publication.objects.get(kind="situation", identifier="S-010")

    assert game_as_pdf(row, game_now(row, 7)) == game_as_pdf(row, game_now(row, 7))


def test_a_game_costs_few_queries(client, content, django_assert_max_num_queries):
    client.get(f"{ADDRESS}?seed=8")  # what a process asks once
    with django_assert_max_num_queries(7):
        client.get(f"{ADDRESS}?seed=7")
