"""Every address of the portal: those of editors, the pages, and those for machines."""

import re

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from catalogue.solutions import solutions
from media4sec.front import accessibility, compare_csv, home, static_pages
from media4sec.interchange import entrances
from media4sec.interchange.files import calendars, dumps, exports
from media4sec.interchange.files.attached import public_file
from media4sec.interchange.harvesting import feeds, resourcesync
from media4sec.interchange.harvesting.oai import oai
from media4sec.interchange.harvesting.sitemap import sitemap, sitemap_part
from media4sec.interchange.linked import dcat, skos
from media4sec.interchange.linked.rdf import RDF_FORMS
from media4sec.languages import CODES
from media4sec.portal.previews import views as previews
from media4sec.portal.search.views import opensearch
from media4sec.problems import fixed
from media4sec.representations import forms_of_lists, forms_of_records

handler400 = "media4sec.portal.errors.bad_request"
handler403 = "media4sec.portal.errors.forbidden"
handler404 = "media4sec.portal.errors.not_found"
handler500 = "media4sec.portal.errors.server_error"


def one_of(forms):
    """The ends of these forms' addresses, as a pattern."""
    return "|".join(re.escape(form.suffix) for form in forms)


FORM_OF_LIST = rf"^(?P<path>[a-z-]+)\.(?P<suffix>{one_of(forms_of_lists())})$"
FORM_OF_RECORD = rf"^(?P<path>[a-z-]+)/(?P<ref>[^/]+?)\.(?P<suffix>{one_of(forms_of_records())})$"
FORM_OF_CATALOGUE, FORM_OF_SCHEMES, FORM_OF_SCHEME = (
    rf"^{address}\.(?P<suffix>{one_of(RDF_FORMS)})$"
    for address in ("catalog", "schemes", "schemes/(?P<name>[a-z-]+)")
)

BACK_OFFICE_PAGES = [
    path("admin/accounts/", include("media4sec.accounts.urls")),
    path("admin/", admin.site.urls),
]
# Django tries one after the other: what is asked for most, and cannot all be kept, comes first.
urlpatterns = [
    *(BACK_OFFICE_PAGES if settings.BACK_OFFICE else []),
    path("", include("media4sec.front.pages")),
    # The middleware takes a language off; named here, so that Django puts the slash behind “/de”.
    *(path(f"{code}/", home.home) for code in CODES),
    *([path("", include("media4sec.writing.urls"))] if settings.BACK_OFFICE else []),
    path("", include("media4sec.front.api")),
    path("sitemap.xml", fixed(sitemap), name="sitemap"),
    path("sitemap-<int:number>.xml", fixed(sitemap_part), name="sitemap-part"),
    path(".well-known/security.txt", fixed(static_pages.security_txt), name="security-txt"),
    path("opensearch.xml", fixed(opensearch), name="opensearch"),
    path(".well-known/api-catalog", entrances.api_catalog, name="api-catalog"),
    path("llms.txt", entrances.llms_txt, name="llms-txt"),
    path("accessibility.json", accessibility.accessibility_json, name="accessibility-json"),
    path("robots.txt", fixed(static_pages.robots), name="robots"),
    *(path(address[1:], fixed(previews.site_icon)) for address in previews.ICONS),
    path("site.webmanifest", fixed(previews.manifest), name="manifest"),
    path("preview/home.png", previews.home_preview),
    path("preview/<str:path>.png", previews.list_preview),
    path("preview/<str:path>/<str:ref>.png", previews.record_preview),
    path(".well-known/resourcesync", resourcesync.description, name="resourcesync"),
    path("resourcesync/capabilities.xml", resourcesync.capabilities),
    path("resourcesync/resources.xml", resourcesync.resources),
    path("resourcesync/resources-<int:number>.xml", resourcesync.resources_part),
    path("resourcesync/changes.xml", resourcesync.changes_index),
    path("resourcesync/changes-<int:number>.xml", resourcesync.changes_part),
    path("dumps/manifest.json", dumps.dump_manifest, name="dumps"),
    path("dumps/<slug:folder>/<str:name>", dumps.dump_file),
    path("dumps/<str:name>", dumps.dump_file),
    re_path(
        r"^files/(?P<digest>[0-9a-f]{32})/(?P<name>[A-Za-z0-9_-]+\.[a-z]+)$", fixed(public_file), name="file"
    ),
    path("catalog", dcat.catalogue_forms, name="catalogue"),
    re_path(FORM_OF_CATALOGUE, dcat.catalogue_file),
    path("schemes", skos.all_schemes, name="schemes"),
    re_path(FORM_OF_SCHEMES, skos.schemes_file),
    path("schemes/<slug:name>", skos.one_scheme, name="scheme"),
    re_path(FORM_OF_SCHEME, skos.schemes_file),
    re_path(r"^feeds/(?P<path>[a-z-]+)\.(?P<form>atom|json)$", feeds.feed, name="feed"),
    re_path(r"^(?P<path>[a-z-]+)\.ics$", calendars.calendar_of_list, name="calendar"),
    re_path(r"^(?P<path>[a-z-]+)/(?P<ref>[^/]+?)\.ics$", calendars.calendar_of_record, name="calendar-twin"),
    re_path(FORM_OF_LIST, exports.result, name="export"),
    re_path(r"^(?P<path>[a-z-]+)/compare\.csv$", compare_csv.compared_as_csv, name="compare-csv"),
    re_path(FORM_OF_RECORD, exports.record_file, name="twin"),
    path("oai", oai, name="oai"),
    path("en/group_export", solutions),
    path("api/v1/pos/solutions", solutions),
]
