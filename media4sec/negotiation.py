"""Whoever asks a page for another form than HTML is shown the way to it: one address of a thing, many forms of it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path

from media4sec.representations import HTML, Representation, names_other_forms, twin

Forms = Callable[[], tuple[Representation, ...]]


def with_other_forms(forms: Forms) -> Callable[[Any], Any]:
    """For the view of a page: 303 to the form that a client likes better; browsers like HTML best."""

    def decorate(view: Any) -> Any:
        @wraps(view)
        def negotiated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            form = form_wanted(request, forms()) if request.method in ("GET", "HEAD") else None
            answer = see_other(request, form) if form else view(request, *args, **kwargs)
            patch_vary_headers(answer, ["Accept"])
            return answer

        return negotiated

    return decorate


def form_wanted(request: HttpRequest, forms: tuple[Representation, ...]) -> Representation | None:
    """The form that the Accept header likes better than a page; None for the page itself."""
    if not names_other_forms(request.META.get("HTTP_ACCEPT", "")):
        return None
    wanted = request.get_preferred_type([HTML, *(form.media_type for form in forms)])
    return next((form for form in forms if form.media_type == wanted), None)


def see_other(request: HttpRequest, form: Representation) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    address = escape_uri_path(twin(request.path_info, form.suffix)) + (f"?{query}" if query else "")
    return HttpResponse(status=303, headers={"Location": address})
