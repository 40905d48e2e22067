"""The kit for pictures in pages: a pen that makes SVG, rows with room for what comes next, and a bound.

All measures are whole numbers, so that no language's decimal comma gets into a picture. What is only for the eyes is
hidden from screen readers; every mark of a record is a link with a name.
"""

from bisect import bisect, insort
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, tostring

from django.utils.translation import get_language, gettext
from markupsafe import Markup

from media4sec.font import text_width
from media4sec.languages import in_english, language_tag, local

MOST_MARKS = 200  # marks in one picture, unless it says otherwise


@dataclass(frozen=True, slots=True)
class Picture:
    """What a page shows: drawings of one thing, such as a lying and an upright one, and how much of it is in them.

    ``url`` leads to a list of all of it, if the page has none itself.
    """

    drawings: tuple
    drawn: int
    total: int
    url: str = ""
    is_newest: bool = False  # else the first are drawn

    @property
    def left_out(self):
        """A sentence where not all is drawn."""
        if self.drawn == self.total:
            return ""
        newest = gettext("The picture shows the newest %(drawn)s of %(total)s.")
        first = gettext("The picture shows the first %(drawn)s of %(total)s.")
        return (newest if self.is_newest else first) % {"drawn": self.drawn, "total": self.total}


def at_most(things, worth=None, most=MOST_MARKS):
    """At most so many things, in their order: the first, or those that are worth most."""
    if len(things) <= most or not worth:
        return things[:most]
    best = nlargest(most, range(len(things)), key=lambda number: (worth(things[number]), -number))
    return [things[number] for number in sorted(best)]


class FreeRows:
    """Rows of things that cover none another: each new one gets the first row with room for it."""

    def __init__(self, gap=0):
        self.gap = gap
        self.rows = []

    def place(self, size, *windows):
        """(row, start) for a thing of this size that may start in ``windows``, which are (first, last), best first."""
        windows = [window for window in windows if window[0] <= window[1]]
        for number, taken in enumerate(self.rows):
            for first, last in windows:
                start = self._free(taken, size, first, last)
                if start is not None:
                    insort(taken, (start, start + size))
                    return number, start
        self.rows.append([(windows[0][0], windows[0][0] + size)])
        return len(self.rows) - 1, windows[0][0]

    def _free(self, taken, size, first, last):
        for begin, end in taken[max(bisect(taken, (first, first)) - 1, 0) :]:
            if first + size + self.gap <= begin:
                break
            first = max(first, end + self.gap)
            if first > last:
                return None
        return first


def shortened(text, width, size, weight):
    """The text, cut off after a word where it is wider than this."""
    words = str(text).split()
    while words and text_width(" ".join(words), size, weight) > width:
        words = [*words[:-2], "…"] if words[-1] == "…" else [*words[:-1], "…"]
    return " ".join(words)


def wrapped(text, width, size, weight):
    """The lines of a text; a word that is wider than a line has one of its own."""
    lines = [""]
    for word in str(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


class Pen:
    """Draws into an element. Places are *along* and *across*: to the right and down, or the other way round on a
    drawing that is upright."""

    def __init__(self, element, upright=False):
        self.element = element
        self.upright = upright

    def point(self, along, across):
        return (across, along) if self.upright else (along, across)

    def put(self, tag, look="", words="", lang="", **attributes):
        """An element; ``look`` is its class. Without a value there is no attribute."""
        given = {"class": look, "lang": lang, **attributes}
        made = SubElement(
            self.element,
            tag,
            {name.replace("_", "-"): str(value) for name, value in given.items() if value != ""},
        )
        made.text = str(words)
        return made

    def way(self, *points):
        """The path of a line from point to point."""
        spots = [self.point(*point) for point in points]
        path = "M{} {}".format(*spots[0])
        for (x, y), (to_x, to_y) in pairwise(spots):
            path += f"V{to_y}" if x == to_x else f"H{to_x}" if y == to_y else f"L{to_x} {to_y}"
        return path

    def line(self, look, *points):
        return self.lines(look, points)

    def lines(self, look, *lines):
        """Lines of one look, which cost the page one element."""
        return self.put("path", look, d="".join(self.way(*points) for points in lines))

    def box(self, look, along, across, long, broad):
        (x, y), (width, height) = self.point(along, across), self.point(long, broad)
        self.put("rect", look, x=x, y=y, width=width, height=height)
        return x + width // 2, y + height // 2

    def arrow(self, look, *points):
        """A line with a head at its end."""
        self.line(look, *points)
        self.heads(points)

    def heads(self, *lines):
        """Arrowheads at the ends of lines, each of which comes in level or upright."""
        self.put("path", "pic-tip", d="".join(self._head(*points[-2:]) for points in lines))

    def _head(self, before, tip):
        (x1, y1), (x, y) = self.point(*before), self.point(*tip)
        dx, dy = (x > x1) - (x < x1), (y > y1) - (y < y1)
        back = f"l{4 * dy - 7 * dx} {4 * dx - 7 * dy}"
        return f"M{x} {y}{back}{f'v{-8 * dx}' if dx else f'h{-8 * dy}'}z"

    def text(self, look, x, y, words, **attributes):
        return self.put("text", look, words, x=x, y=y, **attributes)

    def group(self, look="", name="", lang=""):
        """A pen for what is drawn alike, or said in one language; ``name`` is what a screen reader says before it."""
        role = "group" if name else ""
        return Pen(self.put("g", look, lang=lang, role=role, aria_label=name), self.upright)

    def link(self, look, url, name="", lang="", **attributes):
        """A pen that draws into a link; ``name`` is what a screen reader says and a mouse shows."""
        pen = Pen(self.put("a", look, href=local(url), **attributes), self.upright)
        if name:
            pen.put("title", words=name, lang=lang)
        return pen


class Drawing(Pen):
    """An SVG with a name. ``ground`` is what is only for the eyes, under the links."""

    def __init__(self, look, label, upright=False):
        super().__init__(Element("svg", {"class": look, "role": "group", "aria-label": str(label)}), upright)
        self.ground = Pen(self.put("g", aria_hidden="true"), upright)

    def set_size(self, along, across):
        self.across = across
        width, height = self.point(along, across)
        self.element.attrib |= {
            "viewBox": f"0 0 {width} {height}",
            "width": str(width),
            "height": str(height),
        }

    @property
    def svg(self):
        return Markup(tostring(self.element, encoding="unicode"))  # noqa: S704, which has escaped every text


def language_of_content():
    """The language of a record's words, where it is another one than the page's."""
    return "" if in_english() else "en"


def language_of_page():
    """That of the page's own words, where they stand among those of records in another one."""
    return "" if in_english() else language_tag(get_language())
