"""Working copies for programs of the teams: ``/api/v1/working/…``, with a token and nothing else.

What is asked here the policy answers, and what is done here the workflow does, as in the back-office.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from media4sec import problems
from media4sec.accounts.tokens import TokenRefused, holder_of, note_refusal
from media4sec.headers import TOKENS_OPEN
from media4sec.kinds import kinds
from media4sec.link_headers import web_link
from media4sec.opaque import as_opaque, from_opaque
from media4sec.records import policy, workflow
from media4sec.records.admin.history import name_authors
from media4sec.records.documents.fields import dumps
from media4sec.records.models import Record
from media4sec.records.policy import Right
from media4sec.writing.asked import (
    JSON,
    MERGE_PATCH,
    RequestRefused,
    is_among,
    locked_copy,
    moment_of,
    note_in,
    object_in,
    parameters_in,
    refused_parameters,
    tag_of,
    visible_copy,
    with_tags,
)
from media4sec.writing.once import done_once
from media4sec.writing.saving import add_copy, document_of_copy, patch_copy, replace_copy
from media4sec.writing.steps import asked_in_words, step_named, steps_now, take_step

COPIES_ON_A_PAGE, MOST_COPIES = 50, 200
COPY_STATES = [state.value for state in Record.State if state != Record.State.MERGED]


@method_decorator(csrf_exempt, name="dispatch")  # nothing that a browser sends by itself opens anything here
class TokenView(View):
    """An address that wants a token. What goes wrong is a problem document."""

    def dispatch(self, request, *args, **named):
        try:
            return self.answered(request, **named)
        except TokenRefused as refused:
            answer = problems.response(request, refused.status, str(refused))
            if refused.status == 401:
                error = f', error="{refused.error}"' if refused.error else ""
                answer["WWW-Authenticate"] = f'Bearer realm="working copies"{error}'
            if refused.status == 429:
                answer["Retry-After"] = "300"
            return answer
        except RequestRefused as refused:
            more = {"errors": refused.errors} if refused.errors else {}
            answer = problems.response(request, refused.status, str(refused), **more)
            for name, value in refused.headers.items():
                answer[name] = value
            return answer
        except PermissionDenied as denied:
            note_refusal(request)
            return problems.response(request, 403, str(denied))
        except Http404:
            return problems.response(request, 404, "There is nothing here that you may see.")

    def answered(self, request, **named):
        method = request.method.lower()
        handler = getattr(self, method, None) if method in self.http_method_names else None
        if method == "options" or handler is None:
            answer = HttpResponse(status=204) if method == "options" else problems.response(request, 405)
            answer["Allow"] = ", ".join(self._allowed_methods())
            if hasattr(self, "patch"):
                answer["Accept-Patch"] = MERGE_PATCH
            return answer
        request.user = holder_of(request)
        if not request.accepts(JSON):
            raise RequestRefused(406, "Only application/json is offered.")
        return handler(request, **named)


def json_answer(data, status=200, **headers):
    return HttpResponse(dumps(data), status=status, content_type=JSON, headers=headers)


def kind_of(plural):
    """The kind that an address names."""
    found = next((kind for kind in kinds() if kind.plural == plural), None)
    if found is None:
        raise Http404
    return found


def address_of_copy(kind, record):
    return f"{settings.BASE_URL}{TOKENS_OPEN}/{kind.plural}/{record.identifier}"


def facts_of_copy(kind, record):
    """What is true of a working copy beside its document."""
    return {
        "kind": kind.name,
        "identifier": record.identifier,
        "title": record.title,
        "state": record.state,
        "public_state": record.public_state,
        "version": record.edit_version,
        "updated": moment_of(record.kept_at),
        "etag": tag_of(record),
        "owner": record.owner and record.owner.identifier,
        "url": address_of_copy(kind, record),
    }


class Home(TokenView):
    """Whose token it is, and what there is for it."""

    def get(self, request):
        parameters_in(request)
        token = request.user.token
        shown = {
            "account": request.user.email,
            "token": token.name,
            "scopes": token.scopes,
            "works_until": token.expires_on.isoformat(),
            "kinds": [
                {
                    "kind": kind.name,
                    "url": f"{settings.BASE_URL}{TOKENS_OPEN}/{kind.plural}",
                    "may_add": policy.may_add(request.user, kind),
                }
                for kind in kinds()
            ],
        }
        return json_answer(shown)


class Copies(TokenView):
    """The working copies of a kind that somebody may see; or a new one."""

    def get(self, request, plural):
        kind, asked = kind_of(plural), parameters_in(request, "state", "updated_since", "limit", "cursor")
        limit, after = _limit_of(asked), _text_of_cursor(asked.get("cursor", ""))
        rows = with_tags(policy.visible(request.user, Record.objects.filter(kind_name=kind.name)))
        if "state" in asked:
            if asked["state"] not in COPY_STATES:
                raise refused_parameters([("state", f"One of {', '.join(COPY_STATES)}.")])
            rows = rows.filter(state=asked["state"])
        if "updated_since" in asked:
            rows = rows.filter(kept_at__gte=_moment_of(asked["updated_since"]))
        rows = rows.filter(identifier__gt=after).select_related("owner").order_by("identifier")
        page = list(rows[: limit + 1])
        following = None
        if len(page) > limit:
            page = page[:limit]
            query = request.GET.copy()
            query["cursor"] = as_opaque(page[-1].identifier)
            following = f"{settings.BASE_URL}{request.path}?{query.urlencode()}"
        return as_page([facts_of_copy(kind, record) for record in page], following)

    def post(self, request, plural):
        kind, asked = kind_of(plural), parameters_in(request, "owner", "note")

        def work():
            body, note = object_in(request), note_in(asked)
            key = add_copy(kind, body, by=request.user, owner=asked.get("owner"), note=note)
            record = with_tags(Record.objects.filter(pk=key)).get()
            more = {"Location": address_of_copy(kind, record), "ETag": tag_of(record)}
            return json_answer(document_of_copy(record), 201, **more), record

        return done_once(request, work)


class Copy(TokenView):
    """One working copy: its document, or another one in its place."""

    def get(self, request, plural, identifier):
        parameters_in(request)
        record = visible_copy(request.user, kind_of(plural), identifier)
        tag = tag_of(record)
        if is_among(tag, request.headers.get("If-None-Match", "")):
            return HttpResponse(status=304, headers={"ETag": tag})
        return json_answer(document_of_copy(record), ETag=tag)

    def put(self, request, plural, identifier):
        return self.write(request, plural, identifier, JSON, replace_copy)

    def patch(self, request, plural, identifier):
        return self.write(request, plural, identifier, MERGE_PATCH, patch_copy)

    def write(self, request, plural, identifier, media_type, onto):
        kind, note = kind_of(plural), note_in(parameters_in(request, "note"))

        def work():
            record = locked_copy(request, kind, identifier, Right.WRITE)
            onto(kind, record, object_in(request, media_type), by=request.user, note=note)
            record = visible_copy(request.user, kind, identifier)
            return json_answer(document_of_copy(record), ETag=tag_of(record)), record

        return done_once(request, work)


class Steps(TokenView):
    """Where a working copy stands, and what can be done with it now."""

    def get(self, request, plural, identifier):
        parameters_in(request)
        kind = kind_of(plural)
        record = visible_copy(request.user, kind, identifier)
        steps = [
            {
                "name": step.name,
                "title": step.title,
                "says": step.says,
                "url": f"{address_of_copy(kind, record)}/steps/{step.name}",
                "asks": asked_in_words(form),
            }
            for step, form in steps_now(record, request.user)
        ]
        return json_answer({**facts_of_copy(kind, record), "steps": steps})


class TakenStep(TokenView):
    """A step of the workflow."""

    def post(self, request, plural, identifier, name):
        parameters_in(request)
        kind, step = kind_of(plural), step_named(name)

        def work():
            visible_copy(request.user, kind, identifier)
            workflow.take_turn()  # before anything is locked
            record = locked_copy(request, kind, identifier, step.right)
            take_step(step, record, object_in(request, is_optional=True), request.user)
            if step.leaves_nothing:
                return HttpResponse(status=204), None
            record = visible_copy(request.user, kind, identifier)
            return json_answer(facts_of_copy(kind, record), ETag=tag_of(record)), record

        return done_once(request, work)


class Versions(TokenView):
    """All versions of a working copy, the newest first."""

    def get(self, request, plural, identifier):
        kind, asked = kind_of(plural), parameters_in(request, "limit", "cursor")
        limit, before = _limit_of(asked), _text_of_cursor(asked.get("cursor", ""))
        record = visible_copy(request.user, kind, identifier)
        rows = record.revisions.select_related("saved_by").defer("document").order_by("-number")
        if before:
            if not (before.isdecimal() and len(before) < 10):
                raise refused_parameters([("cursor", "Not a cursor that this list gave out.")])
            rows = rows.filter(number__lt=int(before))
        page = list(rows[: limit + 1])
        following = None
        if len(page) > limit:
            page = page[:limit]
            cursor = as_opaque(str(page[-1].number))
            following = f"{settings.BASE_URL}{request.path}?limit={limit}&cursor={cursor}"
        name_authors(record, page)
        public = record.published_revision_id if record.public_state == Record.State.PUBLISHED else None
        shown = [
            {
                "version": one.number,
                "state": one.state,
                "is_public": one.pk == public,
                "note": one.note,
                "saved_at": moment_of(one.saved_at),
                "saved_by": one.author,
                "url": f"{address_of_copy(kind, record)}/revisions/{one.number}",
            }
            for one in page
        ]
        return as_page(shown, following)


class OneVersion(TokenView):
    """A version in full."""

    def get(self, request, plural, identifier, number):
        parameters_in(request)
        record = visible_copy(request.user, kind_of(plural), identifier)
        found = get_object_or_404(record.revisions, number=number)
        return HttpResponse(found.document, content_type=JSON)


def as_page(results, following):
    more = {"Link": web_link(following, "next")} if following else {}
    return json_answer({"results": results, "next": following}, **more)


def _limit_of(asked):
    text = asked.get("limit", str(COPIES_ON_A_PAGE))
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    if not 1 <= value <= MOST_COPIES:
        raise refused_parameters([("limit", f"A number from 1 to {MOST_COPIES}.")])
    return value


def _moment_of(text):
    try:
        if len(text) == len("2026-11-29"):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        moment = parse_datetime(text)
        if moment and moment.tzinfo:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    says = "A time with its zone, such as 2026-11-29T08:00:00Z, or a day such as 2026-11-29 (UTC)."
    raise refused_parameters([("updated_since", says)])


def _text_of_cursor(cursor):
    """Where the page before ended; empty without one."""
    text = from_opaque(cursor)
    if text is None or not text.isprintable():
        raise refused_parameters([("cursor", "Not a cursor that this list gave out.")])
    return text
