"""The ethics and legal check: what its questions ask and raise, and that nothing in it helps past a prohibition."""

import re

import pytest

from ethics.check import answers_in, faults_of_check, outcome, questions_asked, worked_out
from media4sec.records.admin.lists import admin_url
from tests.factories import fresh, make
from tests.people import administrator, logged_in
from tests.public import every_item, text_of
from tests.test_content import by_identifier

pytestmark = pytest.mark.once

QUESTIONS = by_identifier("check-question")
EXAMPLES = by_identifier("check-example")
FIRST = "Q26"  # “Is it one of the prohibited practices?”
NOT_A_YES = ("none", "live", "unsure")  # live identification has exceptions, which the next question asks for
LEGAL_GROUND = "Q04"
PROHIBITION = "I-060"
# What could seem to cure what is prohibited.
GROUND = re.compile(
    r"legal (?:ground|basis)|consent|approv|authoris|permi|impact assessment|national law", re.I
)
STOPS = re.compile(r"(?:Stop\b|Switch it off\b)")


def answers():
    return [(number, answer) for number, question in QUESTIONS.items() for answer in question["answers"]]


every_prohibited = pytest.mark.parametrize(
    "value", [answer["value"] for answer in QUESTIONS[FIRST]["answers"] if answer["value"] not in NOT_A_YES]
)


def question(**changes):
    document = {"identifier": "", "order": 1, "show_if_question": None, "show_if_answers": [], "answers": []}
    return document | changes


def answer(value, **changes):
    found = {"value": value, "label": value, "raises": [], "hides": [], "safeguards": [], "next": None}
    return found | changes


def some_questions(**documents):
    return {name: question(identifier=name, **document) for name, document in documents.items()}


# The rule


def test_a_question_waits_for_one_of_its_answers():
    questions = some_questions(
        a={"answers": [answer("yes"), answer("no")]},
        b={"show_if_question": "a", "show_if_answers": ["yes"], "answers": [answer("yes")]},
        c={"show_if_question": "b", "show_if_answers": ["yes"]},
    )

    assert questions_asked(questions, {}) == ["a"]
    assert questions_asked(questions, {"a": ["yes"]}) == ["a", "b"]
    assert questions_asked(questions, {"a": ["no", "yes"], "b": ["yes"]}) == ["a", "b", "c"]
    # What was answered to a question that is no longer asked does not count.
    assert questions_asked(questions, {"a": ["no"], "b": ["yes"]}) == ["a"]


def test_an_answer_hides_questions_as_long_as_its_own_is_asked():
    questions = some_questions(
        a={"answers": [answer("yes"), answer("no")]},
        b={"show_if_question": "a", "show_if_answers": ["yes"], "answers": [answer("x", hides=["c"])]},
        c={"answers": [answer("y", raises=["I-001"])]},
    )

    given = {"b": ["x"], "c": ["y"]}
    assert outcome(questions, given | {"a": ["yes"]}).asked == ["a", "b"]
    assert outcome(questions, given | {"a": ["yes"]}).issues == []
    assert outcome(questions, given | {"a": ["no"]}).asked == ["a", "c"]
    assert outcome(questions, given | {"a": ["no"]}).by_answers == {"I-001": ["c:y"]}


def test_questions_that_hide_each_other_come_to_an_end():
    questions = some_questions(
        a={"answers": [answer("x", hides=["b", "a"])]}, b={"answers": [answer("x", hides=["a"])]}
    )

    assert len(questions_asked(questions, {"a": ["x"], "b": ["x"]})) == 1


def test_of_questions_that_hide_each_other_the_same_is_asked_in_every_process():
    for number in range(30):  # the order of a set of texts is another one in each process
        first, second = f"b{number}", f"c{number}"
        questions = some_questions(
            a={},
            **{
                first: {"answers": [answer("x", hides=["a", second])]},
                second: {"answers": [answer("x", hides=["a", first])]},
            },
        )
        assert questions_asked(questions, {first: ["x"], second: ["x"]}) == [second]


