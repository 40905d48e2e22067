"""Figures of surveys as bars: shares on one scale, other numbers beside those of the same unit."""

from collections import Counter
from dataclasses import replace
from itertools import groupby

from django.utils.translation import gettext

from media4sec.drawing import Drawing, Picture, at_most, language_of_content, shortened, wrapped
from media4sec.portal.rows import cards as rows_of
from media4sec.portal.rows import theme_tiles
from media4sec.publications.index import current

MOST_FIGURES, MOST_OF_SURVEY = 60, 20  # bars in the list, and on the page of one of them
TITLE_LINE, BAR_HEIGHT, AFTER_BAR, SURVEY_HEAD = 17, 18, 14, 32
WIDTHS = (("lying", 960), ("upright", 340))
NUMBER = 120  # room for a number behind its bar


def survey_rows(cards):
    """What the list of figures adds: its bars. No query."""
    return {"picture": picture_of_figures(cards)}


def survey_figure(page):
    """The figures of the same survey as bars, this one marked. Two queries at most."""
    index = current()
    survey = page.document["survey"]
    slots = index.ordered(["survey-figure"])
    slots = slots[index.having("survey", [survey])[slots]]
    keys = index.pks[slots[:MOST_OF_SURVEY]].tolist()
    cards = rows_of(keys, theme_tiles())
    picture = (
        picture_of_figures(cards, here=page.document["url"], total=len(slots)) if len(cards) > 1 else None
    )
    return replace(page, own={"picture": picture})


def picture_of_figures(cards, here="", total=0):
    """The bars of these rows, survey by survey; None where no row has a number."""
    shown = at_most([card for card in cards if card["figure"]], most=MOST_FIGURES)
    if not shown:
        return None
    units = Counter(card["figure"]["unit"] for card in shown)
    scales = {
        unit: max(number_of(card) for card in shown if card["figure"]["unit"] == unit)
        for unit in units
        if units[unit] > 1
    }
    drawings = tuple(draw_figures(look, width, shown, scales, here) for look, width in WIDTHS)
    numbered = sum(bool(card["figure"]) for card in cards)
    return Picture(drawings, len(shown), max(total, numbered), "/survey/")


def number_of(card):
    return abs(float(card["figure"]["value"]))


def survey_of(card):
    values = card["facts"].get("survey")
    return values[0]["text"] if values else ""


def draw_figures(look, width, cards, scales, here):
    drawing = Drawing(f"pic figures {look}", gettext("Survey figures"))
    lang, y = language_of_content(), 0
    for survey, members in groupby(sorted(cards, key=survey_of), key=survey_of):
        y += SURVEY_HEAD
        drawing.ground.text("pic-group", 0, y - 10, shortened(survey, width, 15, 800), lang=lang)
        for card in members:
            figure = card["figure"]
            link = drawing.link("bar-of is-here" if card["url"] == here else "bar-of", card["url"])
            lines = wrapped(card["title"], width - 8, 13, 600)
            for number, line in enumerate(lines):
                link.text("", 0, y + TITLE_LINE * number + 14, line, lang=lang)
            y += TITLE_LINE * len(lines) + 4
            at = draw_bar(link, figure, number_of(card), scales.get(figure["unit"]), y, width - NUMBER)
            link.text("bar-number", at, y + 14, figure["text"], lang=getattr(figure["text"], "lang", ""))
            y += BAR_HEIGHT + AFTER_BAR
    drawing.set_size(width, y)
    return drawing


def draw_bar(pen, figure, number, scale, y, room):
    """A share beside its whole, another number beside the largest of its unit; where its number stands. What stands
    alone has no bar."""
    if figure["share"] is not None:
        pen.box("bar-rest", 0, y, room, BAR_HEIGHT)
        pen.box("bar-full", 0, y, max(round(room * min(figure["share"], 100) / 100), 2), BAR_HEIGHT)
        return room + 8
    if not scale:
        return 0
    long = max(round(room * number / scale), 2)
    pen.box("bar-full", 0, y, long, BAR_HEIGHT)
    return long + 8
