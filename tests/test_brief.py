"""The brief: what of a situation's records goes on one sheet, that nothing is added to it, and that it is one sheet."""

import re

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from django.utils.timezone import localdate

from ethics.brief import LONGEST, MOST_LAWS, PROHIBITED, by_turns, cut_short, prohibitions
from ethics.brief_pages import MOST_READ
from ethics.on_the_day import changes_between, state_on
from media4sec.publications.models import Publication
from media4sec.publications.selection import MOST_SELECTED
from media4sec.publications.since import newest_change_here
from media4sec.records import workflow
from tests.factories import make, published, several_published
from tests.public import text_of
from tests.test_cards import MILLIMETRE, ROOM, boxes
from tests.test_content import by_identifier
from tests.test_paper import links_of, text_in

pytestmark = pytest.mark.once

SITUATIONS = sorted(by_identifier("situation"))
LANGUAGES = [code for code, _ in settings.LANGUAGES]
# Square codes are read of papers at an address without a language in front, and with one.
CODES_READ = (settings.LANGUAGE_CODE, "el")
DAY = "2026-12-04"


def url_of(identifier):
    return f"/situations/{identifier}-{by_identifier('situation')[identifier]['slug']}/"


def brief_at(client, identifier, query=""):
    return client.get(f"{url_of(identifier)}brief/{query}").context["brief"]


def texts(chosen):
    return [sentence.text for sentence in chosen.rows]


def points_of(situation, *aspects):
    return [point["text"] for aspect in aspects for point in situation["points"] if point["aspect"] == aspect]


# The rules


def answer(label, *raises, is_prohibited=True):
    refs = [{"id": name, "kind": "issue", "label": name, "url": f"/issues/{name}/"} for name in raises]
    return {"label": label, "raises": refs, "is_prohibited": is_prohibited, "safeguards": ["Stop."]}


def question(identifier, *answers, after=None):
    return {"identifier": identifier, "show_if_question": after, "answers": list(answers)}


def test_a_prohibition_counts_where_it_raises_an_issue_of_the_situation_most_first():
    situation = {"issues": [{"id": "I-001"}, {"id": "I-002"}]}
    first = question(
        "Q1", answer("one", "I-001"), answer("none", "I-009"), answer("allowed", "I-001", is_prohibited=False)
    )
    second = question("Q2", answer("both", "I-002", "I-001"))
    follows = question("Q3", answer("only after another answer", "I-001"), after={"id": "Q1"})

    found = prohibitions(situation, [first, second, follows])

    assert [answer["label"] for answer, _ in found] == ["both", "one"]


def test_questions_are_taken_from_the_issues_by_turns():
    issues = [
        {"questions_to_ask": ["a1", "a2", "a3"]},
        {"questions_to_ask": []},
        {"questions_to_ask": ["c1", "c2"]},
    ]

    assert [text for _, text in by_turns(issues)] == ["a1", "c1", "a2", "c2", "a3"]


@pytest.mark.parametrize("length", [LONGEST, LONGEST + 1, 20_000])
def test_a_long_sentence_is_cut_between_words_and_says_so(length):
    text = ("word " * length)[: length - 1] + "d"

    short = cut_short(text)

    assert len(short) <= LONGEST
    assert short == text if length == LONGEST else short.endswith("word …")


