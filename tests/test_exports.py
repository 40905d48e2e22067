"""Files of a list's result and of a record: what is in them, read by other people's readers, and their limits."""

import csv
import io
import json
from datetime import UTC, datetime

import bibtexparser
import pytest
import rispy
from bibtexparser import middlewares
from django.conf import settings
from django.utils.timezone import localtime
from hypothesis import given
from hypothesis import strategies as st

from media4sec.interchange.files import citations, tables
from media4sec.kinds import kinds, paths
from media4sec.publications.description import Facts, Name, descriptions_of, one_line
from media4sec.publications.models import Publication
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.representations import forms_of_lists, forms_of_records
from media4sec.work_types import RECORD
from tests.factories import fresh, make, publish, published, published_full, save, several_published
from tests.public import api_item, body_of

pytestmark = pytest.mark.django_db

EVERY_FORMAT = pytest.mark.parametrize("suffix", [form.suffix for form in forms_of_lists()])


def text_of(response):
    assert response.status_code == 200
    return body_of(response).decode()


def rows_of(text):
    """CSV as our documentation says it is read: an apostrophe at the beginning of a cell is dropped."""
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    return [{name: cell.removeprefix("'") for name, cell in row.items()} for row in rows]


def read_bibtex(text):
    library = bibtexparser.parse_string(
        text, append_middleware=[middlewares.LatexDecodingMiddleware(), middlewares.SeparateCoAuthors()]
    )
    assert library.failed_blocks == []
    return library.entries


# CSV


def test_csv_has_every_field_of_the_document(client):
    record = published_full("case", title='A case, with “quotes” and "more"')

    text = text_of(client.get("/practices.csv"))
    row = next(row for row in rows_of(text) if row["identifier"] == record.identifier)

    document = json.loads(Publication.objects.get(kind="case", identifier=record.identifier).document)
    assert row["title"] == document["title"] == record.title
    assert row["url"] == f"{settings.BASE_URL}{record.url}"
    assert row["kind"] == "case"
    assert set(document) - {"slug"} <= set(row)
    assert row["patterns"] == " | ".join(f"{ref['id']} {ref['label']}" for ref in document["patterns"])
    assert row["themes"] == " | ".join(ref["label"] for ref in document["themes"])
    assert row["verified"] == "true"
    assert row["version"] == "1"
    assert row["tags"] == " | ".join(document["tags"])
    assert row["sources"].split(" | ")[0] == ", ".join(
        document["sources"][0][name] for name in ("title", "locator", "url")
    )


def test_csv_is_written_as_rfc_4180_says(client):
    published("theme", summary="One line.\nAnd another, with a comma.")

    response = client.get("/themes.csv")
    text = text_of(response)

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["Content-Disposition"] == 'attachment; filename="medi4sec-themes.csv"'
    assert text.endswith("\r\n")
    assert text.split("\r\n")[0].startswith("kind,identifier,title,summary,url,")
    assert '"One line.\nAnd another, with a comma."' in text
    assert len({len(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)}) == 1


# gate 4.7
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "'", "＝"])
def test_no_cell_is_a_formula_and_reading_back_gives_the_text(client, start):
    record = published("technology", title=f"{start}1+1", maker_as_stated=f"{start}cmd|' /C calc'!A0")

    text = text_of(client.get("/technologies.csv"))
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    row = next(row for row in rows_of(text) if row["identifier"] == record.identifier)

    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r＝" and cell]
    assert (row["title"], row["maker_as_stated"]) == (record.title, record.maker_as_stated)


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'"], ids=ascii
)
def test_whatever_a_cell_begins_with_no_program_takes_it_for_a_formula(start):  # gate 4.7
    [_, line] = tables.lines(["title"], [[f"{start}1+1"]])

    [[cell]] = csv.reader(io.StringIO(line, newline=""), strict=True)
    assert cell == f"'{start}1+1"


def values_in(cell):
    """Several values of one cell, as our documentation says they are read."""
    return [value.replace("||", "|") for value in cell.split(" | ")] if cell else []


def test_tags_come_back_one_by_one_from_every_file(client):
    tags = ["dark | web", "a||b", "c |", "| d", "{e}", "f & g", "100 %", "h"]
    record = published("theme", tags=tags)

    [row] = [row for row in rows_of(text_of(client.get("/themes.csv"))) if row["title"] == record.title]
    [reference] = rispy.loads(text_of(client.get("/themes.ris")))
    [entry] = read_bibtex(text_of(client.get("/themes.bib")))

    fields = {field.key: field.value for field in entry.fields}
    assert values_in(row["tags"]) == reference["keywords"] == sorted(tags)
    assert fields["keywords"].replace("{", "").replace("}", "").split(", ") == [
        tag.replace("{", "").replace("}", "") for tag in sorted(tags)
    ]


