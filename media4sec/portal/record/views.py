"""Records at their addresses: the page, the way to it from other spellings, and what is there after withdrawal."""

from functools import cache

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from media4sec.kinds import app_of, kinds_by_name
from media4sec.languages import local
from media4sec.negotiation import with_other_forms
from media4sec.portal.errors import page as error_page
from media4sec.portal.lists.views import refuse
from media4sec.portal.record.asking import law_asked
from media4sec.portal.record.law import tells_law
from media4sec.portal.record.page import page_of
from media4sec.publications.addresses import publication_at
from media4sec.publications.models import Publication
from media4sec.publications.signposts import signposts_in_short
from media4sec.representations import forms_of_records, twin


@require_safe
@with_other_forms(forms_of_records)
def record(request, path, ref):
    """A record at its address; where it tells law, with that of ``?on=2026-12-04`` and of ``?country=ES``."""
    publication, answer = at_address(request, path, ref)
    if answer:
        return answer
    asked = law_asked(request.GET, tells_law(kinds_by_name()[publication.kind]))
    if asked.errors:
        return refuse(request, asked.errors)
    page = page_of(publication, day=asked.day, country=asked.country)
    answer = render(request, template_of(publication.kind), {"page": page})
    answer["Link"] = signposts_in_short(page.description)
    return answer


@cache
def template_of(kind_name):
    """The template that the kind's app has for it, else that of all records."""
    own = f"{app_of(kinds_by_name()[kind_name])}/{kind_name}.html"
    try:
        get_template(own)
    except TemplateDoesNotExist:
        return "portal/record.html"
    return own


def at_address(request, path, ref, below="", form=""):
    """(the published record that an address means, None), or (None, what to answer instead).

    Other spellings lead to the record's own address (301), withdrawn ones say why (410). ``below`` is the rest of
    the address, for the pages under a record's own; ``form`` is the end of it, for what is no page.
    """
    publication = publication_at(path, ref)
    if publication is None:
        raise Http404
    target = publication.heir
    if target.state == Publication.State.WITHDRAWN:
        return None, tombstone(request, target)
    query = request.GET.urlencode()
    if target is not publication and below.startswith("versions/"):
        below, query = "versions/", ""  # the numbers of another record's versions mean nothing here
    address = twin(target.url, form) if form else target.url + below
    if request.path_info != address:
        return None, HttpResponsePermanentRedirect(local(address) + (f"?{query}" if query else ""))
    return target, None


def tombstone(request, publication):
    kind, successor = kinds_by_name()[publication.kind], publication.replacement
    context = {
        "identifier": publication.identifier if kind.identifier.is_shown else "",  # else it tells the title
        "reason": publication.reason,
        "withdrawn_on": localdate(publication.modified_at),
        "successor": {"url": successor.url, "title": successor.title} if successor else None,
    }
    return error_page(request, 410, **context)