def test_questions_are_asked_in_order_and_equal_ones_by_number():
    questions = some_questions(c={"order": 0}, b={"order": 1}, a={"order": 1}, d={"order": 0})

    assert questions_asked(questions, {}) == ["c", "d", "a", "b"]


def test_the_questions_have_no_faults():
    assert faults_of_check(QUESTIONS) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"a": {"answers": []}}, ("a", "has no answers")),
        ({"b": {"show_if_answers": ["maybe"]}}, ("b", "never asked")),
        ({"b": {"show_if_question": "gone"}}, ("b", "never asked")),
        ({"a": {"answers": [answer("yes", hides=["b"])]}}, ("b", "never asked")),
        ({"a": {"show_if_question": "b", "show_if_answers": ["yes"]}}, ("b", "never asked")),
        ({"a": {"answers": [answer("yes", next="gone")]}}, ("a", "leads to gone")),
        ({"a": {"answers": [answer("yes"), answer("no", next="b", hides=["b"])]}}, ("a", "leads to b")),
        ({"a": {"answers": [answer("yes", is_prohibited=True)]}}, ("a", "is prohibited")),
    ],
)
def test_faults_of_the_questions_are_named(changes, fault):
    fine = {
        "a": {"answers": [answer("yes"), answer("no")]},
        "b": {"show_if_question": "a", "show_if_answers": ["yes"], "answers": [answer("yes")]},
    }
    assert faults_of_check(some_questions(**fine)) == []

    found = faults_of_check(
        some_questions(**{name: document | changes.get(name, {}) for name, document in fine.items()})
    )

    assert any(name == fault[0] and fault[1] in text for name, text in found)


@pytest.mark.django_db
def test_faults_are_told_where_questions_are_edited_and_published_and_are_no_refusal():
    dead_end = make("check-question", title="No way on", answers=[])
    other = make("check-question", answers=[{"key": "yes", "value": "yes", "label": "Yes"}])
    client = logged_in(administrator())
    fault = "It has no answers: nobody could go on from here."

    def told_on(record, step):
        found = client.get(admin_url(record, step)).content.decode()
        return [
            re.sub("<[^>]+>", "", row) for row in re.findall(r'<p class="notice">(.*?)</p>', found, re.DOTALL)
        ]

    for step in ("change", "publish"):
        assert told_on(dead_end, step) == [fault]
        assert told_on(other, step) == [f"{dead_end.identifier}: {fault}"]
    client.post(admin_url(dead_end, "publish"), {"edit_version": dead_end.edit_version})
    assert fresh(dead_end).public_state == "published"


def test_issues_say_what_raises_them():
    questions = some_questions(
        a={"answers": [answer("x", raises=["I-002", "I-001"]), answer("y", raises=["I-001"]), answer("z")]}
    )
    technologies = [
        {"identifier": "T-002", "issues": ["I-003", "I-001"]},
        {"identifier": "T-001", "issues": []},
    ]

    found = outcome(questions, {"a": ["y", "x", "unknown"], "b": ["x"]}, technologies)

    assert found.by_answers == {"I-002": ["a:x"], "I-001": ["a:x", "a:y"]}
    assert found.by_technologies == {"I-003": ["T-002"], "I-001": ["T-002"]}
    assert found.issues == ["I-001", "I-002", "I-003"]


@pytest.mark.parametrize("identifier", sorted(EXAMPLES))
def test_worked_examples_are_what_follows_from_their_answers(identifier):
    example = EXAMPLES[identifier]
    situation = by_identifier("situation")[example["situation"]]

    follows = worked_out(example, QUESTIONS, by_identifier("technology"), situation)

    assert {name: example[name] for name in follows} == follows
    issues = by_identifier("issue")
    assert example["verified"] == all(
        issues[issue]["verified"] is True for issue in follows["expected_issues"]
    )


@pytest.mark.parametrize("identifier", sorted(EXAMPLES))
def test_worked_examples_answer_what_they_are_asked_and_nothing_else(identifier):
    given = answers_in(EXAMPLES[identifier]["answers_given"])

    assert list(given) == questions_asked(QUESTIONS, given)
    for number, values in given.items():
        assert set(values) <= {answer["value"] for answer in QUESTIONS[number]["answers"]}
        assert QUESTIONS[number]["question_type"] == "multi" or len(values) == 1


