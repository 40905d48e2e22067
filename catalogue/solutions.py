"""Technologies in the form in which DRIVER+'s Portfolio of Solutions gives out its solutions.

Its readers ask ``/en/group_export?_format=json&type=solution``, ten at a time, match solutions by their title and take
every value as text. What they do not know they pass over, so that after their keys come ours, with full values.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.timezone import localdate

from media4sec import problems
from media4sec.imprint import LICENCE_NAME
from media4sec.interchange.api.rest import number_within, read_moment
from media4sec.interchange.records import dumped
from media4sec.interchange.results import CACHE
from media4sec.kinds import Document, kinds_by_name
from media4sec.link_headers import LICENCE_LINK
from media4sec.portal.rows import first_sentence
from media4sec.problems import require_safe
from media4sec.publications.lists import listing, misread
from media4sec.publications.models import Publication, PublicationQuerySet

SOLUTIONS_A_PAGE = 10  # solutions an answer has; an answer without any is the end
MOST_OFFSET = 1_000_000
NO_SUMMARY = "No summary is recorded."
ASKED = ("_format", "type", "offset", "search", "may_reproduce", "changed")
AGO = re.compile(r"-(\d{1,4}) (hour|day|week|month|year)s?")
STATED_TRL = re.compile(r"TRL ([1-9])(?: \(.*\))?")
TRLS = (
    "Basic principles observed",
    "Technology concept formulated",
    "Experimental proof of concept",
    "Technology validated in lab",
    "Technology validated in relevant environment",
    "Technology demonstrated in relevant environment",
    "System prototype demonstration in operational environment",
    "System complete and qualified",
    "Actual system proven in operational environment",
)  # of the European Commission's General Annexes, from 1 to 9


@require_safe
def solutions(request: HttpRequest) -> HttpResponseBase:
    """A page of the feed; a request that asks for another form or another type of content is told so."""
    data = request.GET
    errors = [(name, "There is no such parameter here.") for name in data if name not in ASKED]
    errors += misread(data, ASKED, once=ASKED)
    if not errors and data.get("_format", "json") != "json":
        return problems.response(request, 406, "Only _format=json is offered.")
    since = changed_since(data, errors)
    start = offset_of(data, errors)
    if data.get("type", "solution") not in ("solution", "trial"):
        errors.append(("type", "solution or trial."))
    if data.get("may_reproduce", "1") not in ("0", "1"):
        errors.append(("may_reproduce", "1, or nothing: all our texts may be reproduced."))
    if errors:
        return problems.refused(request, errors)

    rows = technologies(data.get("search", ""), since, errors)
    if errors:
        return problems.refused(request, errors)
    is_trial = data.get("type") == "trial"  # of which we have none
    page = [] if is_trial else list(rows[start : start + SOLUTIONS_A_PAGE])
    named, doubles = functions_named(page), titles_used_twice(page)
    body = [solution(row, named, doubles) for row in page]
    response = HttpResponse(dumped(body), content_type="application/json")
    # No tag of what changed last: “-2 months” and “3 days ago” mean something else each day.
    response["Cache-Control"], response["Link"] = CACHE, LICENCE_LINK
    return response


def changed_since(data: QueryDict, errors: list[tuple[str, str]]) -> datetime | None:
    """The time that ``changed`` names: “-2 months”, counted from today's midnight in UTC, or a time or day."""
    text = data.get("changed")
    if text is None:
        return None
    ago = AGO.fullmatch(text)
    if not ago:
        moment = read_moment(text)
        if moment is None:
            errors.append(("changed", "A time such as “-2 months” or 2026-11-29T08:00:00Z."))
        return moment
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    number, unit = int(ago[1]), ago[2]
    try:
        if unit in ("month", "year"):
            return months_before(today, number * (12 if unit == "year" else 1))
        return today - timedelta(**{f"{unit}s": number})
    except (ValueError, OverflowError):  # before the calendar begins
        return datetime.min.replace(tzinfo=UTC)


