"""My list: which records an address names, what became of them since a change, and the list as files."""

import csv
import io
import json
from urllib.parse import unquote

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from media4sec.kinds import kinds
from media4sec.paper import views
from media4sec.publications.models import Change
from media4sec.publications.selection import MOST_SELECTED, name_of, query_for
from media4sec.publications.since import Standing, newest_change_here
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.representations import forms_of_lists
from tests.factories import (
    copies_published,
    fresh,
    make,
    publication_of,
    publish,
    published,
    published_full,
    save,
    several_published,
    source,
)
from tests.public import h1_of, links_in, text_of
from tests.test_paper import text_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def called(record):
    return name_of(record.kind_name, record.identifier)


def list_of(*records, more=""):
    return f"/list/?ids={','.join(map(called, records))}{more}"


def shown(response):
    assert response.status_code == 200
    return [row["name"] for row in response.context["rows"]]


def newest():
    return Change.objects.order_by("-seq").first()


def edited(record, **changes):
    return publish(save(working_document(record) | changes, record.kind_name, fresh(record)))


# Which records


def test_records_of_any_kind_stand_in_the_order_of_the_address(client):
    records = [published(kind) for kind in kinds()]

    response = client.get(list_of(*reversed(records)))

    assert shown(response) == [called(record) for record in reversed(records)]
    assert h1_of(response) == f"A list of {len(records)} records"
    assert {record.url for record in records} <= links_in(response)
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert "canonical" not in response.content.decode()


def test_what_was_merged_costs_no_query_each(client, django_assert_max_num_queries):
    heir, *merged = several_published("technology", 6)
    for record in merged:
        workflow.merge(fresh(record), fresh(heir))

    with django_assert_max_num_queries(5):
        response = client.get(list_of(*merged))

    assert text_of(response).count("Merged with another record") == 5


def test_a_list_costs_the_same_however_long_it_is(client, django_assert_num_queries):
    several_published("technology", 3)
    theme = published("theme")
    records = [*several_published("issue", 4), theme]
    client.get(list_of(theme))
    counts = []
    for some in (records[:2], records):
        with django_assert_num_queries(7):
            response = client.get(list_of(*some, more="&since=1"))
        counts.append(len(shown(response)))

    assert counts == [2, 5]


@pytest.mark.parametrize(
    "asked",
    [
        "ids={two},{one}",
        "ids={two}&ids={one}",
        "ids=%20{two}%20,,{one},",
        "ids={two},{one},{two}",
        "ids={low},{one}",
    ],
)
def test_one_list_has_one_address(client, asked):
    one, two = published("theme"), published("technology")
    names = {"one": called(one), "two": called(two), "low": two.identifier.lower()}

    response = client.get(f"/list/?{asked.format(**names)}", follow=True)

    assert shown(response) == [called(two), called(one)]
    assert (response.redirect_chain or [(list_of(two, one), 302)])[-1][0] == list_of(two, one)


def test_a_short_name_is_enough_where_only_one_record_has_it(client):
    theme = published("theme", slug="dark-web", identifier="dark-web")

    assert client.get("/list/?ids=dark-web").headers["Location"] == "/list/?ids=theme:dark-web"

    term = published("glossary-term", slug="dark-web", identifier="dark-web")
    response = client.get("/list/?ids=dark-web")
    assert shown(response) == []
    assert {list_of(theme), list_of(term)} <= links_in(response)
    assert "several have it" in text_of(response)


def test_names_that_nobody_knows_are_said_and_take_nothing_with_them(client):
    record = published("technology")
    draft = make("technology", title="A secret")

    response = client.get(f"/list/?ids=X-9,{called(record)},{draft.identifier}")

    assert shown(response) == [called(record)]
    assert [one["name"] for one in response.context["unknown"]] == ["X-9", draft.identifier]
    assert "2 names are not those of public records" in text_of(response)
    assert "A secret" not in text_of(response)