# What the sheet says, against the documents


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", SITUATIONS)
def test_the_sheet_has_what_the_documents_state(client, identifier):
    situation, patterns = by_identifier("situation")[identifier], by_identifier("pattern")
    issues, laws = by_identifier("issue"), by_identifier("instrument")

    brief = brief_at(client, identifier)

    work = [patterns[name] for name in situation["patterns"]]
    work = [row for row in work if row["group"] == "law-enforcement" and row["solution"]]
    assert [(row.head, row.text) for row in brief.to_do.rows] == [
        (row["title"], cut_short(row["solution"])) for row in work[:3]
    ]
    assert brief.to_do.total == len(work)
    banned = [row for row in brief.never.rows if row.aspect == PROHIBITED]
    risks = points_of(situation, "ugly", "bad")
    assert texts(brief.never)[len(banned) :] == risks[: 3 - len(banned)]
    assert [(row.head, row.text) for row in brief.duties.rows] == [
        (point["actor"], point["text"])
        for point in situation["points"]
        if point["aspect"] == "responsibility"
    ]
    requests = [row for row in by_identifier("platform-request").values() if identifier in row["situations"]]
    requests.sort(key=lambda row: row["order"])
    assert brief.signed.total == len(requests)
    assert [row.head for row in brief.signed.rows] == [row["title"] for row in requests[:4]]
    own = points_of(situation, "ask-supplier", "ask-exit")
    asked = [issues[name]["questions_to_ask"][0] for name in situation["issues"]]
    assert texts(brief.questions) == (own or asked)[:5]
    assert [law.title for law in brief.laws.rows] == [
        laws[name]["title"] for name in situation["instruments"]
    ][:MOST_LAWS]
    assert [row.record.identifier for row in brief.asked.rows] == situation["issues"]


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", SITUATIONS)
def test_a_prohibition_is_marked_so_by_curators_and_rests_on_its_question(client, identifier):
    answers = {
        answer["label"]: (question["identifier"], answer)
        for question in by_identifier("check-question").values()
        for answer in question["answers"]
    }

    for row in brief_at(client, identifier).never.rows:
        if row.aspect == PROHIBITED:
            question, answer = answers[row.text]
            assert answer["is_prohibited"]
            assert row.then == tuple(answer["safeguards"])
            assert [record.identifier for record in row.records] == [question, *answer["raises"]]
            assert row.sources


@pytest.mark.usefixtures("content")
def test_sources_are_those_that_support_the_sentence(client):
    brief = brief_at(client, "S-002")
    sources = {source.number: source for source in brief.sources}

    assert sorted(sources) == list(range(1, len(sources) + 1))
    crowd = next(row for row in brief.to_do.rows if row.head == "Crowd management")
    cited = [row for row in by_identifier("pattern")["P-011"]["sources"] if "solution" in row["supports"]]
    assert [(sources[number].url, sources[number].locator) for number in crowd.sources] == [
        (row["url"], row["locator"]) for row in cited
    ]


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", SITUATIONS)
def test_every_sentence_of_a_record_leads_to_records_or_sources_or_is_called_editorial(client, identifier):
    page = client.get(f"{url_of(identifier)}brief/")
    parts = page.context["parts"]

    numbers = {source.number for source in page.context["brief"].sources}
    for name in ("to_do", "never", "duties", "signed", "questions"):
        for row in parts[name]["rows"]:
            assert row["is_editorial"] == (not row["records"] and not row["sources"] and not row["head_url"])
            assert set(row["sources"]) <= numbers


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", SITUATIONS)
def test_law_is_that_of_the_day_and_of_today_without_one(client, identifier):
    laws, today = by_identifier("instrument"), localdate()

    asked, without, with_today = (
        brief_at(client, identifier, query) for query in (f"?on={DAY}", "", f"?on={today.isoformat()}")
    )

    assert without == with_today
    day = type(today).fromisoformat(DAY)
    for law, name in zip(
        asked.laws.rows, by_identifier("situation")[identifier]["instruments"], strict=False
    ):
        assert law.state == state_on(laws[name], day, today)
        assert [title for _, title in law.changes] == [
            row["title"] for row in changes_between(laws[name], today, day)
        ]


@pytest.mark.usefixtures("content")
def test_the_code_leads_to_what_changed_in_these_records_since_this_change(client):
    page = client.get(f"{url_of('S-002')}brief/")

    number = re.search(r"as of change (\d+)", page.context["stamp"])[1]
    address = page.context["since_url"]
    assert address.startswith(f"/since/{number}/?ids=S-002,")
    named = address.partition("ids=")[2].partition("&")[0].split(",")
    records = page.context["brief"].records
    assert len(named) == len(records) == len({record.url for record in records}) <= 100
    assert {record.url for record in records} <= set(
        Publication.objects.published().values_list("url", flat=True)
    )


@pytest.mark.usefixtures("content")
def test_a_situation_leads_to_its_brief_and_this_to_the_questions(client):
    url = url_of("S-002")

    assert f'href="{url}brief/"' in client.get(url).content.decode()
    assert f'href="/de{url}questions/"' in client.get(f"/de{url}brief/").content.decode()
    assert f'href="/de{url}brief.pdf?on={DAY}"' in client.get(f"/de{url}brief/?on={DAY}").content.decode()