def test_every_situation_has_one_worked_example():
    assert sorted(example["situation"] for example in EXAMPLES.values()) == sorted(by_identifier("situation"))


def test_public_documents_give_the_same_answers(client, content):
    public = {item["identifier"]: item for item in every_item(client, "/api/v1/check-questions", limit=200)}

    for example in EXAMPLES.values():
        given = answers_in(example["answers_given"])
        assert outcome(public, given) == outcome(QUESTIONS, given)


# What the questions say of prohibited practices


def test_whether_it_is_prohibited_is_asked_first(client, content):
    assert questions_asked(QUESTIONS, {})[0] == FIRST
    assert QUESTIONS[FIRST]["title"] == "Is it one of the prohibited practices?"
    rows = re.findall(r"data-question=\"(Q\d+)\"", client.get("/check/").content.decode())
    assert rows[0] == FIRST


@every_prohibited
def test_prohibited_means_stop_and_names_the_article(client, content, value):
    (chosen,) = [answer for answer in QUESTIONS[FIRST]["answers"] if answer["value"] == value]
    found = outcome(QUESTIONS, {FIRST: [value]})

    assert chosen["next"] in found.asked
    assert LEGAL_GROUND not in outcome(QUESTIONS, {FIRST: [value], "Q01": ["monitor"]}).asked
    assert LEGAL_GROUND in outcome(QUESTIONS, {FIRST: ["none"], "Q01": ["monitor"]}).asked
    assert PROHIBITION in found.issues
    (advice,) = chosen["safeguards"]
    assert re.fullmatch(
        r"Stop\. It is prohibited, and no legal ground.*\(Article 5\(1\)\([a-h]\).*\)", advice
    )
    assert advice in text_of(client.get(f"/check/{FIRST}/"))
    assert "ai-act" in by_identifier("issue")[PROHIBITION]["instruments"]
    page = client.get(f"/issues/{PROHIBITION}/", follow=True).content.decode()
    assert 'href="/law/ai-act/"' in page


def test_each_letter_of_the_article_is_asked_about():
    advice = " ".join(text for answer in QUESTIONS[FIRST]["answers"] for text in answer["safeguards"])

    named = set(re.findall(r"\(([a-h])\)", advice))

    assert named == set("abcdefgh")


@pytest.mark.parametrize(
    ("number", "value"),
    [(number, answer["value"]) for number, answer in answers() if PROHIBITION in answer["raises"]],
)
def test_nothing_is_offered_against_a_prohibition(number, value):
    """Where something is or may be prohibited, the first advice is to stop, and no ground is offered to go on.

    A sentence may name a legal ground, a consent, an approval or an assessment only to say that without it, or even
    with it, one has to stop.
    """
    (chosen,) = [answer for answer in QUESTIONS[number]["answers"] if answer["value"] == value]

    assert STOPS.match(chosen["safeguards"][0]), chosen["safeguards"]
    assert [text for text in chosen["safeguards"] if GROUND.search(text) and not STOPS.match(text)] == []
    assert not GROUND.search(chosen["label"]) or value == "urgent"  # the one case that the article itself has


def test_grounds_are_recognised():
    """The rule above looks for something: other answers do offer such grounds."""
    offered = [text for _, answer in answers() for text in answer["safeguards"] if GROUND.search(text)]

    assert len([text for text in offered if not STOPS.match(text)]) > 5


def test_next_question_is_asked_then():
    wrong = []
    for number, chosen in answers():
        if chosen["next"]:
            given = {number: [chosen["value"]]}
            first, wanted = QUESTIONS[number]["show_if_question"], QUESTIONS[number]["show_if_answers"]
            while first:
                given[first] = wanted[:1]
                first, wanted = QUESTIONS[first]["show_if_question"], QUESTIONS[first]["show_if_answers"]
            asked = questions_asked(QUESTIONS, given)
            wrong += [] if {number, chosen["next"]} <= set(asked) else [(number, chosen["value"])]

    assert wrong == []