def test_a_draft_answers_like_what_never_was(client):
    draft, never = make("theme", title="A secret", slug="one"), "theme:none"

    for address in ("/list/?ids={}", "/since/0/?ids={}", "/list.json?ids={}", "/list.csv?ids={}"):
        answers = [client.get(address.format(name)) for name in (called(draft), never)]
        assert answers[0].status_code == answers[1].status_code
        bodies = [unquote(answer.content.decode()) for answer in answers]
        assert bodies[0].replace(called(draft), never) == bodies[1]


def test_what_was_withdrawn_leaves_its_reason_and_successor(client):
    gone, heir = published("technology", title="Gone"), published("technology", title="The heir")
    workflow.withdraw(gone, reason="It was a mistake.", successor=heir)

    response = client.get(list_of(gone))

    assert shown(response) == [called(gone)]
    assert "It was a mistake. Use instead: The heir" in text_of(response)
    assert publication_of(heir).url in links_in(response)
    assert "Gone" not in text_of(response)


def test_what_was_merged_leads_to_the_record_that_it_became(client):
    gone, heir = several_published("technology", 2)
    workflow.merge(fresh(gone), fresh(heir))

    response = client.get(list_of(gone))

    assert "Merged with another record on" in text_of(response)
    assert publication_of(heir).url in links_in(response)


def test_a_record_moves_up_and_goes(client):
    one, two, three = several_published("technology", 3)

    up = client.get(list_of(one, two, three, more=f"&up={called(three)}"))
    without = client.get(list_of(one, two, more=f"&since=1&remove={called(one)}"))
    last = client.get(list_of(one, more=f"&remove={called(one)}"))
    first = client.get(list_of(one, two, more=f"&up={called(one)}"))

    assert up.headers["Location"] == list_of(one, three, two)
    assert without.headers["Location"] == list_of(two, more="&since=1")
    assert last.headers["Location"] == "/list/"
    assert first.headers["Location"] == list_of(one, two)


def test_an_empty_list_says_how_it_is_filled(client):
    response = client.get("/list/")

    assert h1_of(response) == "My list"
    assert "Press “Add to my list”" in text_of(response)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("ids=T-001&x=1", "There is no such parameter here."),
        ("ids=T-001&since=", "It has no value"),
        ("ids=T-001&since=1&since=2", "It can have only one value."),
        ("ids=T-001&since=-1", "Give the number of a change."),
        ("ids=T-001&since=١", "Give the number of a change."),
        ("ids=T-001&since=9999999999999999999", "Give the number of a change."),
        ("ids=T-001&since=1&edition=nothing", "No edition is marked like this."),
    ],
)
def test_what_makes_no_sense_is_said(client, query, said):
    response = client.get(f"/list/?{query}")

    assert response.status_code == 400
    assert said in text_of(response)


def test_more_than_a_hundred_records_are_too_many(client):
    names = ",".join(f"T-{number}" for number in range(MOST_SELECTED + 1))

    response = client.get(f"/list/?ids={names}")

    assert response.status_code == 400
    assert "A list has at most 100 records; this address names 101." in text_of(response)
    assert client.get(f"/list/?ids={names.rpartition(',')[0]}").status_code == 200
    assert client.get(f"/list.bib?ids={names}").status_code == 400


def test_a_list_stays_light(client):
    record = published_full("technology", title="A title " * 12, summary="A sentence of many words " * 12)
    names = [called(record), *(f"technology:{copy.identifier}" for copy in copies_published(record, 99))]

    whole = client.get(f"/list/?ids={','.join(names)}", follow=True)
    some = client.get(f"/list/?ids={','.join(names[:25])}", follow=True)

    assert len(shown(whole)) == MOST_SELECTED
    assert len(whole.content) <= 200_000
    assert len(some.content) <= 60_000


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["T-001", "t-001", "theme:dark-web", "theme:", ":", "T-001\x00", "‮T-001", "technology:T-001", "x" * 300]
)