# What others ask


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", SITUATIONS)
def test_all_questions_of_the_issues_are_there_with_their_safeguards(client, identifier):
    issues = by_identifier("issue")

    page = client.get(f"{url_of(identifier)}questions/")

    shown = {row.record.identifier: row for group in page.context["groups"] for row in group["issues"]}
    assert shown.keys() == set(by_identifier("situation")[identifier]["issues"])
    for name, row in shown.items():
        assert row.questions == tuple(issues[name]["questions_to_ask"])
        assert row.safeguards == tuple(issues[name]["safeguards"])
    for group in page.context["groups"]:
        assert {issues[row.record.identifier]["issue_kind"] for row in group["issues"]} == {group["name"]}
    assert "The records do not say who asks" in text_of(page)


# One sheet


@pytest.mark.slow
@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("identifier", SITUATIONS)
def test_the_paper_is_one_sheet_and_its_code_is_read(client, identifier, language):
    before = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    address = f"{before}{url_of(identifier)}brief"

    content = client.get(f"{address}.pdf").content

    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 2
        assert document.get_metadata_value("Title").startswith(identifier)
        codes = read_codes(document) if language in CODES_READ else None
    assert re.search(rb"/Lang ?\(%s" % language[:2].encode(), content)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    if codes:
        front, back = codes
        since = client.get(f"{address}/").context["since_url"]
        assert front == [f"{settings.BASE_URL}{before}{since}"]
        assert back == []
        assert front[0] in links_of(content)


def read_codes(document):
    """What the square codes of each page say."""
    pages = (zxingcpp.read_barcodes(page.render(scale=3).to_pil()) for page in document)
    return [[code.text for code in codes] for codes in pages]


@pytest.mark.usefixtures("content")
def test_the_paper_says_what_the_page_says_and_leads_where_it_does(client):
    page = client.get(f"{url_of('S-010')}brief/?on={DAY}")
    first = client.get(f"{url_of('S-010')}brief.pdf?on={DAY}").content

    brief, text = page.context["brief"], text_in(first)
    chosen = (brief.to_do, brief.never, brief.duties, brief.questions)
    assert [row.text for part in chosen for row in part.rows if row.text not in text] == []
    assert page.context["stamp"] in text
    links = links_of(first)
    assert f"{settings.BASE_URL}{page.context['since_url']}" in links
    assert {f"{settings.BASE_URL}{record.url}" for record in brief.records} <= links
    assert client.get(f"{url_of('S-010')}brief.pdf?on={DAY}").content == first
    assert_nothing_is_near_an_edge(first)


def assert_nothing_is_near_an_edge(content):
    """Every letter of both sides is where any printer prints, and nothing is cut off."""
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            width, height = (value / MILLIMETRE for value in page.get_size())
            assert (round(width), round(height)) == (210, 297)
            letters = list(boxes(page))
            assert letters
            assert min(left for left, *_ in letters) > ROOM
            assert min(top for _, top, *_ in letters) > ROOM
            assert max(right for *_, right, _ in letters) < width - ROOM
            assert max(bottom for *_, bottom in letters) < height - ROOM


LONG = "A sentence that does not want to end because somebody wrote all that they knew into it. " * 200


@pytest.mark.django_db
@pytest.mark.slow
def test_however_much_and_long_it_is_the_paper_is_one_sheet(client):
    patterns = several_published("pattern", 4, title=LONG[:200], group="law-enforcement", solution=LONG)
    laws = several_published("instrument", 30, title=LONG[:200])
    issues = several_published(
        "issue", 30, title=LONG[:200], questions_to_ask=[LONG[:900]] * 5, safeguards=[LONG[:900]] * 5
    )
    points = [
        {
            "key": f"{aspect}-{number}",
            "aspect": aspect,
            "actor": LONG[:200],
            "text": LONG,
            "refs": [],
            "sources": [],
        }
        for aspect in ("ugly", "bad", "responsibility", "ask-supplier")
        for number in range(20)
    ]
    situation = published(
        "situation",
        title=LONG[:200],
        question=LONG,
        points=points,
        alternatives=[{"key": "nothing", "type": "no-action", "text": LONG}],
        **{
            name: [row.identifier for row in rows]
            for name, rows in (("patterns", patterns), ("instruments", laws), ("issues", issues))
        },
    )

    content = client.get(f"{situation.url}brief.pdf").content

    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 2
    assert_nothing_is_near_an_edge(content)
    text = text_in(content)
    assert "The whole sentence" in text
    assert "More on the situation’s page" in text
    assert len(client.get(f"{situation.url}brief/").content) < 200_000
    assert len(client.get(f"{situation.url}questions/").content) < 200_000


