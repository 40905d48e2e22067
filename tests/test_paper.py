"""Papers: what a record's PDF says, that everybody can read it, and that the same record gives the same bytes."""

import html
import os
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pypdfium2
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.timezone import localdate
from docx import Document
from hypothesis import example, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from page import validate_pdf_bytes

from media4sec.kinds import kinds
from media4sec.languages import language_tag
from media4sec.paper import typesetting
from media4sec.paper.blocks import (
    FactList,
    Heading,
    NewPage,
    Note,
    Notice,
    Paper,
    Paragraph,
    Piece,
    Points,
    SquareCode,
    Table,
    quoted,
    worded,
)
from media4sec.paper.qr import qr_svg
from media4sec.paper.records import paper_of
from media4sec.paper.text_document import WRITERS, as_docx
from media4sec.paper.typesetting import as_pdf
from media4sec.portal.record.page import page_of
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.saying import day
from tests.conftest import ROOT
from tests.factories import fresh, full_document_for, publication_of, publish, published, save

pytestmark = pytest.mark.once

LINK, IN_ASCII = "https://example.org/a?b=c&d=é", "https://example.org/a?b=c&d=%C3%A9"
# What typst would take for markup, and what a PDF or XML would take for its own.
ODD = r'#import "x.typ" $x$ *bold* `raw` @ref <label> \ // /* = - + [a](b) #panic() & ]]> "quoted"'
PAPER = Paper(
    title=quoted("A demonstration: Đorđe, č š ž"),
    language="de",
    address="https://kb.example.eu/situations/S-001-x/",
    made_at=datetime(2026, 11, 29, 12, 0, tzinfo=UTC),
    stamp="Version 3",
    kicker="Situation",
    plate="S-001",
    lead=quoted(ODD),
    has_contents=True,
    cover=[SquareCode(LINK, worded("This list"))],
    blocks=[
        Heading(worded("Rechtliche Punkte")),
        FactList([(worded("Stand"), [quoted("Ελληνική Αστυνομία"), quoted("elsewhere", LINK)])]),
        Notice(worded("Keine Rechtsberatung")),
        Heading(worded("Below"), 3),
        Points([quoted(ODD), [Piece("strong", is_strong=True), Piece(" and plain")]]),
        Table(
            [worded("Issue"), worded("Ask")],
            [[[quoted(f"I-{number:03}")], [quoted("Why?"), quoted("How? " * 30)]] for number in range(40)],
            (1, 3),
        ),
        Note(quoted("Кириллица, and 日本")),
        NewPage(),
        Heading(worded("Last")),
        Paragraph(quoted(ODD)),
    ],
)


def text_in(content):
    """The words of a PDF, in the order in which it is read aloud, on one line."""
    with pypdfium2.PdfDocument(content) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(texts).replace("\ufffe", "").split())


def links_of(content):
    return {match.decode() for match in re.findall(rb"/URI ?\((.*?)(?<!\\)\)", content)}


def without_spaces(text):
    return "".join(text.split())


# What typesetting makes


def test_every_kind_of_part_is_in_both_forms():
    assert {type(block).__name__ for block in (*PAPER.cover, *PAPER.blocks)} == set(WRITERS)


def test_text_is_never_read_as_a_template():
    text = without_spaces(text_in(as_pdf(PAPER)))

    assert text.count(without_spaces(ODD)) == 3


def test_a_pdf_says_its_title_and_language_and_that_everybody_can_read_it():
    content = as_pdf(PAPER)

    with pypdfium2.PdfDocument(content) as document:
        assert document.get_metadata_value("Title") == "S-001 A demonstration: Đorđe, č š ž"
        assert document.get_metadata_value("CreationDate").startswith("D:20261129120000")
        assert len(document) > 2
    assert re.search(rb"/Lang ?\(de", content)
    assert b"/Lang (en" in content or b"/Lang(en" in content  # words of records among German ones
    assert b"/MarkInfo" in content
    assert b"/StructTreeRoot" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_letters_of_all_languages_are_in_the_fonts(language):
    words = "Đorđe čšž ñ ß œ Ελληνική Αστυνομία ěłő"
    text = text_in(as_pdf(replace(PAPER, language=language_tag(language), lead=quoted(words))))

    assert words in text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@example("日本 🚨 \u202e \u200d e\u0301\u0323 \u00ad \ue000 \U000e0041")
