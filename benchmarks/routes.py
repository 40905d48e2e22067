"""Every public address that answers GET, by its route: an example of each, in English."""

from media4sec.representations import forms_of_lists, forms_of_records

LIST, RECORD = "technologies", "/technologies/T-001-publicsonar"

# What the pages of tests/pages.py leave out: files, feeds, pictures, the API.
MORE = {
    "sitemap": "/sitemap.xml",
    "sitemap-part": "/sitemap-1.xml",
    "security": "/.well-known/security.txt",
    "opensearch": "/opensearch.xml",
    "robots": "/robots.txt",
    "accessibility-json": "/accessibility.json",
    "icon": "/favicon.ico",
    "manifest": "/site.webmanifest",
    "preview-home": "/preview/home.png",
    "preview-list": f"/preview/{LIST}.png",
    "preview-record": f"/preview{RECORD}.png",
    "suggest": "/search/suggest?q=poli",
    "list-by-title": f"/{LIST}/?sort=title",
    "list-last-page": f"/{LIST}/?page=8",
    "feed": f"/feeds/{LIST}.atom",
    "feed-json": f"/feeds/{LIST}.json",
    "calendar": "/workshops.ics",
    "calendar-of-record": "/workshops/W3-dark-web.ics",
    "api-catalog": "/.well-known/api-catalog",
    "llms-txt": "/llms.txt",
    "feed-everything": "/feeds/everything.atom",
    **{f"file-{form.suffix}": f"/{LIST}.{form.suffix}" for form in forms_of_lists()},
    **{f"record-{form.suffix}": f"{RECORD}.{form.suffix}" for form in forms_of_records()},
    "record-pdf": f"{RECORD}.pdf",
    "brief-pdf": "/situations/S-002-planned-demonstration/brief.pdf",
    "resourcesync": "/.well-known/resourcesync",
    "resourcesync-capabilities": "/resourcesync/capabilities.xml",
    "resourcesync-resources": "/resourcesync/resources.xml",
    "resourcesync-resources-part": "/resourcesync/resources-1.xml",
    "resourcesync-changes": "/resourcesync/changes.xml",
    "resourcesync-changes-part": "/resourcesync/changes-1.xml",
    "catalogue": "/catalog",
    "catalogue-turtle": "/catalog.ttl",
    "schemes": "/schemes",
    "schemes-turtle": "/schemes.ttl",
    "scheme": "/schemes/theme",
    "scheme-turtle": "/schemes/theme.ttl",
    "cards-pdf": "/patterns/cards.pdf?ids=P-001,P-007",
    "exercise-pdf": "/situations/S-004-missing-person/exercise.pdf?seed=7",
    "compare-csv": f"/{LIST}/compare.csv?ids=T-001,T-005",
    "compare-pdf": f"/{LIST}/compare.pdf?ids=T-001,T-005",
    "my-list-pdf": "/list.pdf?ids=T-001,T-005",
    "my-list-json": "/list.json?ids=T-001,T-005",
    "facet": f"/{LIST}/facets/maker/",
    "search-facet": "/search/facets/theme/?q=police",
    "api-list": f"/api/v1/{LIST}",
    "api-list-counted": f"/api/v1/{LIST}?count=true",
    "api-list-since": f"/api/v1/{LIST}?updated_since=2026-11-01",
    "api-list-with-withdrawn": f"/api/v1/{LIST}?include_deleted=true",
    "api-detail": f"/api/v1/{LIST}/T-001",
    "api-root": "/api/v1",
    "api-changes": "/api/v1/changes",
    "api-search": "/api/v1/search?q=dark+web",
    "api-facets": f"/api/v1/facets/{LIST}?theme=dark-web",
    "api-facets-of-search": "/api/v1/facets",
    "api-versions": f"/api/v1/{LIST}/T-001/versions",
    "api-version": f"/api/v1/{LIST}/T-001/versions/1",
    "api-related": f"/api/v1/{LIST}/T-001/related",
    "api-responsible-use": f"/api/v1/{LIST}/T-001/responsible-use",
    "api-incoming": "/api/v1/themes/dark-web/incoming",
    "api-with-slash": f"/api/v1/{LIST}/",
    "oai": "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "oai-of-theme": "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc&set=theme:dark-web",
    "oai-since": "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-11-01",
    "oai-sets": "/oai?verb=ListSets",
    "oai-identify": "/oai?verb=Identify",
    "solutions": "/api/v1/pos/solutions",
    "solutions-in-english": "/en/group_export",
    "solutions-as-page": "/group_export",
    "openapi": "/api/v1/openapi.json",
}


def examples():
    """``{name: address}``; some need a past or a report that the content does not have, and are not found then."""
    from tests.pages import LISTS, OTHERS, RECORDS  # they ask Django, which must be set up

    lists = {f"list-{name}" if not name.startswith("list-") else name: url for name, url in LISTS.items()}
    return OTHERS | lists | {f"record-{kind}": url for kind, url in RECORDS.items()} | MORE


def routes(patterns=None, before=""):
    """All routes of the portal, as Django writes them, without those behind a log-in and other languages' homes."""
    from django.urls import URLResolver, get_resolver

    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).removeprefix("^" if before else "")
        if route.startswith(("admin/", "api/v1/working")):
            continue
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def route_of(address):
    from django.urls import resolve

    return resolve(address.partition("?")[0]).route
