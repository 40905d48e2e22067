"""The look on one internal page, for builders: tokens with their measured contrast, and every component in every state.

What stands here is read from the style sheet and from real records, so that the page cannot grow old by itself.
"""

import re
from functools import cache
from itertools import islice

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_safe

from media4sec.portal.lists.facets import Choice, FacetBox
from media4sec.portal.parameters import without_parameters
from media4sec.portal.record.evidence import rungs
from media4sec.portal.record.page import page_of
from media4sec.portal.rows import LENSES, card_of, theme_tiles
from media4sec.publications.index import current
from media4sec.publications.models import Publication

SHEET = settings.BASE_DIR / "static" / "css" / "portal.css"

# What stands on what, with the contrast that it must have: 7 for text, 3 for controls.
PAIRS = (
    ("ink", "paper", 7, "Text, rules, primary buttons"),
    ("ink", "sheet", 7, "Text in notices and on hovered rows"),
    ("ink-2", "paper", 7, "Labels, notes, “not stated”"),
    ("ink-2", "sheet", 7, "Labels and notes on hovered rows"),
    ("ink-2", "warn-t", 7, "Hints of a chosen answer"),
    ("ink", "warn-t", 7, "A chosen answer, a row that the address names"),
    ("edge", "paper", 3, "Borders of fields and boxes"),
    ("on-sign", "sign", 7, "Brand, current item, chip, identifier"),
    ("good", "paper", 7, "Lens: Good"),
    ("bad", "paper", 7, "Lens: Bad; errors"),
    ("ugly", "paper", 7, "Lens: Ugly"),
    ("good", "sheet", 7, "Lens on a hovered row"),
    ("bad", "sheet", 7, "Lens on a hovered row"),
    ("ugly", "sheet", 7, "Lens on a hovered row"),
    ("paper", "good", 7, "Head of a lens column"),
    ("paper", "bad", 7, "Head of a lens column"),
    ("paper", "ugly", 7, "Head of a lens column"),
    ("ink", "good-t", 7, "Points in a lens column"),
    ("ink", "bad-t", 7, "Points in a lens column"),
    ("ink", "ugly-t", 7, "Points in a lens column"),
    ("on-night", "night", 7, "Menu and footer"),
    ("sign", "night", 3, "Focus in menu and footer"),
    ("on-plate", "plate", 7, "Text on the plate of the home page"),
    ("plate-sign", "plate", 7, "Headline on the plate of the home page"),
    ("on-plate", "plate-field", 7, "Search words on the plate"),
    ("plate-go", "plate-sign", 7, "The search button on the plate"),
)
SAMPLES = ("technology", "issue", "instrument", "statement", "glossary-term")
WITH_PAGE = ("technology", "issue")
TYPE = (
    ("xs", "Labels, identifiers, marks"),
    ("s", "Tables, notes, buttons"),
    ("m", "Text"),
    ("l", "Lead, titles of rows"),
    ("xl", "Section heads, numbers of the matrix"),
    ("xxl", "Years in then & now"),
)
MOST_TILES = 12  # themes, as examples
SPACE = tuple((f"s{number}", "") for number in range(1, 10))
PICTURE = {
    **{"url": "/preview/home.png", "width": 1200, "height": 630},
    **{"alt": "The name of the portal", "caption": "The home page, as other sites show it."},
    **{"credit": "", "licence": "CC BY 4.0"},
}
# Components too large to be shown here: the macro, what it is, and a page that shows it.
ELSEWHERE = (
    (
        "brief.more",
        "How much more there is of a part of a brief",
        "/situations/S-002-planned-demonstration/brief/",
    ),
    ("brief.part", "A part of a brief", "/situations/S-002-planned-demonstration/brief/"),
    (
        "brief.rests_on",
        "Marks behind a sentence of a brief",
        "/situations/S-002-planned-demonstration/brief/",
    ),
    ("brief.sentence", "A sentence of a brief", "/situations/S-002-planned-demonstration/brief/"),
    ("brief.sources", "Sources with their numbers", "/situations/S-002-planned-demonstration/questions/"),
    ("record.facts_part", "The fact card as a part of a page", "/issues/I-001/"),
    ("record.use_note", "What a record says on its responsible use", "/technologies/T-001/"),
    ("results.doors", "Where to begin in a long list", "/technologies/"),
    ("results.counted", "What the numbers beside the values of filters count", "/technologies/"),
    ("rows.said_once", "What all rows of a list say, or most", "/technologies/?provenance=project"),
    ("days.answer", "How the law stands on a day", "/law/ai-act/?on=2028-01-01"),
    ("days.ask", "Which day a reader asks for", "/law/ai-act/"),
    ("days.field", "A day to choose", "/check/"),
    ("evidence.raised", "What an answer of the check raises", "/check/Q01/"),
    ("evidence.refs", "Records and sources beside a sentence", "/situations/S-002-planned-demonstration/"),
    ("evidence.sentences", "Sentences of a record in a cell", "/issues/I-035-predictive-policing/"),
    ("files.pdf", "The PDF of a deliverable, where there is one", "/library/"),
    ("frame.breadcrumb", "The way from the home page down", "/technologies/"),
    ("frame.font", "A font that is fetched early", "/"),
    ("frame.languages", "The menu of languages", "/"),
    ("frame.my_list", "The way to the reader’s list", "/"),
    ("frame.script", "A script with its digest", "/"),
    ("frame.social_meta", "What other sites are told about a page", "/"),
    ("frame.tries", "Words to try in the search", "/"),
    ("hits.hit", "One hit of the search, with why it matched", "/search/?q=missing+person"),
    ("links.row_class", "The width of a linked record", "/themes/diy-policing/"),
    ("links.row_side", "What a linked record has beside its title", "/themes/diy-policing/"),
    ("marks.figure", "A number with its unit, and a bar where it is a share", "/survey/"),
    ("marks.outline", "The shape of a lens within a picture", "/patterns/"),
    ("pictures.drawings", "The drawings of a picture", "/timeline/"),
    ("pictures.figure", "A picture with what it leaves out", "/timeline/"),
    ("pictures.grid", "Numbers in rows and columns, with their table", "/technologies/alive/"),
    ("pictures.left_out", "How much a picture shows, where that is not all", "/timeline/"),
    ("pictures.shown", "How much of a list is shown, where that is not all", "/"),
    ("record.dashes", "Sentences of a record as a list", "/issues/I-035-predictive-policing/"),
    ("record.index", "The parts of a record, beside them", "/law/ai-act/"),
    ("record.not_advice", "That it is no legal advice", "/countries/be/"),
    ("record.unconfirmed", "That a look-up did not confirm a record", "/judgments/cjeu-c-252-21/"),
    ("record.unverified", "Beside what nobody could confirm", "/law/ai-act/"),
    ("results.carried", "The parameters that a form takes along", "/technologies/"),
    ("results.dropped", "A filter that is in the way, and what its absence gives", "/search/?q=zzqq"),
    ("results.nothing", "A result without records", "/technologies/?q=zzqq"),
    ("results.options", "Boxes of a facet", "/technologies/"),
    ("rows.date", "A day", "/technologies/"),
    ("rows.groups", "Short lists under headings", "/functions/"),
    ("selection.add", "Puts a record on the reader’s list", "/technologies/T-001-publicsonar/"),
    ("selection.gone", "What is left of a record", "/since/0/"),
    ("selection.other_edition", "That a number is of another edition", "/since/999999999/"),
    ("selection.what_moved", "What happened to a record", "/since/0/"),
    ("tables.crosstab", "A list as a matrix, with totals", "/technologies/?view=matrix"),
    ("tables.differences", "What differs between two versions", "/technologies/T-003-ushahidi/versions/"),
    ("tables.list_table", "A list as a table", "/technologies/?view=table"),
    ("tables.matrix", "Theme by something", "/matrix/"),
)
SHAPES = (
    ("full", "Active, in force, done"),
    ("half", "In stages"),
    ("hollow", "Planned, not in force"),
    ("struck", "Discontinued, struck down"),
    ("hatched", "Unknown, not assessed: no data"),
)


