"""What files are read as rows, and what is said of those that are not."""

import csv
import io
import json
import re
import zipfile
from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.xml import DEFUSEDXML, LXML

from media4sec.cells import EMPTIED, unprotected, written
from media4sec.records.importing.reading import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ENTRIES,
    MOST_LETTERS,
    MOST_ROWS,
    NotRead,
    letter,
    read,
)

OLD = "This is an old or protected Excel file. Save it as .xlsx, without a password."
QUOTED = "A quotation mark stands within a cell, or is not closed. Within quotation marks, double it."
MISSING = (
    "Not valid JSON: line 1, column 2: a value is missing, or a text without quotation marks begins here."
)
NONE = "The name of the file says that it is an Excel file (.xlsx), but it is none."
ENCODED = "Line 1: the file was saved in another encoding than UTF-8. Save it as UTF-8."
LONG = "A cell has more than 100,000 letters, or a quotation mark is not closed."
OTHER = "Files to be imported are tables (.csv, .xlsx) or lists of documents (.json)."
KNOWN = {"identifier", "title", "summary", "checked_on"}


def rows_of(content, name="rows.csv", known=KNOWN):
    content = content.encode() if isinstance(content, str) else content
    sheet = read(name, content, known)
    return sheet.header, sheet.rows, [(fault.row, fault.column, fault.message) for fault in sheet.faults]


def refusal(content, name="rows.csv"):
    with pytest.raises(NotRead) as refused:
        rows_of(content, name)
    return [(fault.row, fault.message) for fault in refused.value.faults]


def workbook(*rows, change=None):
    """The bytes of a spreadsheet with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(content, names, change=None, **options):
    """A spreadsheet of which some parts are others: ``{name: bytes}``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", **options) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, names.get(entry.filename, old.read(entry)))
        for name in names.keys() - set(old.namelist()):
            new.writestr(name, names[name])
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_however_it_is_written(separator, start, end):
    lines = [separator.join(row) for row in (("title", "summary"), ("Žitnik", "a: b"), ("", ""), ("B", ""))]

    header, rows, faults = rows_of(start + end.join(lines))

    assert (header, faults) == (["title", "summary"], [])
    assert rows == [(2, ["Žitnik", "a: b"]), (4, ["B"])]


def test_a_separator_that_is_stated_is_taken():
    assert rows_of("sep=;\ntitle;summary\nA;B, C\n")[1] == [(3, ["A", "B, C"])]


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    assert rows_of('title,summary\nA,"two\nlines"\nB,one\n')[1] == [
        (2, ["A", "two\nlines"]),
        (3, ["B", "one"]),
    ]


def test_another_encoding_is_told_with_its_line():  # E-27
    content = "title;summary\nA;B\nJörg;C\n".encode("cp1252")
    says = (
        "Line 3: the file was saved in another encoding than UTF-8. "
        "Save it as “CSV UTF-8”, or upload the spreadsheet itself (.xlsx)."
    )

    assert refusal(content) == [(0, says)]
    assert "UTF-16" in refusal("title\nA\n".encode("utf-16"))[0][1]
    assert refusal(b"title\nA\0B\n") == [
        (0, "Line 2: here stands the sign U+0000 NUL. This is no file of text.")
    ]


def test_a_heading_above_the_header_is_told():  # E-27
    says = "Line 1 is no header: the names of the fields stand in line 3. Take away what stands above them."

    assert refusal("Tools\n\ntitle,summary\nA,B\n") == [(0, says)]


def test_a_cell_too_many_is_named_and_nothing_is_shifted():  # E-27
    _, rows, faults = rows_of("title,summary\nA,B,C\nD,E\n")

    assert faults == [(2, "C", "The row has 3 cells, the header 2: “C” has no column.")]
    assert rows == [(2, ["A", "B", "C"]), (3, ["D", "E"])]


def test_a_cell_under_no_name_and_names_that_stand_twice_are_told():
    faults = rows_of("title,,title\nA,B,\n")[2]

    assert faults == [
        (2, "B", "“B” stands in a column without a name."),
        (1, "C (title)", "Another column has this name as well."),
    ]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.csv", "The file is empty."),
        (b" \n\n", "a.csv", "The file is empty."),
        (b",,\n,,\n", "a.csv", "The file is empty."),
        (b"title\nA\n", "a.pdf", OTHER),
        (b"title\nA\n", "a.xlsx", NONE),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "a.xls", OLD),
        (b'title\n"A\n', "a.csv", QUOTED),
        (b'title\n"A"B\n', "a.csv", QUOTED),
        (b'title\n"' + b"x" * 140_000 + b'"\n', "a.csv", LONG),
        (b"{}", "a.json", "The file must be a list of documents."),
        (b"[", "a.json", MISSING),
        (b"[" * 100_000, "a.json", "Not valid JSON: lists and objects stand too deeply within each other."),
        (b'[{"a": NaN}]', "a.json", "Not valid JSON: NaN is not a number of JSON."),
        ("[{}]".encode("utf-16"), "a.json", ENCODED),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(content, name, says):
    assert [message for _, message in refusal(content, name)] == [says]


