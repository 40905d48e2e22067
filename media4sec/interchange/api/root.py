"""The API's front door: which kinds of records there are, and all that can be asked of each."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from media4sec.imprint import LICENCE_URL, PUBLISHER
from media4sec.interchange.api.rest import api_link_header, shape_address
from media4sec.interchange.records import dumped, moment
from media4sec.interchange.results import newest_change, tagged
from media4sec.kinds import kinds
from media4sec.link_headers import web_link
from media4sec.problems import fixed, require_safe
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.representations import forms_of_lists


@require_safe
@fixed
def root(request: HttpRequest) -> HttpResponseBase:
    """``/api/v1``: everything else is found from here. Two queries, which read one row of each kind."""
    tag, at = newest_change()
    base, index = settings.BASE_URL, current()
    numbers = index.numbers()
    rows = Publication.objects.published().filter(pk__in=index.newest())
    newest = dict(rows.values_list("kind", "modified_at"))
    body = {
        "title": PUBLISHER,
        "license": LICENCE_URL,
        "updated": at and moment(at),
        "description": f"{base}/api/v1/openapi.json",
        "documentation": f"{base}/api/",
        "search": f"{base}/api/v1/search",
        "facets": f"{base}/api/v1/facets",
        "changes": f"{base}/api/v1/changes",
        "dumps": f"{base}/dumps/manifest.json",
        "feed": f"{base}/feeds/everything.atom",
        "interfaces": f"{base}/.well-known/api-catalog",
        "kinds": [
            {
                "kind": kind.name,
                "plural": kind.plural,
                "path": kind.path,
                "title": str(kind.names.many),
                "schema": shape_address(kind.shape),
                "records": numbers[kind.name],
                "updated": moment(newest[kind.name]) if kind.name in newest else None,
                "list": f"{base}{kind.api_url()}",
                "facets": f"{base}/api/v1/facets/{kind.plural}",
                "page": f"{base}{kind.list_url}",
                "feed": f"{base}/feeds/{kind.path}.atom",
                "files": {form.suffix: f"{base}/{kind.path}.{form.suffix}" for form in forms_of_lists()},
                "dump": f"{base}/dumps/{kind.plural}.jsonl.gz",
            }
            for kind in kinds()
        ],
    }
    response = tagged(HttpResponse(dumped(body), content_type="application/json"), tag, at)
    response["Link"] = api_link_header("Root", web_link(f"{base}/api/v1", "self"))
    return response
