"""The accessibility statement by the EU's model (Decision (EU) 2018/1523): its page and its JSON say the same."""

import json
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from media4sec import problems
from media4sec.languages import language_tag
from media4sec.portal.parameters import without_parameters

PREPARED_ON = date(2026, 11, 23)
REVIEWED_ON = date(2026, 11, 30)  # last gone through, word by word
REVIEW_DUE_ON = REVIEWED_ON.replace(year=REVIEWED_ON.year + 1)
STATUS = (
    "partially-compliant"  # in the words of the model: fully-compliant, partially-compliant, not-compliant
)
CLAIMED = ("WCAG 2.2 AA", "EN 301 549")


def statement_of_accessibility() -> dict[str, object]:
    """All that is stated, in the language that is spoken; None is what the operator has not stated."""
    return {
        "title": gettext("Accessibility statement"),
        "language": language_tag(get_language()),
        "site": settings.BASE_URL,
        "status": STATUS,
        "status_text": gettext(
            "In the words of the EU’s model: partially compliant. No part is known that fails the standards; what "
            "“Known gaps” names is outside our reach or has not been assessed."
        ),
        "standards": list(CLAIMED),
        "gaps": known_gaps(),
        "prepared_on": PREPARED_ON.isoformat(),
        "reviewed_on": REVIEWED_ON.isoformat(),
        "review_due_on": REVIEW_DUE_ON.isoformat(),
        "review_is_overdue": localdate() > REVIEW_DUE_ON,
        "method": "self-assessment",
        "method_text": gettext(
            "Every type of page is checked automatically at each change of the software, with axe-core at phone and "
            "desktop width in light and dark, with the Nu HTML checker, and for sideways scrolling at 320 pixels. "
            "These checks find only part of the possible barriers."
        ),
        "feedback": {
            "email": settings.CATALOGUE["contact"].removeprefix("mailto:") or None,
            "form": f"{settings.BASE_URL}/corrections/new/",
        },
        "enforcement": {
            "body": settings.ACCESSIBILITY_BODY or None,
            "url": settings.ACCESSIBILITY_BODY_URL or None,
        },
    }


def known_gaps() -> list[dict[str, str]]:
    """What cannot be used by everybody, or is not known to be, and why."""
    gaps = (
        (
            gettext(
                "The documents that records link to (reports and slides of the project on other sites) are not ours, "
                "and many are not accessible PDF files."
            ),
            "out-of-scope",
            gettext("They are kept by others, who alone can change them."),
        ),
        (
            gettext("PDF files that editors attach to records are published as they were given."),
            "not-assessed",
            gettext("Nobody has checked yet whether they are tagged. PDF papers that the portal makes are."),
        ),
        (
            gettext("No test with users of screen readers has been made yet."),
            "not-assessed",
            gettext("Checks by machine cannot stand in for it."),
        ),
        (
            gettext("Labels in languages other than English have not been reviewed by native speakers."),
            "not-assessed",
            gettext("Records are in English in every language of the interface, and are marked so."),
        ),
    )
    return [{"gap": gap, "kind": kind, "reason": reason} for gap, kind, reason in gaps]


@require_safe
@without_parameters
def accessibility_page(request: HttpRequest) -> HttpResponse:
    stated = statement_of_accessibility()
    crumbs = [{"title": gettext("Home"), "url": "/"}, {"title": stated["title"], "url": None}]
    return render(request, "front/accessibility.html", {"crumbs": crumbs, "stated": stated})


@problems.require_safe
@problems.fixed
def accessibility_json(request: HttpRequest) -> HttpResponseBase:
    body = json.dumps(statement_of_accessibility(), ensure_ascii=False, indent=2)
    return HttpResponse(body + "\n", content_type="application/json")
