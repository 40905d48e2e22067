"""A situation as a table-top exercise of ten minutes: who plays whom, what happens, what to talk about afterwards.

All of it stands in published records. A game has a number, its seed, which decides what is drawn: what comes first in
the order of ``sha256("seed/situation/what")``. So a number means the same game on every machine, as long as the records
say the same.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from media4sec.languages import language_tag
from media4sec.paper.blocks import Heading, Note, Paper, Points, Table, full_address, quoted, worded
from media4sec.paper.views import one_at_a_time, pdf_answer
from media4sec.portal.addresses import stated
from media4sec.portal.lists.views import refuse
from media4sec.portal.parameters import unknown_in
from media4sec.portal.record.page import crumbs_of
from media4sec.portal.record.views import at_address
from media4sec.portal.rows import LENSES, first_sentence
from media4sec.portal.wording import word
from media4sec.publications.models import Publication
from workshops.cards import (
    SHEETS,
    CardFace,
    CardPart,
    cards_as_pdf,
    dashed,
    edition_now,
    in_lots,
    mark,
    newest_now,
    placed,
    shortened_text,
)
from workshops.choices import Aspect
from workshops.kinds import CASE, SITUATION
from workshops.pages import questions_about, responsibilities_of

MINUTES, DEBRIEF_AT = (1, 3, 5), 7  # when something happens, and when the game stops
MOST_ISSUES_ASKED, MOST_CHECK_ASKED = 3, 2
LAST_SEED = 9999
EXERCISE_SIZES = (15, 13.5, 12, 11, 10, 9, 8, 7)


@dataclass(frozen=True, slots=True)
class Inject:
    """Something that happens in a game, as a record has it: a point of the situation, or a case elsewhere."""

    key: str
    lens: str
    text: str
    refs: list[dict]
    sources: list[dict]
    case: str = ""  # its title, place and year


@dataclass(frozen=True, slots=True)
class Game:
    seed: int
    roles: list[dict]  # points of the situation
    injects: list[tuple[int, Inject]]  # with their minutes
    questions: list[tuple[dict, str]]  # (issue, what to ask)
    check_questions: list[dict]

    @property
    def next_seed(self):
        return self.seed % LAST_SEED + 1


# Drawing


def drawn(seed, about, items, name):
    """These in the order of their lots: ``name`` gives what each is called."""
    return sorted(items, key=lambda item: sha256(f"{seed}/{about}/{name(item)}".encode()).digest())


def game_of(situation, cases, issues, asked_about, seed):
    """The game with this number, from public documents.

    ``cases`` and ``issues`` are those of the situation; ``asked_about(issues)`` gives the check's questions on them.
    """
    about = situation["identifier"]
    injects = drawn_injects(situation, cases, seed)
    named = {ref["id"] for inject in injects for ref in inject.refs}
    by_lot = drawn(seed, about, [issue for issue in issues if issue["questions_to_ask"]], _identifier)
    first = sorted(by_lot, key=lambda issue: issue["identifier"] not in named)[:MOST_ISSUES_ASKED]
    questions = [
        (issue, drawn(seed, about, issue["questions_to_ask"], lambda text: text)[0]) for issue in first
    ]
    on_these = asked_about([{"id": issue["identifier"]} for issue in first]) if first else []
    return Game(
        seed=seed,
        roles=drawn(seed, about, responsibilities_of(situation), _key),
        injects=list(zip(MINUTES, injects, strict=False)),
        questions=questions,
        check_questions=drawn(seed, about, on_these, _identifier)[:MOST_CHECK_ASKED],
    )


def drawn_injects(situation, cases, seed):
    """One bad point, one ugly one and one case, as far as there are; others where one of these is missing."""
    about = situation["identifier"]
    points = [
        Inject(point["key"], point["aspect"], point["text"], point["refs"], point["sources"])
        for point in situation["points"]
        if point["aspect"] in (Aspect.BAD, Aspect.UGLY)
    ]
    happened = [inject_of_case(case) for case in cases]
    kinds = (
        [point for point in points if point.lens == Aspect.BAD],
        [point for point in points if point.lens == Aspect.UGLY],
        happened,
    )
    chosen = [lot for kind in kinds for lot in drawn(seed, about, kind, _own_key)[:1]]
    rest = [one for one in drawn(seed, about, [*points, *happened], _own_key) if one not in chosen]
    return drawn(seed, f"{about}/order", [*chosen, *rest][: len(MINUTES)], _own_key)


def inject_of_case(case):
    where = ", ".join(str(value) for value in (case["title"], case["place"], case["year"]) if value)
    ref = {name: case[name] for name in ("kind", "url")} | {"id": case["identifier"], "label": case["title"]}
    return Inject(case["identifier"], case["lens"], first_sentence(case["summary"]), [ref], [], where)


def _identifier(document):
    return document["identifier"]


def _key(point):
    return point["key"]


def _own_key(inject):
    return inject.key


# Pages


@require_safe
def exercise_page(request, ref):
    """``/situations/S-004-missing-person/exercise/?seed=7``; without a number, the way to the first game."""
    return game_answer(request, ref, "exercise/", game_page)


@require_safe
@one_at_a_time
def exercise_pdf(request, ref):
    """The same to print: a sheet for whoever leads it, and cards for roles and events."""
    return game_answer(request, ref, "exercise.pdf", game_print)


def game_answer(request, ref, below, make):
    publication, answer = at_address(request, SITUATION.path, ref, below)
    if answer:
        return answer
    seed, errors = seed_asked(request)
    if errors:
        return refuse(request, errors, gettext("Table-top in ten minutes"))
    return make(request, publication, game_now(publication, seed) if seed else None)


def seed_asked(request):
    """(the number of a game or None, what is wrong with the parameters)."""
    data = stated(request.GET)
    errors = unknown_in(data, ("seed",))
    texts = data.getlist("seed")
    is_number = all(text.isascii() and text.isdecimal() and len(text) < 6 for text in texts)
    if len(texts) > 1 or not is_number or not all(0 < int(text) <= LAST_SEED for text in texts):
        text = gettext("A game has one number, from 1 to %(last)s.") % {"last": LAST_SEED}
        errors.append(("seed", text))
    return (int(texts[0]) if texts and not errors else None), errors


def game_now(publication, seed):
    """Four queries at most."""
    document = publication.body
    wanted = [ref["id"] for name in ("cases", "issues") for ref in document[name]]
    rows = Publication.objects.published().of(CASE.name, "issue").filter(identifier__in=wanted)
    known = {row.identifier: row.body for row in rows.only("kind", "identifier", "document")}
    cases, issues = (
        [known[ref["id"]] for ref in document[name] if ref["id"] in known] for name in ("cases", "issues")
    )
    return game_of(document, cases, issues, lambda refs: questions_about(refs)[0], seed)


def game_page(request, publication, game):
    context = {
        "crumbs": [
            *crumbs_of(SITUATION, publication)[:-1],
            {"title": publication.identifier, "url": publication.url},
            {"title": gettext("Table-top in ten minutes"), "url": None},
        ],
        "situation": publication,
        "document": publication.body,
        "game": game,
        "last": LAST_SEED,
        "events": [(minute, lens_of(inject), inject) for minute, inject in game.injects] if game else [],
        "is_short": bool(game) and len(game.injects) < len(MINUTES),
        "rules": rules(),
        "debrief_at": DEBRIEF_AT,
        "edition": edition_now(),
    }
    return render(request, "workshops/exercise.html", context)


def lens_of(inject):
    """What an event is, in words."""
    return word(LENSES[inject.lens]) if inject.lens else ""


# Paper


def game_print(request, publication, game):
    if game is None:
        text = gettext("Name the number of a game, from 1 to %(last)s.") % {"last": LAST_SEED}
        return refuse(request, [("seed", text)])
    return pdf_answer(game_as_pdf(publication, game), f"medi4sec-{publication.identifier}-game-{game.seed}")


def game_as_pdf(publication, game):
    seq, at = newest_now()
    address = full_address(f"{publication.url}exercise/?seed={game.seed}")
    paper = Paper(
        title=quoted(publication.title),
        language=language_tag(get_language()),
        address=address,
        made_at=at,
        stamp=edition_now(),
        kicker=f"{gettext('Table-top in ten minutes')} · {gettext('Game %(seed)s') % {'seed': game.seed}}",
        plate=publication.identifier,
        lead=quoted(publication.body["question"]),
        blocks=run_sheet(publication, game),
    )
    stamp = gettext("Version %(version)s, change %(seq)s") % {"version": publication.version, "seq": seq}
    faces = [role_card(publication, point, stamp) for point in game.roles]
    faces += [event_card(publication, minute, inject, stamp) for minute, inject in game.injects]
    sheets = SHEETS["4"]
    pages = [placed(lot, sheets) for lot in in_lots(faces, sheets.places)]
    return cards_as_pdf(paper, sheets, pages, is_two_sided=False)


def run_sheet(publication, game):
    """What whoever leads the game does and says, minute by minute."""
    minutes = gettext("Minute %(minute)s")
    printing = gettext("Print the cards on one side only, and cut along the marks.")
    rows = [
        [
            [worded(minutes % {"minute": 0})],
            [worded(gettext("Deal the roles and read the question aloud."))],
            [worded("–")],
        ],
        *(
            [
                [worded(minutes % {"minute": minute})],
                [quoted(inject.case), quoted(inject.text)] if inject.case else [quoted(inject.text)],
                marks_of(inject.refs, inject.sources),
            ]
            for minute, inject in game.injects
        ),
        [
            [worded(minutes % {"minute": DEBRIEF_AT})],
            [worded(gettext("Stop, and talk about the questions below."))],
            [worded("–")],
        ],
    ]
    asked = [
        (*quoted(f"{text} "), *mark(issue["identifier"], issue["url"])) for issue, text in game.questions
    ]
    asked += [
        (*quoted(f"{row['title']} "), *mark(row["identifier"], row["url"])) for row in game.check_questions
    ]
    blocks = [
        Heading(worded(gettext("Ten minutes"))),
        Table(
            head=[worded(gettext("When")), worded(gettext("What happens")), worded(gettext("Source"))],
            rows=rows,
            shares=(2, 6, 4),
        ),
    ]
    if len(game.injects) < len(MINUTES):
        blocks.append(Note(worded(gettext("The records of this situation state no more events than these."))))
    blocks += [
        Heading(worded(gettext("Rules"))),
        dashed(printing, *rules()),
        Heading(worded(gettext("Debrief"))),
        Points(asked)
        if asked
        else Note(worded(gettext("No question is recorded for the issues of this situation."))),
    ]
    if not game.roles:
        blocks.append(
            Note(worded(gettext("The situation does not state who does what, so there are no roles.")))
        )
    editorial = gettext(
        "Rules and minutes are editorial. Roles, events and questions are from the records; they are not legal advice."
    )
    blocks.append(Note(worded(editorial)))
    return blocks


def rules():
    return [
        gettext("Each person takes a role card. With fewer people some take two; with more, two share one."),
        gettext("At each event the roles say in turn what they do now, within two minutes."),
        gettext("Nobody is right or wrong: write down what nobody could answer."),
    ]


def marks_of(refs, sources):
    """What a sentence rests on, as paragraphs of a cell; without anything, it is the editors’."""
    found = [mark(whole_label(ref), ref["url"]) for ref in refs]
    found += [quoted(source["title"] or source["url"], source["url"]) for source in sources]
    return found or [worded(gettext("Editorial"))]


def whole_label(ref):
    """A short identifier and the name, else the name alone."""
    return f"{ref['id']} {ref['label']}" if len(ref["id"]) < 8 else ref["label"]


def role_card(publication, point, stamp):
    return CardFace(
        plate=publication.identifier,
        kicker=gettext("Role"),
        title=quoted(point["actor"])
        if point["actor"]
        else worded(gettext("Somebody (the source names nobody)")),
        parts=[CardPart(gettext("What you are responsible for"), [quoted(shortened_text(point["text"]))])],
        notes=marks_of(point["refs"], point["sources"]),
        stamp=stamp,
        sizes=EXERCISE_SIZES,
    )


def event_card(publication, minute, inject, stamp):
    label = gettext("It happened elsewhere") if inject.case else gettext("It happens now")
    lens = lens_of(inject)
    return CardFace(
        plate=publication.identifier,
        kicker=gettext("Event"),
        title=worded(gettext("Minute %(minute)s") % {"minute": minute}),
        parts=[
            CardPart(
                f"{label} · {lens}" if lens else label, [quoted(shortened_text(inject.text))], inject.lens
            )
        ],
        under=quoted(inject.case) if inject.case else (),
        notes=marks_of(inject.refs, inject.sources),
        stamp=stamp,
        sizes=EXERCISE_SIZES,
    )
