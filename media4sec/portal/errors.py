"""Error pages in the site's layout; problem documents under /api/."""

import logging
import re

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import render

from media4sec import problems
from media4sec.headers import REFUSED_STATUS, is_back_office, is_for_tokens
from media4sec.languages import PREFIX
from media4sec.logs import request_id
from media4sec.read_only import is_read_only, is_refusal_to_write

logger = logging.getLogger(__name__)
DATABASE_FAILURES = (OperationalError, InterfaceError, InternalError)  # away, restarting, read-only
RETRY_AFTER = 10  # seconds
METHODS_THAT_READ = ("GET", "HEAD", "OPTIONS")


# Files, feeds and the API; with a language before it, nothing is there for machines.
FOR_MACHINES = re.compile(
    r"/api/|/(?:[a-z]{2}/)?group_export$|/oai$|/dumps/|/feeds/|/\.well-known/|.*\.(?:csv|json|ndjson|bib|ris|atom|ics|md|xml|ttl|rdf|jsonld|txt)$"
)


# What these pages say besides, where somebody knows it.
ALSO = {
    400: {"errors": (), "crumbs": (), "without": "", "without_url": "", "all_url": ""},
    410: {"title": "", "identifier": "", "reason": "", "withdrawn_on": "", "successor": None},
    503: {"only_reads": False, "again": (), "has_files": False},
}
ONLY_READS = "Nothing can be written at the moment. Reading goes on as ever."


def page(request, status, **more):
    """What went wrong, and what to do next; without a request, in a frame that leads nowhere else."""
    context = {"request_id": request_id.get()} | ALSO.get(status, {}) | more
    return render(request, f"portal/errors/{status}.html", context, status=status)


def is_for_machines(request):
    return bool(FOR_MACHINES.match(request.path)) and not PREFIX.match(request.path)


def _answer(request, status):
    only_reads = getattr(request, "only_reads", False)
    if is_for_machines(request) or status == 412:  # no browser makes conditions that can fail
        return problems.response(request, status, ONLY_READS if only_reads else "")
    if status == 503:
        return page(request, status, only_reads=only_reads, **sent_again(request))
    return page(request, status)


def sent_again(request):
    """What an editor has sent, to be sent again: it must not be lost with the database. Nothing of log-ins."""
    if request.method != "POST" or not is_back_office(request.path_info) or REFUSED_STATUS in request.META:
        return {}
    if request.path_info.startswith("/admin/accounts/"):
        return {}
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    return {"again": fields, "has_files": bool(request.FILES)}


def bad_request(request, exception=None):
    if isinstance(exception, TooManyFieldsSent):
        request.GET = QueryDict()  # the frame of the page asks for it, and reading it failed
    return _answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request, exception=None):
    return _answer(request, 403)


def not_found(request, exception=None):
    return _answer(request, 404)


def server_error(request):
    if is_for_machines(request):
        return problems.response(request, 500)
    return page(None, 500)


def refusal(status):
    """A bare refusal, for the middleware to give it a page."""
    return HttpResponse(status=status, headers={"Retry-After": str(RETRY_AFTER)} if status == 503 else {})


class RefusalMiddleware:
    """Refuses what no view has to think of, and gives bare refusals of views a page that says what to do next.

    Outside the back-office addresses are read. A view that takes more is exempt from Django's own protection
    against foreign forms, which needs a cookie, and answers for its methods itself.
    """

    dressed = (405, 408, 410, 412, 413, 429, 503)

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        refused = request.META.get(REFUSED_STATUS)
        try:
            _ = request.GET  # read here, where too many parameters are refused whatever the address is
        except TooManyFieldsSent as error:
            return bad_request(request, error)
        response = refusal(refused) if refused else self.get_response(request)
        if response.status_code == 301 and request.method not in ("GET", "HEAD"):
            response = HttpResponseNotAllowed(["GET", "HEAD"])  # what was sent would be lost on the way
        is_bare = not response.streaming and not response.content
        if response.status_code in self.dressed and is_bare:
            page = _answer(request, response.status_code)
            for name, value in response.items():
                if name not in ("Content-Type", "Content-Length"):
                    page[name] = value
            return page
        return response

    def process_view(self, request, view, args, kwargs):
        is_public = not is_back_office(request.path_info)
        is_open = is_for_machines(request) and not is_for_tokens(request.path_info)
        if request.method == "OPTIONS" and is_open:
            methods = "GET, HEAD, POST, OPTIONS" if request.path_info == "/oai" else "GET, HEAD, OPTIONS"
            return HttpResponse(status=204, headers={"Allow": methods}, content_type="text/plain")
        takes_more = getattr(view, "csrf_exempt", False)
        if is_public and not takes_more and request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not is_public and "%00" in request.META.get("QUERY_STRING", ""):
            return _answer(request, 400)  # Django's filters hand it to PostgreSQL, which fails over it
        is_writing = request.method not in METHODS_THAT_READ and (
            not is_public or is_for_tokens(request.path_info)
        )
        if is_writing and is_read_only():  # also of what would not fail, such as counting wrong passwords
            request.only_reads = True
            return refusal(503)
        return None

    def process_exception(self, request, exception):
        if not isinstance(exception, DATABASE_FAILURES):
            return None
        request.only_reads = is_refusal_to_write(exception)
        logger.error("The database failed: %s", str(exception).partition("\n")[0][:200])
        return refusal(503)
