"""The real content: all of it is there, on pages and in the API, and every link on every page leads somewhere."""

import json
import re
from collections import defaultdict
from datetime import date

import pytest
from django.conf import settings
from django.utils.html import escape

from media4sec.kinds import kinds, kinds_by_name, paths
from media4sec.languages import PREFIX
from media4sec.publications.description import DUBLIN_CORE, descriptions_of
from media4sec.publications.models import Publication
from media4sec.records.documents.reading import references_in
from tests.conftest import FIXTURES
from tests.public import (
    FIXED_PAGES,
    Page,
    api_list,
    every_item,
    facets_of,
    links_in,
    lists,
    public_document,
    text_of,
    with_kinds,
)

pytestmark = [pytest.mark.usefixtures("content"), pytest.mark.once]

PARTS = (
    ("instrument", "events"),
    ("concept", "labels"),
    ("check-question", "answers"),
    ("country-note", "rules"),
    ("situation", "points"),
)


def all_documents_of(kind):
    path = FIXTURES / f"{kind.plural}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def documents_of(kind):
    """The documents of a kind that readers can see."""
    return [document for document in all_documents_of(kind) if document.get("state") != "withdrawn"]


def withdrawn_documents():
    """[(kind, document)] of what is withdrawn: readers find the reason at its address, and nothing else."""
    return [
        (kind, document)
        for kind in kinds()
        for document in all_documents_of(kind)
        if document.get("state") == "withdrawn"
    ]


def by_identifier(kind_name):
    return {document["identifier"]: document for document in documents_of(kinds_by_name()[kind_name])}


every_kind = pytest.mark.parametrize(
    "kind", [kind for kind in kinds() if documents_of(kind)], ids=lambda kind: kind.name
)


def test_no_sentence_ends_twice():
    for path in FIXTURES.glob("*.json"):
        assert re.findall(r".{0,60}[^.]\.\.(?!\.)", path.read_text("utf-8")) == [], path.name


@every_kind
def test_site_and_api_count_all_of_it(client, kind):
    number = len(documents_of(kind))

    page = client.get(f"/{kind.path}/?page=1")
    of_type = {option.value: option.count for option in facets_of(client, page).get("type", ())}

    assert client.get(api_list(kind), {"count": "true"}).json()["count"] == number
    assert (of_type[kind.name] if of_type else page.context["count"]) == number


@pytest.mark.parametrize(("kind_name", "name"), PARTS, ids=str)
def test_api_has_all_parts(client, kind_name, name):
    kind = kinds_by_name()[kind_name]

    items = every_item(client, api_list(kind), limit=200)

    number = sum(len(document[name]) for document in documents_of(kind))
    assert number
    assert sum(len(item[name]) for item in items) == number


@every_kind
def test_api_serves_every_field_of_every_document(client, kind):
    served = {item["identifier"]: item for item in every_item(client, api_list(kind), limit=200)}
    documents = documents_of(kind)

    assert served.keys() == {document["identifier"] for document in documents}
    for document in documents:
        expected = with_kinds(document, references_in(kind.name))
        assert public_document(served[document["identifier"]]) == expected


def not_in_turn(found_on, records):
    """Of what each record has for itself all but one; of the next record it is another one.

    These are its files, its paper, its versions, how it is put on a list and how it is corrected.
    """
    own = defaultdict(list)
    for link in sorted(found_on):
        if link.startswith(("/list/?ids=", "/corrections/new/?record=")):
            record = min(found_on[link]).rstrip("/")
        else:
            record = link.removesuffix("/versions/").partition(".")[0]
        if record in records:
            own[record].append(link)
    return {
        link
        for number, of_one in enumerate(own.values())
        for place, link in enumerate(of_one)
        if place != number % len(of_one)
    }