def months_before(day: datetime, number: int) -> datetime:
    """The same day so many months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - number, 12)
    last = monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def offset_of(data: QueryDict, errors: list[tuple[str, str]]) -> int:
    found = number_within(data.get("offset", "0"), 0, MOST_OFFSET)
    if found is None:
        errors.append(("offset", f"A number from 0 to {MOST_OFFSET}."))
    return found or 0


def technologies(words: str, since: datetime | None, errors: list[tuple[str, str]]) -> PublicationQuerySet:
    """All that are asked for, in the order in which they were first published."""
    rows = Publication.objects.published().of("technology").order_by("pk")
    if words:
        query = QueryDict(mutable=True)
        query["q"] = words
        answer = listing((kinds_by_name()["technology"],), query, counted=())
        errors += [("search", text) for _, text in answer.errors]
        rows = rows.filter(pk__in=answer.result.ids.tolist())
    return rows.filter(modified_at__gte=since) if since else rows


def titles_used_twice(page: list[Publication]) -> set[str]:
    """Titles of these that several technologies have: in the feed the identifier stands beside them."""
    rows = Publication.objects.published().of("technology").order_by().values("title")
    rows = rows.filter(title__in={row.title for row in page}).annotate(times=Count("pk")).filter(times__gt=1)
    return set(rows.values_list("title", flat=True))


def functions_named(page: list[Publication]) -> dict[tuple[str, str], Document]:
    """The documents of the functions that these technologies name. One query."""
    wanted = {(function["kind"], function["id"]) for row in page for function in row.body["functions"]}
    if not wanted:
        return {}
    rows = Publication.objects.published().filter(
        kind__in={kind for kind, _ in wanted}, identifier__in={identifier for _, identifier in wanted}
    )
    return {(row.kind, row.identifier): row.body for row in rows.only("kind", "identifier", "document")}


def solution(row: Publication, named: dict[tuple[str, str], Document], doubles: set[str]) -> dict[str, Any]:
    """One technology: first the portfolio's keys, each a text, then ours."""
    document = row.body
    makers = document["makers"]
    first = makers[0] if makers else None
    at = f"{row.modified_at:%Y-%m-%dT%H:%M:%S+0000}"
    title = f"{row.title} ({row.identifier})" if row.title in doubles else row.title
    found = {
        "id": str(row.uuid),
        "language": "English",
        "langcode": "en",
        "base_url": settings.BASE_URL,
        "title": title,
        "group_uri": row.url,
        "usage_rights": f"{LICENCE_NAME} license",
        "type": "Solution",
        "provider": first["label"] if first else document["maker_as_stated"] or "Provider not stated",
        "provider_uri": first["url"] if first else "",
        "summary_short": " ".join(first_sentence(document["summary"]).split()) or NO_SUMMARY,
        "summary": in_html(document),
        "innovation_stage": "",
        "innovation_stage_uri": "",
        "video_url": "",
        "changed": at,
        "last_changed_on": at,
        "last_changed": days_ago(row.modified_at),
    }
    if level := level_of(document):
        found["trl"] = f"TRL {level} - {TRLS[level - 1]}"
    return found | more_of(document, named)


def level_of(document: Document) -> int | None:
    """The readiness level, 1 to 9, that a source states as reached; one that is only aimed at is none."""
    stated = STATED_TRL.fullmatch(document["trl"])
    return int(stated[1]) if stated else None


def more_of(document: Document, named: dict[tuple[str, str], Document]) -> dict[str, Any]:
    """What the portfolio has no key for, as the document says it."""
    base = settings.BASE_URL
    functions = [
        {
            "uri": f"{base}{reference['url']}",
            "label": reference["label"],
            "cm_functions": [near] if (near := named[key]["nearest_cm_function"]) else [],
        }
        for reference in document["functions"]
        if (key := (reference["kind"], reference["id"])) in named
    ]
    project = {
        "acronym": document["eu_project_acronym"],
        "grant_agreement": document["eu_project_grant"],
        "programme": document["eu_project_programme"],
    }
    return {
        "uuid": document["uuid"],
        "identifier": document["identifier"],
        "providers": [
            {"name": maker["label"], "url": f"{base}{maker['url']}"} for maker in document["makers"]
        ],
        "provider_country": document["country"],
        "trl_level": level_of(document),
        "trl_as_stated": document["trl"],
        "homepage": document["homepage"],
        "repository": document["repository"],
        "product_licence": document["licence"],
        "kind": document["technology_kind"],
        "status": document["status"],
        "functions": functions,
        "themes": [{"uri": f"{base}{theme['url']}", "label": theme["label"]} for theme in document["themes"]],
        "target_users": document["target_users"],
        "platforms": document["platforms_covered"],
        "projects": [project] if any(project.values()) else [],
        "ethics_issues": [
            {"uri": f"{base}{issue['url']}", "label": issue["label"]} for issue in document["issues"]
        ],
        "sources": [
            {"title": source["title"], "url": source["url"], "accessed": source["accessed_on"]}
            for source in document["sources"]
        ],
    }


def in_html(document: Document) -> str:
    """The summary as paragraphs, and after it the issues of ethics and law that the technology raises; never empty."""
    paragraphs = [
        f"<p>{escape(text, quote=False)}</p>" for text in document["summary"].split("\n") if text.strip()
    ]
    found = "".join(paragraphs) or f"<p>{NO_SUMMARY}</p>"
    issues = "".join(
        f'<li><a href="{settings.BASE_URL}{escape(issue["url"])}">{escape(issue["label"], quote=False)}</a></li>'
        for issue in document["issues"]
    )
    return f"{found}<h3>Ethical and legal issues</h3><ul>{issues}</ul>" if issues else found


def days_ago(at: datetime) -> str:
    """For people; it only changes from day to day."""
    days = (localdate() - localdate(at)).days
    return "today" if days <= 0 else "1 day ago" if days == 1 else f"{days} days ago"