@given(st.lists(st.text("| a", min_size=1).filter(lambda text: text.strip() == text)))
def test_any_values_come_back_from_one_cell(values):
    assert values_in(tables.flat(values)) == values


# gate 4.7
@given(st.text())
def test_any_text_comes_back_from_a_cell(text):
    line = "".join(tables.lines(["a"], [[text]]))

    cell = list(csv.reader(io.StringIO(line, newline=""), strict=True))[1:]

    read = cell[0][0] if cell and cell[0] else ""
    assert read[:1] not in ("=", "+", "-", "@", "\t", "\r") or not read
    assert read.removeprefix("'") == text


def test_addresses_in_a_cell_are_whole(client):
    pattern = published("pattern")
    point = {
        "key": "good-1",
        "aspect": "good",
        "actor": "",
        "text": "It helps.",
        "refs": [f"pattern:{pattern.identifier}"],
    }
    published("situation", points=[point])

    (row,) = rows_of(text_of(client.get("/situations.csv")))

    assert json.loads(row["points"])["refs"][0]["url"] == f"{settings.BASE_URL}{pattern.url}"


def test_csv_of_nothing_has_its_head(client):
    published("theme")

    assert rows_of(text_of(client.get("/themes.csv?q=zzqq"))) == []
    assert text_of(client.get("/technologies.csv")).startswith("kind,identifier,title,")


def test_csv_of_search_has_what_all_records_have(client):
    published("theme", title="The Xylographer")
    published("technology", title="Another xylographer")

    rows = rows_of(text_of(client.get("/search.csv?q=xylographer")))

    assert {row["kind"] for row in rows} == {"theme", "technology"}
    assert "maker_as_stated" not in rows[0]


# JSON