@given(ids=st.lists(TEXTS, max_size=6), since=TEXTS | st.integers(0, 10**20).map(str))
def test_whatever_an_address_names_gets_an_answer(client, ids, since):
    """A page, the one address of it, or a sentence; what is on the page stays when that is asked again."""
    for address, data in (
        ("/list/", {"ids": ids}),
        ("/list/", {"ids": [",".join(ids)], "since": since}),
        ("/list/", {"ids": ids, "up": since}),
        ("/list/", {"ids": ids, "remove": since}),
        ("/list.json", {"ids": ids}),
        ("/since/1/", {"ids": ids}),
    ):
        response = client.get(address, data)
        assert response.status_code in (200, 302, 400)
        if response.status_code == 302:
            again = client.get(response.headers["Location"])
            assert again.status_code == 200


# What changed since


def test_nothing_has_changed_is_said_plainly(client):
    record = published("technology")
    then = newest()
    published("theme")

    response = client.get(list_of(record, more=f"&since={then.seq}"))
    page = client.get(f"/since/{then.seq}/?ids={called(record)}")

    assert "Nothing has changed since you cited it" in text_of(response)
    assert "Nothing has changed: the print says what is published of its one record today." in text_of(page)
    assert [row["plate"] for row in page.context["unchanged"]] == [record.identifier]


def test_a_new_version_is_told_with_what_differs(client):
    record, other = published("technology", title="As it was"), published("technology")
    then = newest().seq
    edited(record, summary="First.")
    edited(record, title="As it is", summary="Second.")

    response = client.get(list_of(record, other, more=f"&since={then}"))
    page = client.get(f"/since/{then}/?ids={called(record)},{called(other)}")

    assert "1 record has changed since change" in text_of(response)
    for answer in (response, page):
        assert (
            "then it was version 1. Then it was called: As it was . What differs: Title, Summary."
            in text_of(answer)
        )
        assert f"{publication_of(record).url}versions/?from=1&to=3" in links_in(answer)
    assert "1 of its 2 records has changed." not in text_of(page)
    assert "1 of its 2 records have changed." in text_of(page)
    words = {row["label"]: row["sides"] for row in page.context["changed"][0]["differences"]}
    assert words["Summary"][1] == [(True, "Second.")]
    assert [number for number, _ in page.context["changed"][0]["moved"].versions] == [3, 2]


def test_what_was_withdrawn_or_published_since_is_told(client):
    gone, merged, heir = several_published("technology", 3)
    then = newest().seq
    workflow.withdraw(gone, reason="It was a mistake.")
    workflow.merge(fresh(merged), fresh(heir))
    new = published("technology", title="New here")

    page = text_of(client.get(f"/since/{then}/?ids={','.join(map(called, (gone, merged, new)))}"))

    assert "3 of its 3 records have changed." in page
    assert "It was a mistake." in page
    assert "Merged with another record" in page
    assert "it was not public then" in page


def test_of_a_print_none_of_whose_records_is_known_nothing_is_claimed(client):
    published("technology")

    page = text_of(client.get("/since/1/?ids=T-999"))

    assert "Not names of public records: “T-999”" in page
    assert "Nothing has changed" not in page


def test_a_change_without_a_version_is_told_as_one(client):
    maker = published("organisation", title="The maker")
    tool = published("technology", makers=[maker.identifier])
    then = newest().seq
    edited(maker, title="Another name")

    page = text_of(client.get(f"/since/{then}/?ids={called(tool)}"))

    assert "without a new version: something that it shows of other records." in page


def test_the_newest_version_counts_from_its_own_change_on(client):
    record = published("technology")
    edited(record, title="Another")

    response = client.get(list_of(record, more=f"&since={newest().seq}"))

    assert response.context["moved"] == 0
    assert client.get(list_of(record, more=f"&since={newest().seq - 1}")).context["moved"] == 1


