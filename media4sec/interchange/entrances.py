"""Where machines begin: a catalogue of all interfaces (RFC 9727), and the same for those that read text (llms.txt)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from media4sec.imprint import CATALOGUE_DESCRIPTION, LICENCE_URL, PUBLISHER
from media4sec.interchange.files.markdown import licence, link_to
from media4sec.interchange.linked.signposting import as_linkset
from media4sec.kinds import paths
from media4sec.link_headers import link_header, web_link
from media4sec.problems import fixed, require_safe
from media4sec.publications.lists import title_of
from media4sec.representations import HTML

JSON = "application/json"
API_CATALOG = "/.well-known/api-catalog"
OF_CATALOGUE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
DOCS = "/api/"
# (address, media type, what it is): each interface once; a new one is a line.
ENTRANCES = (
    ("/api/v1", JSON, "The REST API: every record as JSON, with the filters of the pages"),
    ("/api/v1/changes", JSON, "What changed, in order, from a cursor that never expires"),
    ("/dumps/manifest.json", JSON, "All records as files, made each night"),
    ("/feeds/everything.atom", "application/atom+xml", "The newest changes as an Atom feed"),
    ("/feeds/everything.json", "application/feed+json", "The same as a JSON Feed"),
    ("/oai", "text/xml", "Records for harvesters, with deletions (OAI-PMH 2.0)"),
    ("/catalog.ttl", "text/turtle", "Data sets, their files and services (DCAT-AP)"),
    ("/schemes.ttl", "text/turtle", "The vocabularies (SKOS)"),
    ("/en/group_export", JSON, "Technologies for DRIVER+’s Portfolio of Solutions"),
    ("/.well-known/resourcesync", "application/xml", "Lists of all documents and changes (ResourceSync)"),
    ("/accessibility.json", JSON, "The accessibility statement"),
    ("/sitemap.xml", "application/xml", "All pages"),
)


def absolute_url(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


@require_safe
@fixed
def api_catalog(request: HttpRequest) -> HttpResponseBase:
    """``/.well-known/api-catalog``: each interface, with its description where it has one."""
    here = absolute_url(API_CATALOG)
    contexts: list[dict[str, Any]] = [
        {"anchor": here, "item": [typed(path, type_) for path, type_, _ in ENTRANCES]}
    ]
    for path, _, title in ENTRANCES:
        links = {"service-doc": [typed(DOCS, HTML) | {"title": title}], "license": [{"href": LICENCE_URL}]}
        if path.startswith("/api/v1"):
            links["service-desc"] = [typed("/api/v1/openapi.json", JSON)]
        contexts.append({"anchor": absolute_url(path), **links})
    response = HttpResponse(as_linkset(contexts), content_type=OF_CATALOGUE)
    response["Link"] = link_header(web_link(here, "api-catalog"))
    return response


def typed(path: str, media_type: str) -> dict[str, str]:
    return {"href": absolute_url(path), "type": media_type}


@require_safe
@fixed
def llms_txt(request: HttpRequest) -> HttpResponseBase:
    """``/llms.txt``: what there is, in plain Markdown (https://llmstxt.org/)."""
    parts = [f"# {PUBLISHER}", f"> {CATALOGUE_DESCRIPTION}", HOW_TO_READ, "## Records"]
    parts.append("\n".join(described(path) for path in paths()))
    parts.append("## For machines")
    parts.append("\n".join(f"- {link_to(title, absolute_url(path))}" for path, _, title in ENTRANCES))
    parts.append("## About")
    parts.append("\n".join(f"- {link_to(title, absolute_url(path))}" for path, title in FURTHER_PAGES))
    return HttpResponse("\n\n".join([*parts, licence()]) + "\n", content_type="text/plain; charset=utf-8")


HOW_TO_READ = (
    "Each list below, and each record that it names, is there as Markdown at the address of its page with `.md` "
    "for the last slash. A record says which source states what, when it was checked, and what is not verified; "
    "cite it with its address and version. Nothing here is legal advice."
)
FURTHER_PAGES = (
    ("/about/", "About the knowledge base and its method"),
    (DOCS, "How to use the API, files and feeds"),
)


def described(path: str) -> str:
    members = paths()[path]
    leads = " ".join(str(kind.names.lead) for kind in members)
    return f"- {link_to(str(title_of(members)), absolute_url(f'/{path}.md'))}: {leads}"
