"""The papers of records and of lists, at their addresses."""

from collections.abc import Callable
from functools import wraps
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from media4sec.kinds import kinds_by_name
from media4sec.paper.blocks import Paper
from media4sec.paper.pack import pack_of
from media4sec.paper.records import paper_of
from media4sec.paper.typesetting import as_pdf
from media4sec.portal.lists.views import refuse
from media4sec.portal.record.asking import law_asked
from media4sec.portal.record.law import tells_law
from media4sec.portal.record.page import page_of
from media4sec.portal.record.views import at_address
from media4sec.publications.models import Publication
from media4sec.publications.selection import selected_as_listing
from media4sec.publications.since import newest_change_here

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGE_PAPER = Lock()  # held while one is made
LARGE_PAPER_TAKES = 20  # seconds at most


def one_at_a_time(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of papers that take seconds: each process makes one, and nobody waits in one of its few threads."""

    @wraps(view)
    def made_alone(request: HttpRequest, **named: str) -> HttpResponseBase:
        if not LARGE_PAPER.acquire(blocking=False):
            return HttpResponse(status=429, headers={"Retry-After": str(LARGE_PAPER_TAKES)})
        try:
            return view(request, **named)
        finally:
            LARGE_PAPER.release()

    return made_alone


@require_safe
def record_pdf(request: HttpRequest, path: str, ref: str) -> HttpResponseBase:
    """``/technologies/T-001-….pdf``: the page of a record, to print or to send on, with the law that the page tells."""
    publication, answer = at_address(request, path, ref, form="pdf")
    if answer:
        return answer
    asked = law_asked(request.GET, tells_law(kinds_by_name()[publication.kind]))
    if asked.errors:
        return refuse(request, asked.errors)
    page = page_of(publication, day=asked.day, country=asked.country, is_for_paper=True)
    return pdf_answer(as_pdf(paper_of(page)), publication.identifier)


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF that browsers show, and save under ``name``."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require_safe
@one_at_a_time
def list_pack(request: HttpRequest, form: str) -> HttpResponseBase:
    """``/list.pdf?ids=…``: the records of a list as one paper."""
    newest = newest_change_here()
    answer = selected_as_listing(request.GET)
    if answer.errors:
        return refuse(request, answer.errors)
    paper = pack_of(Publication.objects.in_order_of(answer.result.ids.tolist()), newest)
    if form == "pdf":
        return pdf_answer(as_pdf(paper), "medi4sec-list")
    response = HttpResponse(docx_of(paper), content_type=DOCX_TYPE)
    response["Content-Disposition"] = 'attachment; filename="medi4sec-list.docx"'
    return response


def docx_of(paper: Paper) -> bytes:
    from media4sec.paper.text_document import as_docx  # 8 MB that most workers never need

    return as_docx(paper)
