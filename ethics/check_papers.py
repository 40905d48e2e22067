"""What the answers of a check raise, as a paper to take to somebody who decides; kept nowhere, as the answers."""

from datetime import datetime, time

from django.http import HttpResponse
from django.utils.timezone import localdate, make_aware
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from ethics.answering import for_nobody_else, given_in, what_is_raised
from ethics.kinds import CHECK_QUESTION
from media4sec.languages import language_tag
from media4sec.paper.blocks import (
    FactList,
    Heading,
    Note,
    Notice,
    Paper,
    Piece,
    Points,
    full_address,
    quoted,
    worded,
)
from media4sec.paper.law import day_blocks, flag_blocks
from media4sec.paper.typesetting import as_pdf
from media4sec.paper.views import DOCX_TYPE, docx_of
from media4sec.portal.lists.views import refuse
from media4sec.saying import day

PAPER_FORMS = {"pdf": ("application/pdf", as_pdf), "docx": (DOCX_TYPE, docx_of)}


@for_nobody_else
@require_http_methods(["POST"])
def result_paper(request, form):
    """The result as a file: ``pdf`` or ``docx``."""
    given = given_in(dict(request.POST.lists()))
    if given.errors:
        return refuse(request, given.errors)
    media_type, write = PAPER_FORMS[form]
    response = HttpResponse(write(paper_of_check(what_is_raised(given))), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="check-{localdate().isoformat()}.{form}"'
    return response


def paper_of_check(raised):
    """The paper of what ``ethics.answering.what_is_raised`` found."""
    return Paper(
        title=worded(raised["title"]),
        language=language_tag(get_language()),
        address=full_address(CHECK_QUESTION.list_url),
        made_at=make_aware(datetime.combine(localdate(), time.min)),
        stamp=f"{gettext('Law as of')} {day(raised['law'].day)}",
        kicker=gettext("Ethics and legal check"),
        blocks=[*blocks_of_check(raised)],
    )


def blocks_of_check(raised):
    """In the order of the page: what is prohibited first."""
    count = gettext("%(n)s of %(asked)s") % {"n": len(raised["answered"]), "asked": raised["asked_count"]}
    yield FactList(
        [
            *((worded(label), [linked_title(document)]) for label, document in raised["about"]),
            (worded(gettext("Questions answered")), [worded(count)]),
            (worded(gettext("Issues raised")), [worded(len(raised["flags"]))]),
        ]
    )
    no_clearance = gettext(
        "The check finds points to discuss. It gives no score and no green light, and an issue that is not listed "
        "may still apply. It is not legal advice."
    )
    yield Notice([Piece(f"{gettext('This is not clearance.')} ", is_strong=True), *worded(no_clearance)])
    if raised["stops"]:
        yield from with_count(gettext("Prohibited"), raised["stops"])
        yield Notice(
            worded(
                gettext(
                    "By your answers this is prohibited by law. No safeguard, consent or approval changes that."
                )
            )
        )
        for stop in raised["stops"]:
            yield Heading(quoted(stop["answer"]), 3)
            yield Note([Piece(f"{gettext('Your answer to')} "), *linked_title(stop["question"])])
            yield Points([quoted(text) for text in stop["to_do"]])
    yield from with_count(gettext("What your answers raise"), raised["flags"])
    if raised["flags"]:
        rows = [
            {**flag, "reasons": [reason_words(reason) for reason in flag["raised_by"]]}
            for flag in raised["flags"]
        ]
        yield from flag_blocks(rows, raised["law"], why=gettext("Raised by"), reasons="reasons")
        asked = [flag for flag in raised["flags"] if flag["asks"]]
        yield from with_count(gettext("Questions to ask about them"), asked, is_shown=bool(asked))
        for flag in asked:
            yield Heading(quoted(flag["title"]), 3)
            yield Points([quoted(text) for text in flag["asks"]])
    else:
        nothing = gettext(
            "Nothing recorded here is raised by these answers. That does not mean that nothing applies."
        )
        yield Note(worded(nothing))
    if not raised["law"].is_today:
        yield from day_blocks(raised["law"])
    if raised["context_issues"]:
        yield from with_count(gettext("Also in this situation, not raised by you"), raised["context_issues"])
        yield Points([quoted(ref["label"], full_address(ref["url"])) for ref in raised["context_issues"]])
    if raised["unanswered"]:
        yield from with_count(gettext("Not assessed"), raised["unanswered"])
        unknown = gettext(
            "These questions fit your case and have no answer yet. What they would raise is not known."
        )
        yield Note(worded(unknown))
        yield Points([linked_title(question) for question in raised["unanswered"]])
    if raised["answered"]:
        yield from with_count(gettext("Your answers"), raised["answered"])
        yield FactList(
            [
                (linked_title(row["question"]), [quoted("; ".join(row["answers"]))])
                for row in raised["answered"]
            ]
        )


def with_count(title, rows, is_shown=True):
    if is_shown:
        yield Heading([*worded(title), Piece(f" ({len(rows)})")])


def linked_title(document):
    return quoted(document["title"], full_address(document["url"]))


def reason_words(reason):
    answer = [Piece(": "), *quoted(reason["answer"], strong=True)] if reason["answer"] else []
    return [*quoted(reason["title"], full_address(reason["url"])), *answer]
