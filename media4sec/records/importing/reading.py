"""A file as rows: CSV, XLSX or JSON, within limits that are asked before anything is unpacked or parsed."""

import csv
import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice

from media4sec.records.folder_io import parsed

MOST_BYTES = 10 * 2**20
MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 10_000, 200, 100_000
MOST_UNPACKED, MOST_ENTRIES = 100 * 2**20, 200  # of an XLSX file, which is a zip file
MOST_SHEET_ROWS = 100_000  # rows of a sheet, empty ones included
MOST_TOLD = 1_000  # things wrong with one file; nobody reads more
FIRST_LINES = 5  # among which the header is looked for
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
AS_UTF_8 = "Save it as “CSV UTF-8”, or upload the spreadsheet itself (.xlsx)."
OLD_EXCEL, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
# What openpyxl turns into dates, and what a sheet shows where a formula failed.
ERROR, FORMULA = "e", "f"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a file: the row as a spreadsheet counts it (0: the file), the column, and what."""

    row: int
    column: str
    message: str

    @property
    def place(self):
        places = [f"row {self.row}"] if self.row else []
        places += [f"column {self.column}"] if self.column else []
        return ", ".join(places).capitalize()


class NotRead(Exception):
    """The file cannot be read; ``faults`` says why."""

    def __init__(self, *faults):
        self.faults = [fault if isinstance(fault, Fault) else Fault(0, "", fault) for fault in faults]
        super().__init__("; ".join(fault.message for fault in self.faults))


@dataclass
class FileRows:
    """What a file says: names of columns and texts of cells, or documents."""

    header: list[str] = field(default_factory=list)
    header_row: int = 1
    rows: list = field(default_factory=list)  # (number, cells), or (number, document)
    faults: list[Fault] = field(default_factory=list)
    is_documents: bool = False


def letter(index):
    """What a spreadsheet calls a column: A, B … Z, AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def column_name(index, name=""):
    return f"{letter(index)} ({in_brief(name)})" if name else letter(index)


def in_brief(text, most=60):
    """A text in a message."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())
    return text if len(text) <= most else f"{text[:most]}…"


def read(file_name, content, known):
    """The rows of a file; ``known`` are the names that a header may have. Raises ``NotRead``."""
    if len(content) > MOST_BYTES:
        raise NotRead(f"The file has more than {MOST_BYTES // 2**20} MB. Import it in parts.")
    if not content.strip():
        raise NotRead("The file is empty.")
    suffix = file_name.lower().rpartition(".")[2]
    if content.startswith(OLD_EXCEL):
        raise NotRead("This is an old or protected Excel file. Save it as .xlsx, without a password.")
    if suffix == "xlsx" or content.startswith(ZIP):
        if not content.startswith(ZIP):
            raise NotRead("The name of the file says that it is an Excel file (.xlsx), but it is none.")
        return _table(_of_workbook(content), known)
    if suffix == "json":
        return _documents(content)
    if suffix not in ("csv", "tsv", "txt"):
        raise NotRead("Files to be imported are tables (.csv, .xlsx) or lists of documents (.json).")
    return _table(_of_text(content, known), known)


# JSON


def _documents(content):
    try:
        found = parsed(content)
    except ValueError as error:
        raise NotRead(str(error)) from error
    if not isinstance(found, list):
        raise NotRead("The file must be a list of documents.")
    if len(found) > MOST_ROWS:
        raise NotRead(f"The file has {len(found):,} documents; at most {MOST_ROWS:,} are imported at once.")
    sheet = FileRows(header_row=0, is_documents=True)
    for number, document in enumerate(found, start=1):
        if not isinstance(document, dict):
            sheet.faults.append(Fault(number, "", "This is no document: {…} is one."))
        elif len(document) > MOST_COLUMNS:
            sheet.faults.append(Fault(number, "", f"A document has at most {MOST_COLUMNS} fields."))
        else:
            sheet.rows.append((number, document))
            sheet.faults += [
                _too_long(number, name, value)
                for name, value in document.items()
                if isinstance(value, str) and len(value) > MOST_LETTERS
            ]
    return sheet


def _too_long(row, column, text):
    says = f"The cell has {len(text):,} letters; at most {MOST_LETTERS:,} are read."
    return Fault(row, in_brief(column), says)


# Tables


def _table(lines, known):
    """A header and the rows below it, of the lines of a table: ``(number, cells, what is wrong with them)``."""
    sheet, first = FileRows(), []
    for line in lines:
        number, cells, faults = line
        if not sheet.header:
            if not any(cells):
                continue
            sheet.header, sheet.header_row = [" ".join(cell.split()) for cell in cells], number
            if len(cells) > MOST_COLUMNS:
                raise NotRead(
                    Fault(number, "", f"There are {len(cells)} columns; at most {MOST_COLUMNS} are read.")
                )
            sheet.faults += faults
            continue
        if not any(cells):
            sheet.faults += faults
            continue
        if len(first) < FIRST_LINES:
            first.append((number, cells))
        if len(sheet.rows) == MOST_ROWS:
            raise NotRead(f"The file has more than {MOST_ROWS:,} rows. Import it in parts.")
        sheet.rows.append((number, cells))
        sheet.faults += faults
        sheet.faults += _faults_of(number, cells, sheet.header)
        if len(sheet.faults) > MOST_TOLD:
            break
    if not sheet.header:
        raise NotRead("The file is empty.")
    _refuse_heading(sheet, first, known)
    sheet.faults += _faults_of_header(sheet)
    return sheet


def _faults_of(number, cells, header):
    """Cells are never shifted: one that stands under no name is an error."""
    if len(cells) > len(header):
        extra = next(index for index in range(len(header), len(cells)) if cells[index])
        yield Fault(
            number,
            letter(extra),
            f"The row has {len(cells)} cells, the header {len(header)}: “{in_brief(cells[extra])}” has no column.",
        )
    for index, cell in enumerate(cells):
        if len(cell) > MOST_LETTERS:
            yield _too_long(number, column_name(index, "".join(header[index : index + 1])), cell)
        elif cell and index < len(header) and not header[index]:
            yield Fault(number, letter(index), f"“{in_brief(cell)}” stands in a column without a name.")


def _refuse_heading(sheet, first, known):
    """Something above the header: a heading, a category, a date."""
    if known & set(sheet.header):
        return
    for number, cells in first:
        if len(known & set(cells)) > 1 or (known & set(cells) and len([one for one in cells if one]) == 1):
            lines = f"Line {sheet.header_row} is no header"
            raise NotRead(
                f"{lines}: the names of the fields stand in line {number}. Take away what stands above them."
            )


def _faults_of_header(sheet):
    for index, name in enumerate(sheet.header):
        if name and name in sheet.header[:index]:
            yield Fault(sheet.header_row, column_name(index, name), "Another column has this name as well.")


# CSV


def _of_text(content, known):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotRead(f"The file was saved in another encoding than UTF-8 (UTF-16). {AS_UTF_8}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        says = f"Line {line}: the file was saved in another encoding than UTF-8. {AS_UTF_8}"
        raise NotRead(says) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise NotRead(f"Line {line}: here stands the sign U+0000 NUL. This is no file of text.")
    stated = re.match(r"sep=([,;\t])\r?\n", text)  # what Excel writes and reads as a first line
    return _lines_of(content, stated[1] if stated else _separator(content, known), 1 if stated else 0)


def _separator(content, known):
    """The sign that stands between cells: the one that leaves most names of fields in the first lines."""
    found = {}
    for separator in SEPARATORS:
        try:
            lines = list(islice(csv.reader(_text_lines(content), delimiter=separator), FIRST_LINES))
        except csv.Error:
            continue
        most = max((len(known & {cell.strip() for cell in cells}) for cells in lines), default=0)
        found[separator] = most, len(lines[0]) if lines else 0
    return max(found, key=found.get) if found else ","


def _text_lines(content):
    """The text line by line: the whole of it would take four times the room of its bytes."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")