@settings_of_hypothesis(max_examples=40, deadline=None)
def test_any_letters_give_a_paper(text):
    paper = replace(PAPER, lead=quoted(text), blocks=[])

    assert "S-001" in text_in(as_pdf(paper))


def test_links_lead_where_they_say():
    assert links_of(as_pdf(PAPER)) == {IN_ASCII}


def test_the_same_paper_gives_the_same_bytes():
    assert as_pdf(PAPER) == as_pdf(PAPER)
    assert as_docx(PAPER) == as_docx(PAPER)
    assert as_pdf(PAPER) != as_pdf(replace(PAPER, stamp="Version 4"))


def test_templates_read_no_file_outside_their_folder(monkeypatch, tmp_path):
    (tmp_path / "secret.txt").write_text("planted")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "reads.typ").write_text('#read("../secret.txt")')
    monkeypatch.setattr(typesetting, "PAPER_TEMPLATES", tmp_path / "templates")

    with pytest.raises(RuntimeError, match=r"project root|outside"):
        typesetting.typeset("reads.typ", {}, PAPER.made_at)


def test_a_text_document_keeps_headings_and_texts():
    document = Document(BytesIO(as_docx(PAPER)))

    headings = [
        (paragraph.style.name, paragraph.text)
        for paragraph in document.paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    assert headings == [
        ("Heading 1", "S-001 A demonstration: Đorđe, č š ž"),
        ("Heading 2", "Rechtliche Punkte"),
        ("Heading 3", "Below"),
        ("Heading 2", "Last"),
    ]
    assert [paragraph.text for paragraph in document.paragraphs].count(ODD) == 3
    assert len(document.tables[1].rows) == 41
    core = document.core_properties
    assert (core.title, core.language) == ("S-001 A demonstration: Đorđe, č š ž", "de")
    with ZipFile(BytesIO(as_docx(PAPER))) as package:
        links = package.read("word/_rels/document.xml.rels").decode()
    assert 'Target="https://example.org/a?b=c&amp;d=%C3%A9" TargetMode="External"' in links


def test_others_open_a_text_document_and_find_its_headings(soffice, tmp_path):
    assert headings_elsewhere(as_docx(PAPER), soffice, tmp_path) == [
        (1, "S-001 A demonstration: Đorđe, č š ž"),
        (2, "Rechtliche Punkte"),
        (3, "Below"),
        (2, "Last"),
    ]


def headings_elsewhere(content, soffice, folder):
    """``[(level, text)]`` of a text document, as LibreOffice understands it."""
    (folder / "paper.docx").write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        soffice,
        profile,
        "--headless",
        "--convert-to",
        "html",
        "--outdir",
        folder,
        folder / "paper.docx",
    ]

    subprocess.run(command, check=True, capture_output=True, timeout=120)

    page = (folder / "paper.html").read_text("utf-8")
    return [
        (int(level), " ".join(html.unescape(re.sub("<[^>]+>", "", text)).split()))
        for level, text in re.findall(r"<h([1-6])\b[^>]*>(.*?)</h\1>", page, re.DOTALL)
    ]


def test_a_square_code_is_a_picture_without_a_size():
    svg = qr_svg("https://kb.example.eu/since/1499/?ids=S-002")

    assert re.match(r'<svg xmlns="[^"]+" viewBox="0 0 (\d+) \1"><path ', svg)
    assert svg == qr_svg("https://kb.example.eu/since/1499/?ids=S-002") != qr_svg("https://kb.example.eu/")