def test_json_holds_the_documents_as_the_api_sends_them(client):
    records = several_published("technology", 3)

    answer = json.loads(text_of(client.get("/technologies.json")))
    lines = [json.loads(line) for line in text_of(client.get("/technologies.ndjson")).splitlines()]

    assert answer.keys() == {"url", "license", "count", "results"}
    assert answer["url"] == f"{settings.BASE_URL}/technologies/"
    assert answer["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert answer["results"] == lines == [client.get(api_item(record)).json() for record in records]


# Citations


def test_bibtex_is_read_by_its_reader_and_says_what_the_document_states(client):
    author = published("person", title="Ada & Grace")
    record = published(
        "deliverable", title="50% of {everything}: #1_$2~^\\", authors=[author.identifier], date="2017-03",
        date_precision="month", checked_on="2026-11-23",
    )  # fmt: skip

    work, entry = read_bibtex(text_of(client.get(f"/library.bib?author={author.identifier}")))

    assert (work.entry_type, work.key) == ("techreport", f"medi4sec-deliverable-{record.identifier}-work")
    assert (entry.entry_type, entry.key) == ("misc", f"medi4sec-deliverable-{record.identifier}")
    ours = {field.key: field.value for field in entry.fields}
    assert ours["url"] == f"{settings.BASE_URL}{record.url}"
    assert "author" not in ours
    assert ours["note"] == (
        f"Catalogue record {record.identifier}, version 1, checked on 2026-11-23. "
        "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
    )
    fields = {field.key: field.value for field in work.fields}
    title = fields["title"].replace("ˆ", "^")  # what this reader makes of \textasciicircum
    assert title == record.title
    assert [name.strip("{}") for name in fields["author"]] == ["Ada & Grace"]
    assert (fields["year"], fields["month"], fields["date"]) == ("2017", "mar", "2017-03")
    assert fields["institution"].strip("{}") == "MEDI@4SEC"
    assert fields["number"] == record.identifier
    assert fields.keys() == {"title", "author", "year", "month", "date", "institution", "number"}


def test_nobody_is_named_as_author_whom_no_source_names(client):
    record = published("technology")

    (entry,) = read_bibtex(text_of(client.get("/technologies.bib")))
    (reference,) = rispy.loads(text_of(client.get("/technologies.ris")))

    published_on = localtime(Publication.objects.get(kind="technology").modified_at)
    fields = {field.key: field.value for field in entry.fields}
    assert entry.entry_type == "misc"
    assert "author" not in fields
    assert (fields["year"], fields["date"]) == (f"{published_on:%Y}", f"{published_on:%Y-%m-%d}")
    assert fields["note"].startswith(f"Record {record.identifier}, version 1, not checked yet.")
    assert "authors" not in reference


def test_ris_says_the_same_as_bibtex(client):
    author = published("person", title="Ada Lovelace")
    record = published(
        "deliverable", authors=[author.identifier], date="2017-03-14", date_precision="day",
        summary="One\nline.\n\nAnother.", tags=["dark web", "osint"],
    )  # fmt: skip

    text = text_of(client.get("/library.ris?deliverable-type=not-stated"))
    work, reference = (one for one in rispy.loads(text) if record.identifier in one["id"])

    assert "\r\n" in text
    assert (work["type_of_reference"], reference["type_of_reference"]) == ("RPRT", "ELEC")
    assert work["title"] == reference["title"] == record.title
    assert work["authors"] == ["Ada Lovelace"]
    assert (work["year"], work["date"]) == ("2017", "2017/03/14/")
    assert work.keys().isdisjoint({"abstract", "keywords", "notes", "edition", "urls", "language"})
    assert reference["abstract"] == "One line. Another."
    assert reference["keywords"] == ["dark web", "osint"]
    assert reference["urls"] == [f"{settings.BASE_URL}{record.url}"]
    (description,) = descriptions_of([_publication(record)])
    assert reference["notes"] == [description.record.note]


NAMES = [
    # title, given name, particle, family name → what RIS says, what BibTeX says
    ("P. van den Brink", "P.", "van den", "Brink", "van den Brink, P.", "van den Brink, P."),
    ("Pilar de la Torre", "Pilar", "de la", "Torre", "de la Torre, Pilar", "de la Torre, Pilar"),
    ("José Luis Diego", "José Luis", "", "Diego", "Diego, José Luis", "Diego, José Luis"),
    ("Ana Torre y Gómez", "Ana", "", "Torre y Gómez", "Torre y Gómez, Ana", "{Torre y Gómez}, Ana"),
    ("Plato", "", "", "Plato", "Plato", "Plato"),
    ("R. Stone and Wood", "R.", "", "Stone and Wood", "Stone and Wood, R.", "{Stone and Wood}, R."),
    ("H. de Vries", "", "", "", "de Vries, H.", "de Vries, H."),  # certain without parts
    ("J. L. O’Neill", "", "", "", "O’Neill, J. L.", "O’Neill, J. L."),
    (
        "Institute for Law and Order",
        "",
        "",
        "",
        "Institute for Law and Order",
        "{Institute for Law and Order}",
    ),
    ("Fire and Rescue Service", "", "", "", "Fire and Rescue Service", "{Fire and Rescue Service}"),
    ("Ada Lovelace", "", "", "", "Ada Lovelace", "{Ada Lovelace}"),
    ("U.S. Army", "", "", "", "U.S. Army", "{U.S. Army}"),
]


def test_all_formats_say_the_same_of_authors(client):
    authors = [
        published("person", title=title, given_name=given, particle=particle, family_name=family).identifier
        for title, given, particle, family, _, _ in NAMES
    ]
    record = published("deliverable", authors=authors)

    bib = text_of(client.get(f"{record.url.rstrip('/')}.bib"))
    entry, _ = bibtexparser.parse_string(bib, append_middleware=[middlewares.SeparateCoAuthors()]).entries
    parted, _ = bibtexparser.parse_string(
        bib, append_middleware=[middlewares.SeparateCoAuthors(), middlewares.SplitNameParts()]
    ).entries
    reference, _ = rispy.loads(text_of(client.get(f"{record.url.rstrip('/')}.ris")))

    assert reference["authors"] == [name for *_, name, _ in NAMES]
    assert entry["author"] == [name for *_, name in NAMES]
    read = [
        (" ".join(name.first), " ".join(name.von), " ".join(name.last).strip("{}"))
        for name in parted["author"]
    ]
    assert read[0] == ("P.", "van den", "Brink")
    assert read[3] == ("Ana", "", "Torre y Gómez")
    assert read[5] == ("R.", "", "Stone and Wood")
    assert read[6] == ("H.", "de", "Vries")
    assert read[8] == ("", "", "Institute for Law and Order")
    assert (entry["number"], reference["issn"]) == (record.identifier, record.identifier)


def test_a_file_of_many_reports_reads_their_authors_at_once(client, django_assert_max_num_queries):
    package = published("work-package").identifier
    for _ in range(12):
        author = published("person", family_name="Brink").identifier
        published("deliverable", authors=[author], work_package=package)
    client.get("/library/?page=1")  # reads what changed into the search index

    with django_assert_max_num_queries(6):
        assert text_of(client.get("/library.ris")).count("AU  - Brink") == 12


def test_a_statement_is_cited_with_the_sources_it_was_taken_from(client):
    sources = [
        {
            "url": "http://media4sec.eu/page/",
            "title": "A page",
            "accessed_on": "2026-11-23",
            "locator": "p. 17",
        },
        {"url": "http://media4sec.eu/other/", "title": ""},
    ]
    record = published("statement", title="It is so.", deliverable=None, sources=sources)

    first, second, ours = read_bibtex(text_of(client.get(f"{record.url[:-1]}.bib")))
    *_, reference = rispy.loads(text_of(client.get(f"{record.url[:-1]}.ris")))[:1]

    fields = {field.key: field.value for field in first.fields}
    assert fields == {
        "title": "A page", "pages": "p. 17", "url": "http://media4sec.eu/page/", "urldate": "2026-11-23",
    }  # fmt: skip
    assert (reference["start_page"], reference["urls"]) == ("p. 17", ["http://media4sec.eu/page/"])
    assert second["url"] == "http://media4sec.eu/other/"
    assert ours["url"] == f"{settings.BASE_URL}{record.url}"


def test_a_statement_from_a_report_is_cited_with_the_report(client):
    author = published("person", title="P. van den Brink").identifier
    report = published(
        "deliverable", title="The survey", authors=[author], date="2017", date_precision="year"
    )
    record = published("statement", title="It is so.", deliverable=report.identifier, locator="p. 3")

    work, ours = read_bibtex(text_of(client.get(f"{record.url[:-1]}.bib")))

    fields = {field.key: field.value for field in work.fields}
    assert (work.entry_type, fields["title"], fields["number"]) == (
        "techreport",
        "The survey",
        report.identifier,
    )
    assert (fields["author"], fields["year"], fields["pages"]) == (["van den Brink, P."], "2017", "p. 3")
    assert ours["url"] == f"{settings.BASE_URL}{record.url}"


def test_news_name_who_published_them(client):
    record = published(
        "news-item", title="A visit", date="2018-09-04", date_precision="day",
        publisher="TNO", url_of_item="https://tno.nl/visit", language="nl",
    )  # fmt: skip

    work, ours = read_bibtex(text_of(client.get(f"{record.url[:-1]}.bib")))
    in_ris, _ = rispy.loads(text_of(client.get(f"{record.url[:-1]}.ris")))

    assert (work["publisher"], work["url"], work["date"]) == ("TNO", "https://tno.nl/visit", "2018-09-04")
    assert (work["language"], ours["language"]) == (in_ris["language"], "english") == ("nl", "english")
    assert ours["publisher"] == "MEDI@4SEC knowledge base"


def _publication(record):
    return Publication.objects.get(kind=type(record).kind.name, identifier=record.identifier)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))), st.text(max_size=40)
)
def test_any_text_leaves_the_citation_whole(title, name):
    title, name = one_line(title), one_line(name)
    authors = (Name(name),) if name else ()
    citation = Facts(
        "key", RECORD, title, "https://example.org/", authors, "2017", number="T-001", summary=title
    )

    entries = bibtexparser.parse_string(citations.bibtex_entry(citation) * 2)
    references = rispy.loads(citations.ris_reference(citation) * 2)

    assert [block.key for block in entries.entries] == ["key"]
    assert len(entries.failed_blocks) == 1  # the same key again
    assert [one["accession_number"] for one in references] == ["T-001", "T-001"]