def test_without_records_all_that_changed_is_paged_the_newest_first(client, django_assert_num_queries):
    old = published("technology")
    then = newest().seq
    records = several_published("theme", 30)
    make("technology", title="A secret")

    with django_assert_num_queries(8):
        first = client.get(f"/since/{then}/")
    second = client.get(f"/since/{then}/?page=2")

    titles = [row["title"] for page in (first, second) for row in page.context["changed"]]
    assert titles == [record.title for record in reversed(records)]
    assert len(first.context["changed"]) == 25
    assert "30 records have changed since." in text_of(first)
    assert old.title not in text_of(first) + text_of(second)
    assert client.get(f"/since/{then}/?page=3").status_code == 400


@pytest.mark.parametrize("address", ["/list/?ids={0}&since={1}", "/since/{1}/?ids={0}", "/since/{1}/"])
def test_a_number_that_is_not_counted_here_is_of_another_edition(client, address):
    record = published("technology")

    response = client.get(address.format(called(record), newest().seq + 1))

    assert response.status_code == 200
    assert "is of another edition of this knowledge base" in text_of(response)
    assert "Nothing has changed" not in text_of(response)


def test_a_mark_tells_another_history_with_the_same_numbers(client):
    record = published("technology")
    here = newest_change_here()
    theirs = "0" * 8

    assert here == Standing(newest().seq, here.edition, here.on)
    own = client.get(list_of(record, more=f"&since={here.seq}&edition={here.edition}"))
    other = client.get(list_of(record, more=f"&since={here.seq}&edition={theirs}"))
    page = client.get(f"/since/{here.seq}/?ids={called(record)}&edition={theirs}")

    assert "Nothing has changed since you cited it" in text_of(own)
    for answer in (other, page):
        assert "is of another edition" in text_of(answer)


def test_the_link_to_share_tells_the_change_that_is_the_newest_now(client):
    record = published("technology")

    response = client.get(list_of(record))

    here = newest_change_here()
    link = list_of(record, more=f"&since={here.seq}&edition={here.edition}")
    assert link in links_in(response)
    assert "Nothing has changed since you cited it" in text_of(client.get(link))
    edited(record, title="Another")
    assert "This selection has changed since you cited it" in text_of(client.get(link))


def test_rebuilding_leaves_the_numbers_of_prints_true(client):
    record = published("technology")
    link = next(url for url in links_in(client.get(list_of(record))) if "edition=" in url)

    workflow.rebuild_publications()

    assert "Nothing has changed since you cited it" in text_of(client.get(link))


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000])
def test_huge_numbers_are_no_error_of_ours(client, number):
    published("technology")

    assert client.get(f"/since/{number}/").status_code in (200, 404)


def test_a_number_has_one_spelling(client):
    record = published("technology")

    assert client.get("/since/001/").headers["Location"] == "/since/1/"
    assert client.get(f"/de/since/001/?ids={called(record)}").headers["Location"] == (
        f"/de/since/1/?ids={called(record)}"
    )
    assert client.get(list_of(record, more="&since=01")).headers["Location"] == list_of(
        record, more="&since=1"
    )


def test_long_texts_that_differ_are_cut_around_the_words(client):
    long = "Some words that stay as they are. " * 25
    record = published("technology", summary=f"{long}Before. {long}")
    then = newest().seq
    edited(record, summary=f"{long}After. {long}")

    page = client.get(f"/since/{then}/?ids={called(record)}")

    (row,) = page.context["changed"][0]["differences"]
    old, new = ("".join(text for _, text in side) for side in row["sides"])
    assert "Before." in old
    assert "After." in new
    assert max(len(old), len(new)) < 300
    assert old.startswith("… ")