# What a record's paper says


@pytest.mark.django_db
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_every_kind_has_a_paper(client, kind):
    published("theme")
    record = workflow.publish(save(full_document_for(kind), kind.name))

    response = client.get(f"{record.url[:-1]}.pdf")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    text = text_in(response.content)
    assert without_spaces(record.title) in without_spaces(text)
    assert "Version 1 of" in text
    assert f"{settings.BASE_URL}{record.url}" in text


@pytest.mark.django_db
def test_a_paper_says_what_the_page_says(client):
    issue = published(
        "issue",
        title="Watching crowds",
        questions_to_ask=["Whom would it reach?"],
        safeguards=["Delete after a day."],
    )
    situation = published(
        "situation",
        title="A march",
        issues=[issue.identifier],
        points=[{"key": "p", "aspect": "bad", "actor": "", "text": "It frightens people.", "refs": []}],
        alternatives=[{"key": "a", "type": "low-tech", "text": "Ask the organiser."}],
    )

    text = text_in(client.get(f"{situation.url[:-1]}.pdf").content)

    for words in (
        "A march",
        "It frightens people. (Editorial)",
        "Watching crowds",
        "Whom would it reach?",
        "Delete after a day.",
        "Ask the organiser.",
        "Not legal advice.",
        "No source is recorded for this record as a whole.",
        f"Instrument, status on {day(localdate())}",
    ):
        assert words in text
    assert "status today" not in text


@pytest.mark.django_db
def test_a_paper_speaks_the_language_of_its_address(client):
    record = published("technology", issues=[published("issue").identifier])

    with translation.override("de"):
        label = translation.gettext("Evidence and history")
    german = client.get(f"/de{record.url[:-1]}.pdf").content

    assert label in text_in(german)
    assert "data-protection officer" not in text_in(german)
    assert f"{settings.BASE_URL}/de{record.url}" in text_in(german)
    assert re.search(rb"/Lang ?\(de", german)


@pytest.mark.django_db
def test_what_records_say_is_marked_as_english_in_a_paper_of_another_language():
    tool = published("technology", title="A tool", price="free", price_note="For police only.")
    issue = published("issue", title="Watching crowds")
    publish(save(working_document(tool) | {"issues": [issue.identifier]}, "technology", fresh(tool)))

    with translation.override("de"):
        said = {
            one.text: one.language
            for record in (tool, issue)
            for one in pieces(paper_of(page_of(publication_of(fresh(record)))).blocks)
        }

    assert [said[text] for text in ("A tool", "For police only.", "Watching crowds")] == ["en"] * 3


def pieces(part):
    """All pieces in a part of a paper."""
    if isinstance(part, Piece):
        return [part]
    if is_dataclass(part):
        part = [getattr(part, field.name) for field in fields(part)]
    return [piece for one in part for piece in pieces(one)] if isinstance(part, (list, tuple)) else []


@pytest.mark.django_db
def test_a_page_leads_to_its_paper_in_its_language(client):
    record = published("technology")

    for before in ("", "/de"):
        page = client.get(f"{before}{record.url}").content.decode()
        assert f'href="{before}{record.url[:-1]}.pdf"' in page


@pytest.mark.django_db
def test_other_spellings_lead_to_the_paper_and_what_is_withdrawn_says_so(client):
    record = published("technology", title="Tool")
    other = client.get(f"/technologies/{record.identifier}.pdf")
    assert (other.status_code, other.headers["Location"]) == (301, f"{record.url[:-1]}.pdf")

    workflow.withdraw(record, reason="It is gone.")

    assert client.get(f"{record.url[:-1]}.pdf").status_code == 410
    assert client.get("/technologies/T-999.pdf").status_code == 404
    assert client.get("/nothing/T-999.pdf").status_code == 404


# Papers of all kinds