def table(rows, columns=2, cell="A"):
    """A table of that many rows and columns."""
    names = ["title", *(f"c{number}" for number in range(columns - 1))]
    return "\n".join([",".join(names), *[",".join([cell] * columns)] * rows])


def test_limits_are_kept_and_named():  # gate 4.2
    assert len(rows_of(table(MOST_ROWS))[1]) == MOST_ROWS
    assert refusal(table(MOST_ROWS + 1)) == [(0, "The file has more than 10,000 rows. Import it in parts.")]
    assert rows_of(table(1, MOST_COLUMNS))[2] == []
    assert refusal(table(1, MOST_COLUMNS + 1)) == [(1, "There are 201 columns; at most 200 are read.")]
    assert rows_of(table(1, cell="x" * MOST_LETTERS))[2] == []
    says = "The cell has 100,001 letters; at most 100,000 are read."
    assert rows_of(table(1, 1, cell="x" * (MOST_LETTERS + 1)))[2] == [(2, "A (title)", says)]
    assert refusal(b"x" * (MOST_BYTES + 1)) == [(0, "The file has more than 10 MB. Import it in parts.")]
    documents = json.dumps([{"title": "A"}] * (MOST_ROWS + 1))
    says = "The file has 10,001 documents; at most 10,000 are imported at once."
    assert refusal(documents, "a.json") == [(0, says)]
    long = json.dumps([{"title": "x" * (MOST_LETTERS + 1)}, 7, dict.fromkeys(map(str, range(201)), 1)])
    assert rows_of(long, "a.json")[2] == [
        (1, "title", "The cell has 100,001 letters; at most 100,000 are read."),
        (2, "", "This is no document: {…} is one."),
        (3, "", "A document has at most 200 fields."),
    ]