def test_a_citation_has_the_day_of_the_version_that_it_cites(client):
    record = published("theme")
    Publication.objects.update(
        issued_at=datetime(2018, 3, 14, 12, tzinfo=UTC), modified_at=datetime(2026, 5, 6, 12, tzinfo=UTC)
    )

    [entry] = read_bibtex(text_of(client.get(f"{record.url[:-1]}.bib")))
    [reference] = rispy.loads(text_of(client.get(f"{record.url[:-1]}.ris")))

    assert {field.key: field.value for field in entry.fields}["date"] == "2026-05-06"
    assert (reference["year"], reference["date"]) == ("2026", "2026/05/06/")


# What all forms share


@EVERY_FORMAT
def test_a_file_has_what_is_published_and_nothing_else(client, suffix):
    record = published("technology", title="Published and seen")
    make("technology", title="A secret draft")
    withdrawn = published("technology", title="Withdrawn again")
    workflow.withdraw(withdrawn, reason="Wrong.")

    text = text_of(client.get(f"/technologies.{suffix}"))

    assert record.title in text
    assert "secret draft" not in text
    assert "Withdrawn again" not in text


@EVERY_FORMAT
@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.slow
def test_a_file_costs_the_same_however_many_records(client, suffix, count, django_assert_max_num_queries):
    several_published("technology", count)
    client.get("/technologies/")  # reads what changed into the search index

    with django_assert_max_num_queries(6):
        text_of(client.get(f"/technologies.{suffix}?sort=title"))