SITUATION = "/situations/S-002-planned-demonstration"
PAPERS = {  # each with what is sent, where it is not only asked for
    f"{SITUATION}.pdf": None,
    "/technologies/T-001-publicsonar.pdf": None,
    f"{SITUATION}/brief.pdf": None,
    f"/el{SITUATION}/brief.pdf": None,
    f"{SITUATION}/exercise.pdf?seed=7": None,
    "/list.pdf?ids=S-002,T-001,theme:dark-web,I-001,P-001": None,
    "/patterns/cards.pdf?ids=P-001,P-024": None,
    "/patterns/cards.pdf?ids=P-001,P-024&layout=8": None,
    "/technologies/compare.pdf?ids=T-001,T-005": None,
    "/check/result.pdf": {"Q26": ["scrape"], "Q12": ["crowd"], "situation": "S-002", "on": "2027-07-11"},
}


def faults_of(content):
    """What a judge of PDF/UA-1 finds, by the rules of veraPDF."""
    return {
        failure.rule_id: failure.message for failure in validate_pdf_bytes(content, profile="ua1").failures
    }


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("address", PAPERS)
def test_a_judge_finds_every_paper_accessible_and_it_is_the_same_again(client, address):
    sent = PAPERS[address]

    first, second = (client.post(address, sent) if sent else client.get(address) for _ in range(2))

    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    assert faults_of(first.content) == {}
    assert first.content == second.content


@pytest.mark.parametrize(
    ("part", "instead", "rule"),
    [
        (b"/MarkInfo", b"/MarkInfx", "PDFUA1-TAGGED-DOCUMENT-001"),
        (b"/StructTreeRoot", b"/StructTreeRoox", "PDFUA1-STRUCT-TREE-ROOT-001"),
        (b"<pdfuaid:part>1", b"<pdfuaid:part>7", "PDFUA1-ID-PART-001"),
        (b"/DisplayDocTitle", b"/DisplayDocTitlx", "PDFUA1-VIEWER-PREFERENCES-001"),
        (b"/Tabs", b"/Tabx", "PDFUA1-PAGE-TABS-001"),
        (b"/Lang", b"/Lanx", "PDFUA1-TEXT-LANGUAGE-001"),
        (b"/Contents(", b"/Contentx(", "PDFUA1-LINK-CONTENTS-001"),
        (b"/S/H2", b"/S/H5", "PDFUA1-HEADING-NESTING-001"),
        (b"/FontFile", b"/FontFilx", "PDFUA1-FONT-EMBEDDING-001"),
    ],
)
def test_the_judge_finds_what_is_missing(part, instead, rule):
    content = as_pdf(PAPER)
    assert part in content

    assert rule in faults_of(content.replace(part, instead))


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("address", ["/list.docx?ids=S-002,T-001", "/check/result.docx"])
@pytest.mark.slow
def test_others_find_the_headings_of_every_text_document(client, soffice, tmp_path, address):
    sent = PAPERS.get(address.replace("docx", "pdf"))
    content = (client.post(address, sent) if sent else client.get(address)).content

    found = headings_elsewhere(content, soffice, tmp_path)

    written = [
        (int(paragraph.style.name.removeprefix("Heading ")), " ".join(paragraph.text.split()))
        for paragraph in Document(BytesIO(content)).paragraphs
        if paragraph.style.name.startswith("Heading ")
    ]
    assert found == written
    assert len(found) > 5


def test_a_worker_that_makes_no_paper_does_not_load_what_writes_them():
    environment = os.environ | {
        "DEBUG": "true",
        "BASE_URL": "http://127.0.0.1",
        "DATABASE_URL": "sqlite://:memory:",
    }
    all_views = (
        "import sys, media4sec.server; from django.urls import get_resolver; get_resolver().url_patterns"
    )
    code = f"{all_views}; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    loaded = found.stdout.split()

    assert "media4sec.paper.typesetting" in loaded
    assert {"typst", "docx", "openpyxl"}.isdisjoint(loaded)