def test_columns_are_called_as_in_a_spreadsheet():
    assert [letter(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


# XLSX


def test_cells_of_a_sheet_become_texts():
    content = workbook(
        ["title", "summary", "checked_on"],
        ["A", 5, date(2026, 11, 23)],
        [],
        ["=A", 2.5, datetime(2026, 11, 23, 12, 30)],
        [True, 3.0, None],
        change=lambda book: setattr(book.active["A4"], "data_type", "s"),
    )

    header, rows, faults = rows_of(content, "a.xlsx")

    assert (header, faults) == (["title", "summary", "checked_on"], [])
    assert rows == [
        (2, ["A", "5", "2026-11-23"]),
        (4, ["=A", "2.5", "2026-11-23T12:30:00"]),
        (5, ["true", "3"]),
    ]


def test_formulas_and_failures_are_errors_that_name_them():
    content = workbook(["title", "summary"], ["A", "=1+1"], ["=SUM(A1:A2)", "#N/A"])

    assert rows_of(content, "a.xlsx")[2] == [
        (2, "B", "The cell holds the formula “=1+1”. Formulas are not worked out: paste its value instead."),
        (
            3,
            "A",
            "The cell holds the formula “=SUM(A1:A2)”. Formulas are not worked out: paste its value instead.",
        ),
        (3, "B", "The cell holds the error #N/A."),
    ]


def test_a_sheet_that_says_it_is_huge_is_read_as_it_is():
    content = workbook(["title"], ["A"])
    sheet = zipfile.ZipFile(io.BytesIO(content)).read(SHEET)
    huge = sheet.replace(b'<dimension ref="A1:A2"', b'<dimension ref="A1:XFD1048576"')
    assert huge != sheet

    assert rows_of(rewritten(content, {SHEET: huge}), "a.xlsx")[1] == [(2, ["A"])]


def test_a_row_very_far_down_is_not_waited_for():
    content = workbook(["title"], ["A"])
    sheet = zipfile.ZipFile(io.BytesIO(content)).read(SHEET)
    far = sheet.replace(b'<row r="2"', b'<row r="999999999999"')
    assert far != sheet

    says = "The sheet has more than 100,000 rows, empty ones included."
    assert refusal(rewritten(content, {SHEET: far}), "a.xlsx") == [(0, says)]


def test_bombs_are_refused_before_they_are_unpacked():  # gate 4.6
    content = workbook(["title"], ["A"])
    bomb = rewritten(content, {"xl/media/a.bin": b"\0" * (101 * 2**20)}, compression=zipfile.ZIP_DEFLATED)
    many = rewritten(content, {f"xl/media/{number}": b"" for number in range(MOST_ENTRIES)})

    assert len(bomb) < 200_000
    assert refusal(bomb, "a.xlsx") == [
        (0, "Unpacked, the Excel file would have 101 MB; at most 100 MB are unpacked.")
    ]
    assert refusal(many, "a.xlsx")[0][1].startswith("The Excel file holds 20")


def test_a_size_that_is_a_lie_does_not_help():
    content = workbook(["title"], ["A" * 50_000])
    entry = next(one for one in zipfile.ZipFile(io.BytesIO(content)).infolist() if one.filename == SHEET)
    size = entry.file_size.to_bytes(4, "little")

    assert refusal(content.replace(size, (10).to_bytes(4, "little")), "a.xlsx")[0][1].startswith(
        "The Excel file"
    )


@pytest.mark.parametrize(
    "declared",
    ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE a [<!ENTITY b "bbbb">]>'],
)
@pytest.mark.parametrize("name", [SHEET, "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_entities_are_refused(declared, name):  # gate 4.6
    content = workbook(["title"], ["A"])
    text = zipfile.ZipFile(io.BytesIO(content)).read(name).decode()
    _, _, body = text.partition("?>") if text.startswith("<?xml") else ("", "", text)
    changed = f"<?xml version='1.0'?>{declared}{body.replace('<t>A</t>', '<t>&b;</t>')}"

    assert "cannot be read" in refusal(rewritten(content, {name: changed.encode()}), "a.xlsx")[0][1]


def test_sheets_are_read_by_the_parser_that_refuses_entities_whatever_else_is_installed():
    assert (LXML, DEFUSEDXML) == (False, True)


def with_shared_strings(strings):
    """A sheet whose one cell is the first of these strings, as Excel keeps texts."""
    content = workbook(["title"], [7])
    parts = {name: zipfile.ZipFile(io.BytesIO(content)).read(name) for name in (SHEET, "[Content_Types].xml")}
    part = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument'
        b'.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    sheet = re.sub(rb'(<c r="A2")[^>]*><v>7</v>', rb'\1 t="s"><v>0</v>', parts[SHEET])
    types = parts["[Content_Types].xml"].replace(b"</Types>", part)
    return rewritten(
        content, {SHEET: sheet, "[Content_Types].xml": types, "xl/sharedStrings.xml": strings.encode()}
    )


STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'


def test_shared_texts_are_read_and_their_entities_refused():
    laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'

    assert rows_of(with_shared_strings(STRINGS.format("Žitnik")), "a.xlsx")[1] == [(2, ["Žitnik"])]
    assert "cannot be read" in refusal(with_shared_strings(laughs + STRINGS.format("&b;")), "a.xlsx")[0][1]


def test_zip_files_that_are_no_sheets_are_told():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    says = "This is a zip file, but no Excel file. Save the table as .xlsx or .csv."
    assert refusal(out.getvalue(), "a.ods") == [(0, says)]
    assert refusal(out.getvalue()[:40], "a.xlsx") == [
        (0, "The Excel file is damaged. Save it again as .xlsx.")
    ]


SOUND = workbook(["title", "summary"], ["A", "B"], ["C", 5])  # once: it has the time in it


@given(st.data())
def test_a_damaged_sheet_is_read_or_refused(data):  # gate 4.1
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with suppress(NotRead):
        read("a.xlsx", bytes(content), KNOWN)


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.json", "a.xlsx", "a.txt", "a"]))
def test_any_bytes_are_read_or_refused(content, name):  # gate 4.1
    with suppress(NotRead):
        read(name, content, KNOWN)


# Cells


@given(st.text())
def test_a_text_comes_back_from_its_cell(text):  # gate 4.7
    out = io.StringIO()
    csv.writer(out).writerow([written(text), ""])
    (cell, _), *_ = csv.reader(io.StringIO(out.getvalue(), newline=""))

    assert unprotected(written(text)) == text
    assert written(text) != EMPTIED
    assert not written(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert cell == written(text)


def test_an_apostrophe_that_protects_nothing_stays():
    assert unprotected("'s-Hertogenbosch") == "'s-Hertogenbosch"
    assert [unprotected(cell) for cell in ("'=1", "''s", "'[empty]", "'")] == ["=1", "'s", "[empty]", "'"]
