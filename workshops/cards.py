"""Pattern cards to print, cut and lay on a table: what patterns say, on sheets whose backs fall on their fronts.

Sheets are turned round an upright edge, so a back has the columns of its front from right to left. A sheet is cut in
its middles: A6 is half of A5 and a quarter of A4, to half a millimetre.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_safe

from media4sec.languages import language_tag
from media4sec.paper.blocks import Heading, Note, Paper, Piece, Points, Table, full_address, quoted, worded
from media4sec.paper.qr import qr_svg
from media4sec.paper.typesetting import data_of, typeset
from media4sec.paper.views import one_at_a_time, pdf_answer
from media4sec.portal.addresses import stated
from media4sec.portal.lists.views import refuse
from media4sec.portal.parameters import unknown_in
from media4sec.portal.record.evidence import STATED, statement_row
from media4sec.portal.rows import LENSES, beginning, theme_tiles
from media4sec.portal.wording import word
from media4sec.publications.description import one_line
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.stated import since_change
from media4sec.publications.version import content_version
from media4sec.saying import day
from workshops.kinds import PATTERN
from workshops.patterns import GLOSS, GROUPS, places_now

MOST_CARDS = 100
MOST_ON_BACK, MOST_CARD_ISSUES = 2, 3  # statements of each lens; issues
LONGEST_TEXT, LONGEST_POINT, LONGEST_TITLE = 420, 230, 110  # letters; of a longer one the beginning
FRONT_SIZES, BACK_SIZES = (17, 15.5, 14, 12.5, 11, 10, 9, 8, 7), (11, 10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5)
CARD_ADDRESS = "/patterns/cards/"


@dataclass(frozen=True, slots=True)
class Sheets:
    """A size of paper, and the places for cards on it, in millimetres."""

    paper: str
    flipped: bool
    columns: int
    rows: int
    width: float = 105
    height: float = 148.5

    @property
    def places(self):
        return self.columns * self.rows


SHEETS = {"4": Sheets("a4", False, 2, 2), "8": Sheets("a3", True, 4, 2)}


@dataclass(frozen=True, slots=True)
class CardPart:
    """Sentences under a label or a lens."""

    label: str
    items: Sequence[Sequence[Piece]]
    lens: str = ""


@dataclass(frozen=True, slots=True)
class CardFace:
    """One side of a card. Its words are set in the largest of ``sizes`` in which they have room."""

    plate: str
    kicker: str
    title: Sequence[Piece]
    parts: Sequence[CardPart]
    stamp: str
    sizes: Sequence[float]
    under: Sequence[Piece] = ()  # the title
    notes: Sequence[Sequence[Piece]] = ()
    code: dict | None = None


@dataclass(frozen=True)
class CardsAsked:
    """What an address asks for; ``keys`` are those of the patterns, in the order of the contents."""

    groups: list[str] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    layout: str = "4"
    keys: list[int] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)


# Pages


@require_safe
def cards_page(request):
    """The form that chooses patterns, and what is chosen."""
    asked = cards_asked(request)
    if asked.errors:
        return refuse(request, asked.errors, gettext("Pattern cards"))
    keys = fitting(asked)
    shown = Publication.objects.only("kind", "identifier", "title", "url").in_order_of(keys[:MOST_CARDS])
    context = {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": gettext("Practices"), "url": "/practices/"},
            {"title": gettext("Patterns"), "url": "/patterns/"},
            {"title": gettext("Cards"), "url": None},
        ],
        "asked": asked,
        "groups": list(GROUPS.items()),
        "themes": list(theme_tiles().values()),
        "layouts": layout_options(),
        "patterns": shown,
        "total": len(keys),
        "most": MOST_CARDS,
        "edition": edition_now(),
    }
    return render(request, "workshops/cards.html", context)


@require_safe
@one_at_a_time
def cards_pdf(request):
    """The cards, with a sheet for whoever leads the table."""
    asked = cards_asked(request)
    errors = asked.errors
    if not errors and not asked.keys:
        errors = [("ids", gettext("No pattern is chosen by this."))]
    elif len(asked.keys) > MOST_CARDS:
        text = gettext("At most %(number)s cards can be made at once; you chose %(chosen)s.")
        errors = [("ids", text % {"number": MOST_CARDS, "chosen": len(asked.keys)})]
    if errors:
        return refuse(request, errors)
    rows = Publication.objects.in_order_of(asked.keys)
    return pdf_answer(deck_of(rows, asked.layout), "medi4sec-pattern-cards")


# What is asked for


def cards_asked(request):
    """The parameters, read strictly; no list of identifiers means all that the filters leave."""
    data = stated(request.GET)
    groups, themes, layouts = (data.getlist(name) for name in ("group", "theme", "layout"))
    texts = [part.strip() for value in data.getlist("ids") for part in value.split(",")]
    names = list(dict.fromkeys(filter(None, texts)))
    known = patterns_by_name()
    errors = unknown_in(data, ("group", "theme", "ids", "layout"))
    errors += [("group", _no_such_value(value)) for value in groups if value not in GROUPS]
    errors += [("theme", _no_such_value(value)) for value in themes if value not in theme_tiles()]
    errors += [
        ("ids", gettext("“%(name)s” is not on this list.") % {"name": name[:80]})
        for name in names
        if name not in known
    ]
    if len(layouts) > 1 or not SHEETS.keys() >= set(layouts):
        errors.append(("layout", gettext("The layout is %(values)s.") % {"values": " / ".join(SHEETS)}))
    if errors:
        return CardsAsked(errors=errors)
    asked = CardsAsked(groups, themes, names, *layouts[:1])
    wanted = {known[name] for name in names}
    keys = [key for key in fitting(asked) if not wanted or key in wanted]
    return CardsAsked(groups, themes, names, asked.layout, keys)


def _no_such_value(value):
    return gettext("“%(value)s” is no value here.") % {"value": value[:80]}


def fitting(asked):
    """The patterns of these groups and themes, whichever are named."""
    places, index = places_now(), current()
    keys = [key for key, place in places.items() if not asked.groups or place.group in asked.groups]
    if not asked.themes:
        return keys
    of_themes = set(index.pks[index.having("theme", asked.themes)].tolist())
    return [key for key in keys if key in of_themes]


def patterns_by_name():
    """``{identifier: key}`` of all patterns."""

    def read():
        rows = Publication.objects.published().of(PATTERN.name)
        return dict(rows.values_list("identifier", "pk"))

    return since_change("patterns by identifier", read, PATTERN.name)


def layout_options():
    return {
        "4": gettext("Four on A4 (turn on the long edge)"),
        "8": gettext("Eight on A3 (turn on the short edge)"),
    }


# Cards


def deck_of(rows, layout):
    """The PDF of these patterns' cards. Three queries."""
    seq, at = newest_now()
    evidence, issues = statements_by_lens(rows), issues_in_cases(rows)
    fronts = [front_of(row) for row in rows]
    backs = [back_of(row, evidence[row.pk], issues[row.pk], seq) for row in rows]
    paper = Paper(
        title=worded(gettext("Pattern cards")),
        language=language_tag(get_language()),
        address=full_address(CARD_ADDRESS),
        made_at=at,
        stamp=edition_now(),
        kicker=gettext("For the facilitator"),
        lead=worded(
            ngettext(
                "%(number)s practice pattern to lay on a table. On its front is the problem, on its back what to do, "
                "and what was found good, bad and ugly.",
                "%(number)s practice patterns to lay on a table. On their fronts are the problems, on their backs "
                "what to do, and what was found good, bad and ugly.",
                len(rows),
            )
            % {"number": len(rows)}
        ),
        blocks=facilitators_sheet(rows, layout),
    )
    sheets = SHEETS[layout]
    pages = [
        page
        for front, back in zip(in_lots(fronts, sheets.places), in_lots(backs, sheets.places), strict=True)
        for page in (placed(front, sheets), placed(back, sheets, is_back=True))
    ]
    return cards_as_pdf(paper, sheets, pages, is_two_sided=True)


