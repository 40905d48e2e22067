"""Pictures of numbers in rows and columns: lying for wide pages, with the names of rows above them for phones."""

from dataclasses import dataclass, replace

from media4sec.drawing import Drawing, Picture, at_most, language_of_content, shortened
from media4sec.font import text_width

MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 80, 12, 250  # cells with a number


@dataclass(frozen=True)
class GridCell:
    """A number, and the address of what it counts."""

    count: int
    url: str


@dataclass(frozen=True)
class GridLine:
    """A row with its cells, or a column without any; ``mark`` is a code that stands for a long name of a column."""

    label: str
    url: str
    mark: str = ""
    cells: tuple[GridCell, ...] = ()
    is_head: bool = False  # others follow that are parts of it
    is_content: bool = True  # its name is in the language of the content


@dataclass(frozen=True, slots=True)
class Grid(Picture):
    """A picture with what its table says: the rows and columns that are drawn."""

    rows: tuple[GridLine, ...] = ()
    columns: tuple[GridLine, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """How a grid lies: names before the cells, or above them."""

    look: str
    width: int
    name_width: int
    start: int  # of the cells
    row: int
    cell_at: int  # below the top of a row


FORMATS_OF_PICTURE = (
    Sheet("lying", width=960, name_width=348, start=360, row=28, cell_at=2),
    Sheet("upright", width=340, name_width=336, start=0, row=50, cell_at=22),
)
GRID_HEAD, GRID_HEAD_TURNED, CELL = 28, 56, 24


def grid_picture(rows, columns, label, total=0, url=""):
    """Rows by columns; a bar in each cell shows its number beside the largest one of all.

    There may be more rows than these: ``total``.
    """
    total = max(total, len(rows)) + len(columns)
    columns = tuple(at_most(columns, most=MOST_COLUMNS))
    shown, marks = [], 0
    for row in at_most(rows, most=MOST_ROWS):
        row = replace(row, cells=row.cells[:MOST_COLUMNS])
        marks += sum(cell.count > 0 for cell in row.cells)
        if marks > MOST_CELLS:
            break
        shown.append(row)
    drawings = tuple(draw_grid(sheet, shown, columns, label) for sheet in FORMATS_OF_PICTURE)
    return Grid(drawings, len(shown) + len(columns), total, url, rows=tuple(shown), columns=columns)


def draw_grid(sheet, rows, columns, label):
    drawing = Drawing(f"pic grid {sheet.look}", label)
    wide = (sheet.width - sheet.start) // max(len(columns), 1)
    is_turned = any(column.mark and text_width(column.mark, 13, 700) > wide - 8 for column in columns)
    head = GRID_HEAD_TURNED if is_turned else GRID_HEAD
    height = head + sheet.row * len(rows)
    most = max((cell.count for row in rows for cell in row.cells), default=0) or 1
    lang = language_of_content()
    for number, column in enumerate(columns):
        x = sheet.start + number * wide
        drawing.ground.line("pic-grid", (x, 4), (x, height))
        if is_turned:
            draw_turned(drawing, column, x + wide // 2 + 4, head - 6)
        else:
            draw_name(drawing, column, column.mark or column.label, x + 4, head - 10, wide - 8)
    for row, top in zip(rows, range(head, height, sheet.row), strict=True):
        drawing.ground.line("pic-lane" if row.is_head else "pic-grid", (0, top), (sheet.width, top))
        draw_name(drawing, row, row.label, 0, top + 18, sheet.name_width, "pic-group" if row.is_head else "")
        name = shortened(row.label, sheet.name_width, 13, 700)
        for place, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
            if cell.count:
                x, y = sheet.start + place * wide, top + sheet.cell_at
                link = drawing.link(
                    "", cell.url, f"{name}, {column.mark or column.label}: {cell.count}", lang
                )
                link.box("", x + 1, y, wide - 2, CELL)
                bar = max((wide - 8) * cell.count // most, 2)
                link.put("path", d=f"M{x + 4} {y + 18}h{bar}v5h-{bar}z")
                link.text("", x + 4, y + 14, cell.count)
    drawing.set_size(sheet.width, height)
    return drawing


def draw_name(drawing, line, words, x, y, room, look=""):
    lang = language_of_content() if line.is_content else ""
    shown = shortened(words, room, 15 if look else 13, 700)
    link = drawing.link("grid-name", line.url, line.label if shown != line.label else "", lang)
    link.text(look, x, y, shown, lang=lang)


def draw_turned(drawing, column, x, y):
    """The code of a column that is narrower than it, read from below."""
    link = drawing.link("grid-name", column.url, column.label, language_of_content())
    link.text("", x, y, column.mark, transform=f"rotate(-90 {x} {y})")
