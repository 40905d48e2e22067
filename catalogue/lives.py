"""Life lines of technologies: when each began, was last seen alive and ended, and what carries it on.

Only what records state is drawn. What nobody knows is hatched.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import JSONField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalogue.choices import TechnologyStatus
from catalogue.kinds import TECHNOLOGY
from catalogue.library import duration
from media4sec.dates import Span, span_of
from media4sec.drawing import Drawing, Pen, Picture, at_most, language_of_content, shortened
from media4sec.font import text_width
from media4sec.kinds import SECTIONS
from media4sec.portal.frame import siblings
from media4sec.portal.parameters import without_parameters
from media4sec.portal.wording import word
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.stated import of_each, said_since_change
from media4sec.saying import day

MOST_LIVES, MOST_UNDATED = 100, 120  # lines in the picture, names of those without a date
DATES = ("began_on", "sign_of_life_on", "ended_on")
YEAR_WIDTH = 34  # that the words of a year need
STUB = 22  # of a line whose beginning nobody knows


@require_safe
@without_parameters
def lives(request):
    """All technologies of which a date is known as lines over the years, and the names of the others."""
    context = said_since_change(
        "lives of technologies", page_of_lives, "technology", "organisation", "project"
    )
    return render(request, "catalogue/lives.html", context)


def page_of_lives():
    """Everything is dated and counted, and what is shown is read: four queries, and two where technologies changed."""
    index = current()
    every = lives_stated()
    first = {life.key: life.first for life in every}
    dated = sorted((life for life in every if first[life.key]), key=lambda life: first[life.key])
    undated = [life for life in every if not first[life.key]]
    drawn = at_most(dated, most=MOST_LIVES)
    documents = {
        row.pk: row.body for row in Publication.objects.only("document").in_order_of(keys_of_lives(drawn))
    }
    rows = [row_of_life(life, documents[life.key]) for life in drawn if life.key in documents]
    without = groups_without_date(undated)
    return {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": SECTIONS["technologies"], "url": "/technologies/"},
            {"title": gettext("Life lines"), "url": None},
        ],
        "siblings": siblings("technologies"),
        "count": len(every),
        "dated_count": len(dated),
        "undated_count": len(undated),
        "rows": rows,
        "undated": without,
        "undated_shown": sum(len(group["records"]) for group in without),
        "picture": picture_of_lives(
            rows, duration(index.documents(index.ordered(["project"]), 1)), len(dated)
        ),
    }


@dataclass(frozen=True, slots=True)
class TechnologyLife:
    """What the record of a technology states of its life."""

    key: int
    began: Span | None
    seen: Span | None  # its newest sign of life
    ended: Span | None
    status: str
    checked: date | None

    @property
    def first(self):
        """The first day of which something is known; None where no date is."""
        return min((span.first for span in (self.began, self.seen, self.ended) if span), default=None)

    @property
    def is_to_end(self):
        """Its end was announced and still to come when it was checked."""
        return bool(self.ended and self.status != TechnologyStatus.DISCONTINUED)

    @property
    def known_from(self):
        """The first day on which it was alive, as far as that is known."""
        stated = self.began or self.seen
        return stated.first if stated else self.known_until

    @property
    def known_until(self):
        """The last such day: for an active one, that of the check."""
        days = [span.first for span in (self.began, self.seen) if span]
        if self.ended and not self.is_to_end:
            days.append(self.ended.last)
        if self.status == TechnologyStatus.ACTIVE and self.checked:
            days.append(self.checked)
        return max(days, default=self.checked or self.first)


def lives_stated():
    """The lives of all technologies in the order of their list."""
    index, found = current(), of_each("lives", lives_of, TECHNOLOGY.name)
    keys = index.pks[index.ordered([TECHNOLOGY.name])].tolist()
    return [found[key] for key in keys if key in found]


def lives_of(rows):
    """``[(key, life)]`` of these technologies. One query."""
    rows = rows.annotate(body=Cast("document", JSONField()))
    given = rows.values_list("pk", *(KT(f"body__{name}") for name in (*DATES, "status")), "checked_on")
    for key, *dates, status, checked in given:
        yield key, TechnologyLife(key, *(span_of(text) for text in dates), status, checked)


def groups_without_date(lives):
    """The first of these technologies by state. One query."""
    shown = Publication.objects.only("title", "url").in_order_of(keys_of_lives(lives[:MOST_UNDATED]))
    status = {life.key: life.status for life in lives}
    totals = Counter(status.values())
    return [
        {
            "state": state_of(name),
            "total": totals[name],
            "records": [row for row in shown if status[row.pk] == name],
        }
        for name in TechnologyStatus.values
        if totals[name]
    ]


def keys_of_lives(found):
    return [life.key for life in found]


def row_of_life(life, document):
    """What the table says of a life, and its line."""
    said = {name: day(document[name]) if document[name] else "" for name in DATES}
    return {
        "life": life,
        "title": document["title"],
        "url": document["url"],
        "identifier": document["identifier"],
        "makers": document["makers"],
        "maker": document["maker_as_stated"],
        "began": said["began_on"],
        "seen": said["sign_of_life_on"],
        "sign": document["sign_of_life"],
        "ended": said["ended_on"],
        "successors": document["successors"],
        "state": state_of(life.status),
    }


def state_of(status):
    label = word(TechnologyStatus(status).label, "status", status)
    return {"shape": TECHNOLOGY.state.shapes[status], "label": label}


# Picture


@dataclass(frozen=True)
class LifeSheet:
    """How the lines lie: a name before each line, or above it where there is little room."""

    look: str
    width: int
    row: int
    start: int  # of the years
    name_width: int
    name_at: int  # of the name's letters below the top of a row, and of the line
    line_at: int
    is_for_mouse: bool  # its marks say more when one points at them


LIFE_SHEETS = (
    LifeSheet(
        "lying", width=960, row=24, start=340, name_width=310, name_at=17, line_at=12, is_for_mouse=True
    ),
    LifeSheet(
        "upright", width=340, row=42, start=8, name_width=332, name_at=17, line_at=30, is_for_mouse=False
    ),
)
YEARS_HEAD = 40  # for the years, and the project's name


def picture_of_lives(rows, project=(None, None), total=0):
    """A line for each of these rows; None where there is none."""
    if not rows:
        return None
    drawings = tuple(draw_lives_of(sheet, rows, *project) for sheet in LIFE_SHEETS)
    return Picture(drawings, len(rows), total or len(rows), "/technologies/")


class Years:
    """Where a day lies between the first year of all and the end of the last one."""

    def __init__(self, sheet, rows):
        lives = [row["life"] for row in rows]
        last = max(
            day for life in lives for day in (life.known_until, life.checked, last_of(life.ended)) if day
        )
        first = min(day for life in lives for day in (life.first, life.known_until))
        self.first, self.after = first.year, last.year + 1
        self.start, self.length = sheet.start, sheet.width - sheet.start - 8

    def at(self, day):
        whole = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days if day.year < 9999 else 366
        share = (day - date(day.year, 1, 1)).days / whole
        return self.start + round((day.year - self.first + share) * self.length / (self.after - self.first))

    def named(self):
        """The years that have words: as many as there is room for."""
        step = -(-YEAR_WIDTH * (self.after - self.first) // self.length)
        return range(self.first, self.after, step)


def last_of(span):
    return span.last if span else None


def draw_lives_of(sheet, rows, project_start, project_end):
    drawing = Drawing(f"pic lives {sheet.look}", gettext("Life lines of technologies"))
    years, height = Years(sheet, rows), YEARS_HEAD + sheet.row * len(rows)
    draw_years(drawing.ground, years, height, project_start, project_end)
    lang = language_of_content()
    tops = range(YEARS_HEAD, height, sheet.row)
    drawing.ground.put("path", "pic-grid", d="".join(f"M0 {top}h{sheet.width}" for top in tops))
    for row, top in zip(rows, tops, strict=True):
        draw_life(drawing, sheet, years, row, top, lang)
    drawing.set_size(sheet.width, height)
    return drawing


def draw_years(pen, years, height, project_start, project_end):
    if project_start and years.first <= project_end.year and project_start.year < years.after:
        first, last = (years.at(max(project_start, date(years.first, 1, 1))), years.at(project_end))
        pen.box("pic-rest", first, 22, last - first, height - 22)
        pen.text("pic-small", first + 3, 35, "MEDI@4SEC")
    for year in years.named():
        place = years.at(date(year, 1, 1))
        pen.line("pic-grid", (place, 4), (place, height))
        pen.text("pic-month", place + 3, 15, year)


def draw_life(drawing, sheet, years, row, top, lang):
    life = row["life"]
    look = "life is-ended" if life.status == TechnologyStatus.DISCONTINUED else "life"
    link = drawing.link(look, row["url"], line_in_words(row) if sheet.is_for_mouse else "", lang)
    link.box("life-row", 0, top, sheet.width, sheet.row)  # all of it leads there
    room = sheet.name_width
    title = shortened(row["title"], room - 60 if row["successors"] else room, 13, 700)
    text = Pen(link.text("", 0, top + sheet.name_at, "", lang=lang))
    text.put("tspan", "life-name", title)
    used = text_width(title, 13, 700) + 8
    maker = shortened(row["maker"], room - used, 13, 400)
    if row["successors"]:
        draw_successor(drawing, row["successors"][0], used, top + sheet.name_at, room, lang)
    elif maker not in ("", "…"):
        text.put("tspan", "life-maker", maker, dx=8)
    draw_line(link, life, years, top + sheet.line_at)


def line_in_words(row):
    """What a line says of itself: what its row of the table does."""
    parts = [
        row["title"],
        row["maker"],
        *(
            f"{label}: {said}"
            for label, said in (
                (gettext("Began"), row["began"]),
                (gettext("Newest sign of life"), row["seen"]),
                (gettext("Ended"), row["ended"]),
            )
            if said
        ),
        row["state"]["label"],
    ]
    return "; ".join(part for part in parts if part)


def draw_successor(drawing, successor, x, y, room, lang):
    """An arrow from the name to the name of what carries it on."""
    link = drawing.link("life", successor["url"], f"{gettext('Carried on by')}: {successor['label']}", lang)
    link.arrow("pic-arrow", (x, y - 4), (x + 16, y - 4))
    link.text("life-name", x + 22, y, shortened(successor["label"], room - x - 22, 13, 700), lang=lang)


def draw_line(pen, life, years, y):
    """Solid where it was alive, hatched where nobody knows, dotted until an end that was announced."""
    known, begun = years.at(life.known_until), years.at(life.known_from)
    if not life.began:
        pen.line("life-unknown", (max(begun - STUB, years.start), y), (begun, y))
    if life.began or life.seen:
        pen.line("life-known", (begun, y), (max(known, begun + 4), y))
    if life.seen:
        seen = years.at(life.seen.first)
        pen.line("life-sign", (seen, y - 9), (seen, y))
    checked = years.at(life.checked) if life.checked else known
    if life.ended:
        end = years.at(life.ended.last)
        if life.is_to_end:
            pen.line("life-announced", (known, y), (end, y))
        pen.line("life-end", (end, y - 7), (end, y + 7))
    elif checked > known:
        pen.line("life-unknown", (known, y), (checked, y))