def cards_as_pdf(paper, sheets, pages, *, is_two_sided):
    """A paper, and then sheets of cards; the same give the same bytes."""
    faces = [[face and asdict(face) for face in page] for page in pages]
    own = {"sheets": asdict(sheets), "pages": faces, "is_two_sided": is_two_sided}
    return typeset("cards.typ", data_of(paper) | own, paper.made_at)


def placed(faces, sheets, *, is_back=False):
    """One side of a sheet, row by row; what lies at the left of a front lies at the right of its back."""
    places, step = [*faces, *[None] * (sheets.places - len(faces))], -1 if is_back else 1
    return [face for row in in_lots(places, sheets.columns) for face in row[::step]]


def in_lots(items, size):
    return [items[at : at + size] for at in range(0, len(items), size)]


def front_of(row):
    document = row.body
    family = document["family"]
    parts = [CardPart(gettext("What problem"), [told_or_not(document["problem"])])]
    if document["summary"]:
        parts.append(CardPart(gettext("What it is"), [quoted(shortened_text(document["summary"]))]))
    whose = group_word(document)
    is_gloss = document["summary_basis"] == GLOSS
    only_name = gettext("The source gives only the name; the words are the editors’.")
    return CardFace(
        plate=row.identifier,
        kicker=str(PATTERN.names.one),
        title=quoted(shortened_text(row.title, LONGEST_TITLE)),
        under=(*worded(f"{whose} · {gettext('Family')}: "), *quoted(family["label"]))
        if family
        else worded(whose),
        parts=parts,
        notes=[worded(only_name)] if is_gloss else (),
        stamp=gettext("MEDI@4SEC knowledge base"),
        sizes=FRONT_SIZES,
    )