@pytest.mark.django_db
def test_of_more_records_than_a_code_can_name_it_leads_to_all_that_changed(client):
    refs = [f"issue:{row.identifier}" for row in several_published("issue", MOST_SELECTED)]
    duty = {"key": "duty", "aspect": "responsibility", "text": "Does it.", "actor": "Police", "refs": refs}
    situation = published("situation", points=[duty])

    page = client.get(f"{situation.url}brief/")

    assert page.context["since_url"].startswith(f"/since/{newest_change_here().seq}/?edition=")
    assert client.get(page.context["since_url"]).status_code == 200
    assert client.get(f"{situation.url}brief.pdf").status_code == 200


@pytest.mark.django_db
def test_where_records_state_nothing_the_sheet_says_so(client):
    situation = published("situation", points=[], alternatives=[])

    page = client.get(f"{situation.url}brief/")
    content = client.get(f"{situation.url}brief.pdf").content

    text = text_of(page)
    assert text.count("The records state none.") == 5  # to do, never to do, who does what, questions, law
    assert "The records do not say who signs what" in text
    assert "No source is recorded for these sentences" in text
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 2
    assert "No question is recorded" in text_of(client.get(f"{situation.url}questions/"))


@pytest.mark.django_db
def test_it_costs_the_same_however_much_a_situation_names(client, django_assert_max_num_queries):
    few = published("situation", issues=[published("issue").identifier])
    many = published(
        "situation", issues=[row.identifier for row in several_published("issue", MOST_READ + 5)]
    )

    for situation in (few, many):
        for below, most in (("brief/", 7), ("questions/", 5), ("brief.pdf", 7)):
            client.get(situation.url + below)  # the first one reads the index
            with django_assert_max_num_queries(most):
                client.get(f"{situation.url}{below}")


# Addresses


BELOW = ["brief/", "brief.pdf", "questions/"]


@pytest.mark.django_db
@pytest.mark.parametrize("below", BELOW)
def test_only_published_situations_have_one(client, below):
    situation, draft = published("situation"), make("situation")
    other, heir = published("situation"), published("situation")
    workflow.merge(other, heir)
    workflow.withdraw(situation, reason="It is gone.")

    assert client.get(f"/situations/{draft.identifier}/{below}").status_code == 404
    assert client.get(f"{published('theme').url}{below}").status_code == 404
    gone = client.get(situation.url + below)
    assert gone.status_code == 410
    assert "It is gone." in gone.content.decode()
    moved = client.get(other.url + below)
    assert (moved.status_code, moved.headers["Location"]) == (301, heir.url + below)


@pytest.mark.django_db
@pytest.mark.parametrize("below", BELOW[:2])
def test_other_spellings_keep_the_day(client, below):
    situation = published("situation")

    answer = client.get(f"/situations/{situation.identifier}/{below}?on={DAY}")

    assert (answer.status_code, answer.headers["Location"]) == (301, f"{situation.url}{below}?on={DAY}")


@pytest.mark.django_db
@pytest.mark.parametrize("below", BELOW)
@pytest.mark.parametrize(
    "query",
    [
        "?on=tomorrow",
        "?on=2026-13-01",
        "?on=2026",
        f"?on={DAY}&on=2026-12-05",
        "?on=9999999999",
        "?x=1",
        "?on=%00",
    ],
)
def test_parameters_that_mean_nothing_are_refused(client, below, query):
    situation = published("situation")

    assert client.get(f"{situation.url}{below}{query}").status_code == 400