@cache
def design_tokens():
    """The custom properties of the style sheet: ``({name: value in light colours}, {… in dark ones})``."""
    layer = re.search(r"@layer tokens \{(.*?)\n\}", SHEET.read_text("utf-8"), flags=re.S)[1]
    light, dark = (
        dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))
        for block in re.findall(r":root \{\n(.*?)\n\s*\}", layer, flags=re.S)
    )
    return light, light | dark


def colour(name, values):
    """The colour that a token stands for, as #rrggbb; an empty string if it is no colour."""
    value = values[name]
    while found := re.fullmatch(r"var\(--([\w-]+)\)", value):
        value = values[found[1]]
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        value = "#" + "".join(2 * digit for digit in value[1:])
    return value if re.fullmatch(r"#[0-9a-f]{6}", value) else ""


def contrast(one, other):
    """The contrast ratio of two colours by WCAG 2.2, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(value):
    channels = [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def pairs():
    """Every stated pair with its contrast in both sets of colours."""
    return [
        {
            "front": front,
            "back": back,
            "least": least,
            "use": use,
            "looks": [
                {"front": one, "back": other, "ratio": contrast(one, other)}
                for values in design_tokens()
                for one, other in [(colour(front, values), colour(back, values))]
            ],
        }
        for front, back, least, use in PAIRS
    ]


@require_safe
@without_parameters
def design(request):
    """Tokens and components; one technology and one issue show what records look like."""
    tiles = dict(islice(theme_tiles().items(), MOST_TILES))
    light, dark = design_tokens()
    index = current()
    samples = {kind: index.of_kinds([kind]).nonzero()[0] for kind in SAMPLES}
    samples = index.first_of_each(samples, Publication.objects.all(), 1)
    rows = [row for kind in SAMPLES for row in samples[kind]]
    pages = [page_of(row) for row in rows if row.kind in WITH_PAGE]
    context = {
        "crumbs": [{"title": "Home", "url": "/"}, {"title": "Design", "url": None}],
        "colours": [
            {"name": name, "light": colour(name, light), "dark": colour(name, dark)}
            for name in light
            if colour(name, light)
        ],
        "pairs": pairs(),
        "sizes": measures(light, TYPE, "rem"),
        "spaces": measures(light, SPACE, "px"),
        "lenses": LENSES,
        "shapes": SHAPES,
        "rungs": rungs(),
        "tiles": tiles.values(),
        "cards": [card_of(row, tiles, with_kind=True) for row in rows],
        "page": pages[0] if pages else None,
        "statements": next((page.statements for page in pages if page.statements), ()),
        "here": request.path_info,
        "siblings": [
            {"title": "Design", "url": "/design/"},
            {"title": "Technologies", "url": "/technologies/"},
        ],
        "views": [
            {"name": name, "label": name.capitalize(), "url": f"#{name}", "current": name == "list"}
            for name in ("list", "table", "matrix")
        ],
        "chips": [
            {"title": "Theme", "value": tile["label"], "url": "#active"} for tile in list(tiles.values())[:2]
        ],
        "facets": [sample_facet(name, tiles, is_open=name == "open") for name in ("open", "closed")],
        "pager": {
            "first": 26,
            "last": 50,
            "total": 193,
            "previous_url": "#pager",
            "next_url": "#pager",
            "next_count": 25,
        },
        "elsewhere": ELSEWHERE,
        "pictures": [PICTURE],
    }
    return render(request, "front/design.html", context)


def measures(values, names, unit):
    """Tokens that are lengths, in pixels: ``[{name, value, px, use}]``."""
    factor = 16 if unit == "rem" else 1
    return [
        {
            "name": name,
            "value": values[name],
            "px": float(values[name].removesuffix(unit)) * factor,
            "use": use,
        }
        for name, use in names
    ]


def sample_facet(name, tiles, *, is_open):
    """A facet over the themes, with one option chosen; what it counts is the theme's own number."""
    options = [
        Choice(
            value=slug,
            label=tile["label"],
            count=tile["number"],
            checked=tile["number"] == 2,
            number=tile["number"],
            state=None,
        )
        for slug, tile in tiles.items()
    ]
    return FacetBox(
        name=name,
        title=f"Facet, {name}",
        is_open=is_open,
        selected=0 if is_open else 1,
        total=len(options),
        options=options,
        more=[],
        more_title="",
        all_url="",
    )