def _lines_of(content, separator, before):
    """``before`` lines stand above; rows are counted as a spreadsheet does, however many lines one takes."""
    lines = _text_lines(content)
    for _ in range(before):
        next(lines)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = before
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                says = f"A cell has more than {MOST_LETTERS:,} letters, or a quotation mark is not closed."
            else:
                says = "A quotation mark stands within a cell, or is not closed. Within quotation marks, double it."
            raise NotRead(Fault(number, "", says)) from error
        yield number, _without_end(cells), ()


def _without_end(cells):
    """The cells up to the last one that says something."""
    while cells and not cells[-1].strip():
        cells.pop()
    return [cell if cell.strip() else "" for cell in cells]


# XLSX


def _of_workbook(content):
    _refuse_bomb(content)
    lines = _sheet_lines(content)
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except NotRead:
            raise
        except Exception as error:  # openpyxl says what it wants to by exceptions of any kind
            raise NotRead(
                "The Excel file cannot be read: it is damaged, or was not made by a spreadsheet program. "
                "Open it there, and save it again as .xlsx."
            ) from error
        yield line


def _refuse_bomb(content):
    """What the directory of a zip file says is known before anything is unpacked, and nothing gets larger than it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise NotRead("The Excel file is damaged. Save it again as .xlsx.") from error
    if len(entries) > MOST_ENTRIES:
        raise NotRead(f"The Excel file holds {len(entries):,} files; at most {MOST_ENTRIES} are unpacked.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        says = f"Unpacked, the Excel file would have {unpacked // 2**20:,} MB"
        raise NotRead(f"{says}; at most {MOST_UNPACKED // 2**20} MB are unpacked.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise NotRead("The Excel file is protected by a password. Save it without one.")
    if not any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise NotRead("This is a zip file, but no Excel file. Save the table as .xlsx or .csv.")


def _sheet_lines(content):
    from openpyxl import load_workbook  # 8 MB that most workers never need

    with warnings.catch_warnings():  # openpyxl tells what it leaves out: colours, rules, pictures
        warnings.simplefilter("ignore")
        # Not “data only”: a formula’s last value would pass for something that somebody wrote.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            if not book.worksheets:
                raise NotRead("The Excel file has no sheet.")
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of itself need not be true
            for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
                if number > MOST_SHEET_ROWS:
                    raise NotRead(f"The sheet has more than {MOST_SHEET_ROWS:,} rows, empty ones included.")
                texts, faults = [], []
                for index, cell in enumerate(row):
                    texts.append(_text_of(cell, number, index, faults) if cell.value is not None else "")
                yield number, _without_end(texts), faults
        finally:
            book.close()


def _text_of(cell, number, index, faults):
    """The text of a cell of a sheet; what cannot be one is added to the faults."""
    value = cell.value
    if cell.data_type == FORMULA:
        shown = in_brief(getattr(value, "text", None) or value)
        says = f"The cell holds the formula “{shown}”. Formulas are not worked out: paste its value instead."
    elif cell.data_type == ERROR:
        says = f"The cell holds the error {in_brief(value)}."
    else:
        match value:
            case bool():
                return "true" if value else "false"
            case datetime() if value.time() == time():
                return value.date().isoformat()
            case datetime() | date() | time():
                return value.isoformat()
            case float() if value.is_integer() and abs(value) < 1e15:
                return str(int(value))
        return str(value)
    faults.append(Fault(number, letter(index), says))
    return ""