def back_of(row, evidence, raised, seq):
    """What to do, what was found, and where it is up to date."""
    document, address = row.body, full_address(row.url)
    parts = [CardPart(gettext("Solution"), [told_or_not(document["solution"])])]
    parts += [
        CardPart(f"{word(LENSES[lens])} ({total})", [point_of(one) for one in points], lens)
        for lens, (total, points) in evidence.items()
    ]
    if not evidence:
        parts.append(CardPart(gettext("Good, bad, ugly"), [worded(gettext("No evidence in the project"))]))
    issue_count, issues = raised
    if issues:
        label = gettext("Issues that its cases raised")
        parts.append(CardPart(f"{label} ({issue_count})", [issue_of(*pair) for pair in issues]))
    notes = [quoted(shortened_text(note, LONGEST_POINT)) for note in document["notes"][:1]]
    return CardFace(
        plate=row.identifier,
        kicker=str(PATTERN.names.one),
        title=quoted(shortened_text(row.title, LONGEST_TITLE)),
        parts=parts,
        notes=[*notes, sources_told(document)],
        stamp=gettext("Version %(version)s, change %(seq)s") % {"version": row.version, "seq": seq},
        sizes=BACK_SIZES,
        code={"svg": qr_svg(address), "alt": address},
    )


def group_word(document):
    return str(GROUPS.get(document["group"], document["group"]))


def told_or_not(text):
    return quoted(shortened_text(text)) if text else worded(gettext("Not stated in the source"))


def point_of(statement):
    text = shortened_text(statement["text"], LONGEST_POINT)
    return (*quoted(f"{text} "), *mark(statement["mark"], statement["url"]))


def issue_of(issue, case):
    title = quoted(f" {shortened_text(issue.title, LONGEST_TITLE)} ")
    return (*mark(issue.identifier, issue.url), *title, *mark(case.identifier, case.url))


def mark(label, url):
    """An evidence mark: what a sentence rests on."""
    return quoted(label, full_address(url), strong=True)


def sources_told(document):
    """What a pattern's problem and solution rest on."""
    sources = [
        source for source in document["sources"] if not source["supports"] or "solution" in source["supports"]
    ]
    if not sources:
        return worded(gettext("No source is recorded for this record as a whole."))
    first = shortened_text(sources[0]["title"] or sources[0]["url"], LONGEST_TITLE)
    more = len(sources) - 1
    rest = worded(f" {gettext('and %(number)s more') % {'number': more}}") if more else ()
    return (*worded(f"{gettext('Source')}: "), *quoted(first, sources[0]["url"]), *rest)


def shortened_text(text, longest=LONGEST_TEXT):
    """A text as one line, or its beginning."""
    return beginning(one_line(text), longest)


# What was found about them