def test_a_page_of_many_long_differences_stays_light(client):
    records = several_published("technology", 30)
    then = newest().seq
    for record in records:
        edited(record, summary=" ".join(f"{record.identifier}{number}" for number in range(200))[:1_900])

    page = client.get(f"/since/{then}/?ids={','.join(map(called, records))}")

    assert len(page.content) <= 200_000
    assert 0 < sum(bool(row["differences"]) for row in page.context["changed"]) <= 30


# As files


@pytest.mark.parametrize("form", forms_of_lists(), ids=lambda form: form.suffix)
def test_a_list_is_had_in_every_form_of_lists(client, form):
    records = [published("theme"), published("technology", title="A tool")]
    page = client.get(list_of(*records))
    (url,) = [one["url"] for one in page.context["exports"] if one["url"].startswith(f"/list.{form.suffix}?")]

    response = client.get(url)

    assert response.status_code == 200
    assert "A tool" in response.content.decode()
    assert records[0].title in response.content.decode()
    assert f'filename="medi4sec-list.{form.suffix}"' in response.headers["Content-Disposition"]


def test_files_keep_the_order_and_leave_out_what_is_not_public(client):
    one, gone, two = several_published("technology", 3)
    workflow.withdraw(gone, reason="It was a mistake.")
    page = client.get(list_of(two, gone, one))
    urls = {one["label"]: one["url"] for one in page.context["exports"]}

    rows = list(csv.DictReader(io.StringIO(client.get(urls["CSV"]).content.decode())))
    whole = json.loads(client.get(urls["JSON"]).content)

    assert [row["identifier"] for row in rows] == [two.identifier, one.identifier]
    assert [row["identifier"] for row in whole["results"]] == [two.identifier, one.identifier]
    assert whole["url"].startswith(f"{settings.BASE_URL}/list/?ids=")
    assert "Files hold those records that are public." in text_of(page)
    assert client.get(f"/list.csv?ids={called(gone)}").status_code == 400


@pytest.mark.parametrize("query", ["", "?ids=", "?ids=X-1", "?ids={one}&since=1", "?ids={one}&x=1"])
def test_files_refuse_what_they_cannot_hold(client, query):
    one = published("technology")

    response = client.get(f"/list.json{query.format(one=called(one))}")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


def test_citations_name_the_record_and_the_work_that_it_was_taken_from(client):
    report = published("deliverable", title="The report")
    said = published("statement", deliverable=report.identifier, title="What was said")

    for suffix, count in (("bib", "title = {{"), ("ris", "TI  - "), ("csl.json", '"title":"')):
        text = client.get(f"/list.{suffix}?ids={called(said)}").content.decode()
        assert text.count(count) == 2
        assert "The report" in text
        assert publication_of(said).url in text


def test_a_record_and_a_row_say_how_a_list_names_them(client):
    record = published("theme")

    assert f"/list/?ids={called(record)}" in links_in(client.get(publication_of(record).url))
    assert f'data-list-name="{called(record)}"' in client.get("/themes/").content.decode()


# As a pack

MOST_QUERIES_OF_A_RECORD = 3  # its law, its statements, and what names it


def test_a_pack_holds_the_records_their_evidence_and_their_terms(client):
    published("glossary-term", title="Sousveillance", summary="Watching those who watch.")
    tool = published(
        "technology",
        title="A tool",
        summary="It is made for sousveillance.",
        sources=[source(title="The report", url="https://example.org/report")],
    )
    theme = published("theme", title="A theme")
    page = client.get(list_of(theme, tool))
    urls = {one["label"]: one["url"] for one in page.context["exports"]}

    pdf, docx = (client.get(urls[label]) for label in ("PDF", "DOCX"))

    assert pdf.headers["Content-Type"] == "application/pdf"
    words = text_in(pdf.content)
    assert words.index("A theme") < words.index("A tool") < words.rindex("Evidence of these records")
    assert words.rindex("The report") < words.rindex("Terms used") < words.rindex("Watching those who watch.")
    assert f"As of change {newest().seq}" in words
    headings = [
        paragraph.text
        for paragraph in Document(io.BytesIO(docx.content)).paragraphs
        if paragraph.style.name == "Heading 2"
    ]
    assert headings == ["A theme", f"{tool.identifier} A tool", "Evidence of these records", "Terms used"]