@EVERY_FORMAT
def test_the_same_file_has_the_same_tag_until_something_changes(client, suffix):
    record = published("technology")
    address = f"/technologies.{suffix}"
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    save(working_document(record) | {"title": "Another"}, "technology", fresh(record))
    publish(fresh(record))
    later = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Last-Modified"] == first.headers["Last-Modified"]
    assert later.status_code == 200
    assert "Another" in text_of(later)


@EVERY_FORMAT
@pytest.mark.parametrize(("number", "status"), [(3, 200), (4, 413)])
def test_a_file_has_a_limit(client, suffix, number, status, settings):  # gate 4.2
    settings.EXPORT_LIMIT = 3
    several_published("technology", number)

    response = client.get(f"/technologies.{suffix}")

    assert response.status_code == status
    if status == 413:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert "4 records" in response.json()["detail"]


# gates 4.2, 4.3
@EVERY_FORMAT
@pytest.mark.parametrize(
    ("query", "named"),
    [("x=1", "x"), ("view=table", "view"), ("page=1", "page"), ("sort=nothing", "sort"), ("sort=--title", "sort"),
     ("sort=title&sort=checked", "sort"), ("theme=nowhere", "theme"), ("q=%00", "q"), (f"q={'x' * 201}", "q")],
)  # fmt: skip
def test_bad_parameters_are_named(client, suffix, query, named):
    response = client.get(f"/technologies.{suffix}?{query}")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [named]


@pytest.mark.parametrize(
    "address",
    [
        "/nothing.csv",
        "/technologies.xlsx",
        "/nothing/T-001.json",
        "/technologies/T-9999.bib",
        "/technologies/T-001.csv",
        "/technologies/%00.json",
    ],
)
def test_other_files_are_not_there(client, address):
    assert client.get(address, follow=True).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "NONSENSE"])
def test_files_can_only_be_read(client, method):  # gate 4.13
    record = published("technology")

    for address in ("/technologies.csv", f"{record.url.rstrip('/')}.json"):
        response = client.generic(method, address)
        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


def test_search_needs_words(client):
    response = client.get("/search.json")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["q"]


# Records


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_every_record_has_its_other_forms(client, kind):
    record = published(kind)
    address = record.url.rstrip("/")

    document = json.loads(text_of(client.get(f"{address}.json")))
    entries = read_bibtex(text_of(client.get(f"{address}.bib")))
    references = rispy.loads(text_of(client.get(f"{address}.ris")))

    assert document == client.get(api_item(record)).json()
    name = f"medi4sec-{kind.name}-{record.identifier}"
    items = json.loads(text_of(client.get(f"{address}.csl.json")))
    keys = [f"{name}-work", name] if kind.thing.is_published else [name]
    assert [entry.key for entry in entries] == [reference["id"] for reference in references] == keys
    assert [item["id"] for item in items] == keys


@pytest.mark.parametrize("suffix", [form.suffix for form in forms_of_records()])
def test_a_records_forms_move_and_go_with_it(client, suffix):
    record, other = several_published("technology", 2)
    draft = make("technology")
    address = f"{record.url.rstrip('/')}.{suffix}"

    spelled = client.get(f"/technologies/{record.identifier}.{suffix}")
    unseen = client.get(f"/technologies/{draft.identifier}.{suffix}")
    refused = client.get(f"{address}?x=1")
    workflow.withdraw(record, reason="Wrong.", successor=other)
    gone = client.get(address)

    assert (spelled.status_code, spelled.headers["Location"]) == (301, address)
    assert unseen.status_code == 404
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "x")
    assert gone.status_code == 410
    assert gone.json()["reason"] == "Wrong."
    assert gone.json()["successor"] == f"{settings.BASE_URL}{other.url}"


def test_every_list_has_its_files(client):
    for path in paths():
        for form in forms_of_lists():
            assert client.get(f"/{path}.{form.suffix}").status_code == 200
