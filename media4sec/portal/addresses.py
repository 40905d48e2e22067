"""Addresses of a list that differ from the present one in a parameter or two: all its state stands in them."""

from functools import lru_cache
from urllib.parse import urlencode

from django.http import QueryDict

SHORT_PARAMETER = 100  # letters of a parameter up to which it is kept how it is written
PARAMETERS_KEPT = 2_000


def joined(pairs):
    """``urlencode()``, for pages that write the same few parameters dozens of times."""
    return "&".join(
        parameter_written(name, value)
        if len(name) + len(value) <= SHORT_PARAMETER
        else urlencode([(name, value)])
        for name, value in pairs
    )


@lru_cache(PARAMETERS_KEPT)
def parameter_written(name, value):
    return urlencode([(name, value)])


def stated(data):
    """The parameters of a page without the empty ones: a form without a script sends all its fields."""
    found = QueryDict(mutable=True)
    for name, values in data.lists():
        if kept := [value for value in values if value.strip()]:
            found.setlist(name, kept)
    return found


def query_of(request, *dropped):
    """The query of this page without these parameters, and without those that a form sent empty."""
    pairs = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if value and name not in dropped
    ]
    return joined(pairs)


def without_one(request):
    """A function that says the address of this page without one value of a parameter, and back on the first page.

    A page with many filters asks for many of these, so what they have in common is written once.
    """
    pairs = [
        (name, value) for name, values in request.GET.lists() if name != "page" for value in values if value
    ]
    written = [(pair, joined([pair])) for pair in pairs]

    def address(*dropped):
        query = "&".join(text for pair, text in written if pair != dropped)
        return f"{request.path}?{query}" if query else request.path

    return address


def changed(request, /, **changes):
    """The address of this page with other parameters: each a value, a list of them, or ``""`` to drop it.

    It leads to the first page of the result.
    """
    query = dict(request.GET.lists())
    query.pop("page", None)
    query |= {name: value if isinstance(value, list) else [value] for name, value in changes.items()}
    pairs = [(name, value) for name, values in query.items() for value in values if value]
    return f"{request.path}?{joined(pairs)}" if pairs else request.path