@pytest.mark.slow
def test_every_page_answers_and_every_link_on_it_leads_somewhere(client):
    """Records show their titles; no link of ours is dead, leads elsewhere first, or asks what a list refuses.

    Of what every record has, such as files and versions, one is asked for, of the next record another one. Nothing
    stands inline in any page (gate 1.1): a browser walks one page of each type only.
    """
    titles = {
        kind.url(document["identifier"], document["slug"]): document["title"]
        for kind in kinds()
        for document in documents_of(kind)
    }
    found_on, inline = defaultdict(set), {}
    waiting = {*FIXED_PAGES, *lists(), *titles}
    answers = {}
    for address in sorted(waiting):
        response = client.get(address)
        answers[address] = response.status_code
        page = Page(response.content.decode())
        if address in titles and response.status_code == 200:
            assert page.heading.endswith(" ".join(titles[address].split())), (
                address
            )  # a figure may stand before it
        for link in page.links:
            found_on[link].add(address)
        if page.inline:
            inline[address] = page.inline
    passed_over = not_in_turn(found_on, {address.rstrip("/") for address in titles})
    for link in sorted(found_on.keys() - answers.keys() - passed_over):
        # Other languages have the same pages; test_languages_pages.py looks at one of each type.
        if not link.startswith(("/static/", "/check/open/", "/check/result/")) and not PREFIX.match(link):
            answers[link] = client.get(link).status_code

    assert len(titles) == sum(len(documents_of(kind)) for kind in kinds())
    assert inline == {}
    assert {
        address: (status, sorted(found_on[address])[:3])
        for address, status in answers.items()
        if status != 200
    } == {}


@pytest.mark.slow
@every_kind
def test_values_of_every_facet_lead_to_a_list_with_working_links(client, kind):
    """What a reader can tick gives as many records as it says, on the page and in the API."""
    page = client.get(f"/{kind.path}/?page=1")
    dead = {}
    for name, options in facets_of(client, page).items():
        for option in [*options[:5], *options[5:][-1:]]:
            response = client.get(f"/{kind.path}/", {name: option.value})
            assert response.status_code == 200
            assert response.context["count"] == option.count, (name, option.value)
            api = [link for link in links_in(response) if link.startswith("/api/v1")]
            dead |= {link: status for link in api if (status := client.get(link).status_code) != 200}
        if kind.name == "statement" and name == "theme":
            assert sum(option.count for option in options) == len(documents_of(kind))

    assert dead == {}


def test_what_is_withdrawn_says_why_and_is_named_by_no_record(client):
    names = {}
    for kind, document in withdrawn_documents():
        answer = client.get(kind.url(document["identifier"], document["slug"]))
        assert answer.status_code == 410
        assert escape(document["withdrawal"]["reason"]) in answer.content.decode()
        told = text_of(answer)
        assert document["title"] not in told
        assert document["identifier"] not in told
        assert client.get(f"{api_list(kind)}/{document['identifier']}").status_code == 410
        names[document["identifier"]] = document["title"]
    assert names
    naming = {
        (kind.name, document["identifier"])
        for kind in kinds()
        for document in documents_of(kind)
        if set(names) & set(texts_in(document))
    }
    assert naming == set()
    # A person without a page of its own stands on the deliverable that prints the name, and nowhere else.
    told = {
        kind.name
        for kind in kinds()
        for document in documents_of(kind)
        if any(name in text for name in names.values() for text in texts_in(document))
    }
    assert told == {"deliverable"}