def statements_by_lens(rows):
    """``{key: {lens: (how many, the first of them)}}``, without lenses of which there is none. One query."""
    index = current()
    lenses = {lens: index.having("lens", [lens]) for lens in LENSES}
    slots = {}
    for row in rows:
        about = index.of_kind_naming("statement", [row.pk])
        slots |= {(row.pk, lens): about[is_of[about]] for lens, is_of in lenses.items()}
    first = index.first_of_each(slots, Publication.objects.only(*STATED), MOST_ON_BACK)
    found = {row.pk: {} for row in rows}
    for (key, lens), statements in first.items():
        if statements:
            found[key][lens] = len(slots[key, lens]), [statement_row(one) for one in statements]
    return found


def issues_in_cases(rows):
    """``{key: (how many, the first of them)}``: what the cases that show a pattern raised, each issue with its first
    case. One query."""
    index = current()
    cases = {row.pk: index.first(index.of_kind_naming("case", [row.pk])) for row in rows}
    raised = defaultdict(list)
    for case, issue in index.links("issue", index.mask(*cases.values())):
        raised[case].append(issue)
    by_issue = {key: {} for key in cases}
    for key, slots in cases.items():
        for case in index.pks[slots].tolist():
            for issue in raised[case]:
                by_issue[key].setdefault(issue, case)
    chosen = {key: list(found.items())[:MOST_CARD_ISSUES] for key, found in by_issue.items()}
    named = {pk for pairs in chosen.values() for pair in pairs for pk in pair}
    known = Publication.objects.published().only("identifier", "title", "url").in_bulk(named)
    # What was withdrawn since the index was read is in it still, and on no card.
    return {
        key: (
            len(by_issue[key]),
            [(known[issue], known[case]) for issue, case in pairs if issue in known and case in known],
        )
        for key, pairs in chosen.items()
    }


# The edition


def newest_now():
    """(number, time) of the newest change, or (0, None) where nothing was ever published."""
    _, newest = content_version()
    return newest[:2] if newest else (0, None)


def edition_now():
    """“Change 1499, 29 November 2026”."""
    seq, at = newest_now()
    if not seq:
        return gettext("Nothing is published yet.")
    return gettext("Change %(seq)s, %(date)s") % {"seq": seq, "date": day(localdate(at).isoformat())}


# For whoever leads the table


def facilitators_sheet(rows, layout):
    """How to print, how to play, what to ask, and which cards there are."""
    turned = {
        "4": gettext("Print at actual size (not “fit to page”), on both sides, turned on the long edge."),
        "8": gettext("Print at actual size (not “fit to page”), on both sides, turned on the short edge."),
    }
    return [
        Heading(worded(gettext("Print and cut"))),
        dashed(
            turned[layout],
            gettext("Cut along the marks: each card is A6."),
            gettext("The square code on a card leads to its page, which says what has changed since."),
        ),
        Heading(worded(gettext("How to use them"))),
        dashed(
            gettext("Lay the cards out with their fronts up. Each group takes those that fit what it plans."),
            gettext("Before a card is turned, the group says what could go well and what could go wrong."),
            gettext("Then turn it: what did the project find, and what did nobody look at?"),
            gettext("Write down what is still open, and take it to your data-protection officer."),
        ),
        Heading(worded(gettext("Questions to ask of each card"))),
        dashed(
            gettext("Which problem of ours would this solve, and how would we know?"),
            gettext("Who would do it, and who has to agree?"),
            gettext("Whom could it harm, and what would they say to it?"),
            gettext("What could we do without social media?"),
            gettext("When do we stop?"),
        ),
        Note(
            worded(
                gettext(
                    "This use and these questions are editorial. What the cards say is from the records; "
                    "they are not legal advice."
                )
            )
        ),
        Heading(worded(gettext("The cards"))),
        Table(
            head=[
                worded(text)
                for text in (gettext("Number"), PATTERN.names.one, gettext("Group"), gettext("Family"))
            ],
            rows=[row_of_card(row) for row in rows],
            shares=(1, 4, 2, 3),
        ),
    ]


def dashed(*texts):
    return Points([worded(text) for text in texts])


def row_of_card(row):
    family = row.body["family"]
    return [
        [quoted(row.identifier)],
        [quoted(row.title, full_address(row.url))],
        [worded(group_word(row.body))],
        [quoted(family["label"]) if family else worded("–")],
    ]
