"""Files of records at their addresses: those that a version names which readers may see, and no others."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from media4sec.link_headers import link_header, web_link
from media4sec.publications.models import Publication, PublicFile
from media4sec.representations import HTML
from media4sec.stored import PUBLIC_AT, file_answer

# A withdrawn file is gone from caches within a minute. What is asked for again later is not sent again, by its tag.
KEPT_FOR = "public, max-age=60"


@require_safe
def public_file(request: HttpRequest, digest: str, name: str) -> HttpResponseBase:
    """A picture, a PDF or its cover, while a publication or one of its versions names it; 410 once it is withdrawn."""
    rows = PublicFile.objects.filter(url=f"{PUBLIC_AT}{digest}/{name}")
    public = rows.filter(publication__state=Publication.State.PUBLISHED).order_by("publication")
    row = public.select_related("publication").only("stored_as", "media_type", "publication__url").first()
    if row is None and rows.exists():
        return HttpResponse(status=410)  # gets its page on the way
    answer = row and file_answer(row.stored_as, row.media_type, name)
    if not row or not answer:
        raise Http404
    answer["Link"] = link_header(web_link(f"{settings.BASE_URL}{row.publication.url}", "collection", HTML))
    answer["Cache-Control"] = KEPT_FOR
    return answer