def code_in(document):
    """The text of the square code on the first page, and the words of that page."""
    page = document[0]
    (found,) = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
    return found.text, " ".join(page.get_textpage().get_text_range().split())


def test_a_pack_has_a_cover_that_says_what_it_is_and_leads_back(client):
    tools, theme = several_published("technology", 2), published("theme")
    names = [called(record) for record in (theme, *tools)]
    address = f"/de/list.pdf?ids={','.join(names)}"

    with pypdfium2.PdfDocument(client.get(address).content) as document:
        code, words = code_in(document)
        second = document[1].get_textpage().get_text_range()

    then = newest_change_here()
    whole = f"{settings.BASE_URL}/de/list/?{query_for(names, since=then.seq, edition=then.edition)}"
    assert code == whole
    assert "3 Einträge" in words
    assert "1 Thema 2 Technologien" in words
    assert f"Nummer der letzten Änderung {then.seq}" in words
    assert then.edition in words
    assert second.startswith("Inhalt") or "\nInhalt" in second
    response = client.get(code.removeprefix(settings.BASE_URL))
    assert (shown(response), response.context["moved"]) == (names, 0)


def test_a_list_that_is_too_long_for_a_code_is_a_link_on_the_cover(client):
    themes = [published("theme", identifier=f"{'x' * 60}-{number}") for number in range(30)]

    content = client.get(f"/list.pdf?ids={','.join(map(called, themes))}").content

    with pypdfium2.PdfDocument(content) as document:
        assert zxingcpp.read_barcodes(document[0].render(scale=2).to_pil()) == []
        assert "This list on the site" in document[0].get_textpage().get_text_range()


def test_a_record_of_a_pack_costs_few_queries(client):  # not one for each thing that it names
    law = published("instrument")
    issues = [row.identifier for row in several_published("issue", 3, instruments=[law.identifier])]
    tools = several_published("technology", 9, issues=issues)
    client.get(f"/list.pdf?ids={called(tools[0])}")

    def queries(records):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/list.pdf?ids={','.join(map(called, records))}").status_code == 200
        return len(asked)

    few, many = queries(tools[:1]), queries(tools)

    assert many - few <= 8 * MOST_QUERIES_OF_A_RECORD


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_same_list_gives_the_same_pack(client, form):
    address = f"/list.{form}?ids={called(published_full('technology'))},{called(published('theme'))}"

    assert client.get(address).content == client.get(address).content
    assert client.get(f"/de{address}").content != client.get(address).content


@pytest.mark.parametrize("query", ["", "?ids=X-1", "?ids={draft}", "?ids={one}&since=1"])
def test_a_pack_refuses_what_it_cannot_hold(client, query):
    one, draft = published("technology"), make("technology")

    response = client.get(f"/list.pdf{query.format(one=called(one), draft=called(draft))}")

    assert response.status_code == 400
    assert h1_of(response)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("pattern", "/list.pdf?ids={0}"),
        ("pattern", "/list.docx?ids={0}"),
        ("pattern", "/patterns/cards.pdf?ids={0}"),
        ("situation", "{1}brief.pdf"),
        ("situation", "{1}exercise.pdf?seed=7"),
    ],
)
def test_only_one_large_paper_is_made_at_a_time_and_nobody_waits(client, kind, address):
    record = published(kind)
    address = address.format(called(record), record.url)
    with views.LARGE_PAPER:
        busy = client.get(address)

    assert (busy.status_code, busy.headers["Retry-After"]) == (429, str(views.LARGE_PAPER_TAKES))
    assert client.get(address).status_code == 200
