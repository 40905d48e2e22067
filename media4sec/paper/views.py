"""The papers of records, at their addresses."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from media4sec.paper.records import paper_of
from media4sec.paper.typesetting import as_pdf
from media4sec.portal.record.page import page_of
from media4sec.portal.record.views import at_address


@require_safe
def record_pdf(request: HttpRequest, path: str, ref: str) -> HttpResponseBase:
    """``/technologies/T-001-….pdf``: the page of a record, to print or to send on."""
    publication, answer = at_address(request, path, ref, form="pdf")
    if answer:
        return answer
    return pdf_answer(as_pdf(paper_of(page_of(publication))), publication.identifier)


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF that browsers show, and save under ``name``."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
