"""Errors of the API as RFC 9457 problem documents, whoever raises them."""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.response import Response

from media4sec.logs import request_id

CONTENT_TYPE = "application/problem+json"
PROBLEM_TYPES = {
    400: ("bad-request", "The request asks for something that is not known"),
    401: ("no-token", "A token is needed here"),
    403: ("not-allowed", "You may not do this"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This method is not possible here"),
    406: ("not-acceptable", "This form is not offered"),
    408: ("too-slow", "The request did not arrive in time"),
    409: ("conflict", "This is not possible now"),
    410: ("gone", "This record was withdrawn"),
    412: ("changed-since", "What is there now is not what you name"),
    413: ("too-large", "The request is too large"),
    415: ("not-read", "This form is not read here"),
    422: ("not-valid", "What was sent is not valid"),
    428: ("no-version", "Say which version you have seen"),
    429: ("too-many-requests", "Too many requests"),
    500: ("server-error", "Something went wrong on our side"),
    503: ("unavailable", "This cannot be answered just now"),
}


Errors = Sequence[tuple[str, str]]  # (parameter, what is wrong with it)
View = Callable[..., HttpResponseBase]


class BadParameters(exceptions.APIException):
    """Parameters that are not known or have values that are not: each is named."""

    status_code = 400

    def __init__(self, errors: Errors) -> None:
        self.errors = [{"parameter": name[:200], "detail": text[:300]} for name, text in errors[:50]]
        super().__init__(
            "; ".join(f"{error['parameter']}: {error['detail']}" for error in self.errors)[:1000]
        )


def problem(status: int, detail: str = "", *, path: str = "", **more: Any) -> dict[str, Any]:
    """The body of a problem document."""
    name, title = PROBLEM_TYPES.get(status, ("error", HTTPStatus(status).phrase))
    body = {
        "type": problem_type(name),
        "title": title,
        "status": status,
        "detail": detail or title,
        "instance": path,
    }
    return {**body, **more}


def problem_type(name: str) -> str:
    """The address of the explanation of a problem."""
    return f"{settings.BASE_URL}/api/#problem-{name}"


def require_safe(view: View) -> View:
    """Refuses all methods but GET and HEAD, with a problem."""

    @wraps(view)
    def safe(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        answer = response(request, 405)
        answer["Allow"] = "GET, HEAD"
        return answer

    return safe


def fixed(view: View) -> View:
    """Refuses every parameter: there is one answer at this address, and caches need to keep it once only."""

    @wraps(view)
    def alone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET:
            return refused(request, [(name, "There is no such parameter here.") for name in request.GET])
        return view(request, *args, **kwargs)

    return alone


def response(request: HttpRequest, status: int, detail: str = "", **more: Any) -> HttpResponse:
    """A problem for requests that never reached the API's own views."""
    found = problem(status, detail, path=request.path[:300], request_id=request_id.get(), **more)
    body = json.dumps(found, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def refused(request: HttpRequest, errors: Errors) -> HttpResponse:
    """Each parameter that is not understood, by name."""
    found = BadParameters(errors)
    return response(request, 400, str(found.detail), errors=found.errors)


def gone(request: HttpRequest, publication: Any) -> HttpResponse:
    """A withdrawn record at an address outside the API."""
    found = Gone(publication)
    return response(request, 410, str(found.detail), **found.more)


def handle(exception: Exception, context: dict[str, Any]) -> HttpResponseBase | None:
    """DRF's exception handler: the same answers, as problems."""
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    if not isinstance(exception, exceptions.APIException):
        return None
    request = context["request"]
    more = {"errors": exception.errors} if isinstance(exception, BadParameters) else {}
    more |= {"request_id": request_id.get()} | getattr(exception, "more", {})
    body = problem(exception.status_code, str(exception.detail), path=request.path[:300], **more)
    answer = Response(body, status=exception.status_code, content_type=CONTENT_TYPE)
    if isinstance(exception, exceptions.Throttled) and exception.wait:
        answer["Retry-After"] = str(int(exception.wait))
    return answer


class Gone(exceptions.APIException):
    """A withdrawn or merged record: the reason, and what to use instead."""

    status_code = 410

    def __init__(self, publication: Any) -> None:
        successor = publication.replacement
        self.more = {
            "reason": publication.reason,
            "successor": f"{settings.BASE_URL}{successor.url}" if successor else None,
        }
        super().__init__(publication.reason)
