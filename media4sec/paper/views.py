"""The papers of records and of lists, at their addresses."""

from threading import BoundedSemaphore

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from media4sec.paper.pack import pack_of
from media4sec.paper.records import paper_of
from media4sec.paper.text_document import MEDIA_TYPE, as_docx
from media4sec.paper.typesetting import as_pdf
from media4sec.portal.lists.views import refuse
from media4sec.portal.record.page import page_of
from media4sec.portal.record.views import at_address
from media4sec.publications.models import Publication
from media4sec.publications.selection import selected_as_listing
from media4sec.publications.since import newest_change_here

ONE_PACK = BoundedSemaphore()  # a hundred records take seconds: one at a time in each process
PATIENCE_FOR_PACKS = 20  # seconds


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


@require_safe
def list_pack(request: HttpRequest, form: str) -> HttpResponseBase:
    """``/list.pdf?ids=…``: the records of a list as one paper."""
    newest = newest_change_here()
    answer = selected_as_listing(request.GET)
    if answer.errors:
        return refuse(request, answer.errors)
    if not ONE_PACK.acquire(timeout=PATIENCE_FOR_PACKS):
        return HttpResponse(status=429, headers={"Retry-After": str(PATIENCE_FOR_PACKS)})
    try:
        paper = pack_of(Publication.objects.in_order_of(answer.result.ids), newest)
        if form == "pdf":
            return pdf_answer(as_pdf(paper), "medi4sec-list")
        response = HttpResponse(as_docx(paper), content_type=MEDIA_TYPE)
        response["Content-Disposition"] = 'attachment; filename="medi4sec-list.docx"'
        return response
    finally:
        ONE_PACK.release()