def texts_in(value):
    """Every text in a document, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)


def test_status_of_every_technology_follows_the_written_rule():
    """docs/content.md: a dated sign not older than 18 months; a source, or a project that ended; else unknown."""
    found = {}
    for identifier, document in by_identifier("technology").items():
        checked, sign = date.fromisoformat(document["checked_on"]), document["sign_of_life_on"]
        months = checked.year * 12 + checked.month - 1 - 18
        oldest = f"{months // 12}-{months % 12 + 1:02}-{checked.day:02}"
        rule = "discontinued" if document["is_discontinued"] else "active" if sign >= oldest else "unknown"
        if (document["status"], bool(sign)) != (rule, bool(document["sign_of_life"])):
            found[identifier] = (document["status"], rule)
        assert not document["is_discontinued"] or document["sources"] or document["eu_project_acronym"]

    assert found == {}
    assert {document["status"] for document in by_identifier("technology").values()} == {
        "active", "discontinued", "unknown",
    }  # fmt: skip


@every_kind
def test_nothing_is_verified_on_a_basis_that_denies_it(kind):
    denied = re.compile(
        r"^(only |still )?(not |un(verified|confirmed))|^(from )?general knowledge|^nothing", re.I
    )

    assert [
        (document["identifier"], document["verified_basis"])
        for document in documents_of(kind)
        if document["verified"] and denied.search(document["verified_basis"])
    ] == []


# The worked examples of the check, by the rule that they state themselves


def chosen_answers(example):
    """{question: [answer, …]} as the example gives them, in any order."""
    given = {}
    for line in example["answers_given"]:
        question, _, answers = line.partition(": ")
        given[question] = [answer.strip() for answer in answers.split(",")]
    return given


def visible_questions(questions, chosen):
    """Asked: not waiting for another, or that one is asked and fits; and hidden by no answer to one that is asked."""

    def is_asked(identifier):
        question = questions[identifier]
        first = question["show_if_question"]
        if first and not (is_asked(first) and set(chosen.get(first, ())) & set(question["show_if_answers"])):
            return False
        hiders = [
            other
            for other, its in questions.items()
            for answer in its["answers"]
            if other != identifier
            and identifier in answer["hides"]
            and answer["value"] in chosen.get(other, ())
        ]
        return not any(is_asked(hider) for hider in hiders)

    return [identifier for identifier in questions if is_asked(identifier)]


@pytest.mark.parametrize("identifier", by_identifier("check-example"))
def test_check_raises_what_the_worked_example_says(client, identifier):
    example = by_identifier("check-example")[identifier]
    questions, technologies = by_identifier("check-question"), by_identifier("technology")
    chosen = chosen_answers(example)

    visible = visible_questions(questions, chosen)
    by_answers, by_technologies = defaultdict(list), defaultdict(list)
    for question in sorted(visible, key=lambda number: (questions[number]["order"], number)):
        for answer in questions[question]["answers"]:
            if answer["value"] in chosen.get(question, ()):
                for issue in answer["raises"]:
                    by_answers[issue].append(f"{question}:{answer['value']}")
    for technology in example["technologies"]:
        for issue in technologies[technology]["issues"]:
            by_technologies[issue].append(technology)

    assert sorted(visible) == sorted(example["visible_questions"]) == sorted(chosen)
    assert {*by_answers, *by_technologies} == set(example["expected_issues"])
    assert as_lines(by_answers) == sorted(example["raised_by_answers"])
    assert as_lines(by_technologies) == sorted(example["raised_by_technologies"])
    page = client.get(f"/examples/{identifier}/").content.decode()
    assert [issue for issue in example["expected_issues"] if escape(issue) not in page] == []


def as_lines(raised):
    return sorted(f"{issue}: {', '.join(why)}" for issue, why in raised.items())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ap4ai-accountability", "Over 90\N{NO-BREAK SPACE}%"),
        ("ap4ai-children", "Over 87\N{NO-BREAK SPACE}%"),
        ("ws6-attendees", "About 60 people"),
        ("iacp-notify", "91\N{NO-BREAK SPACE}%"),
    ],
)
def test_figures_of_the_portal_are_as_exact_as_their_titles(client, name, text):
    assert f"<b>{text}</b>" in client.get(f"/survey/{name}/").content.decode()


MOST_ELEMENTS, MOST_BYTES = 1_500, 60_000  # of a list


@pytest.mark.slow
@pytest.mark.parametrize("view", ["", "?view=table"])
@pytest.mark.parametrize("path", sorted(paths()))
def test_a_list_has_a_size_in_every_language(client, content, path, view):  # gate 7.12
    for language in ("", *(f"/{code}" for code, _ in settings.LANGUAGES[1:])):
        page = client.get(f"{language}/{path}/{view}")

        assert page.status_code == 200
        assert len(re.findall(b"<[a-zA-Z]", page.content)) <= MOST_ELEMENTS, language
        assert len(page.content) <= MOST_BYTES, language


def test_everything_is_described_whole():
    """No part of a reference is lost, whichever field names it."""
    for found in descriptions_of(Publication.objects.published().order_by("pk")):
        named = [(ref.kind, ref.identifier) for ref in found.relations]
        in_text = re.findall(r'"kind": "([a-z-]+)", "id": "([^"]+)"', json.dumps(found.document))
        assert sorted(named) == sorted(set(in_text))
        assert {ref.means for ref in found.relations} <= set(DUBLIN_CORE)
        assert all(ref.uuid and ref.label for ref in found.relations)
        assert found.kind is kinds_by_name()[found.kind.name]
