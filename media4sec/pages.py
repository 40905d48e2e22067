"""The pages that people read; they exist once in every language (``media4sec.languages``)."""

import datetime

from django.urls import path
from django.utils.translation import gettext_lazy as _

from media4sec.api import reference
from media4sec.corrections import views as corrections
from media4sec.portal import compare, design, lists, overview, project, records, search, versions
from workshops import patterns

handler400 = "media4sec.portal.errors.bad_request"
handler403 = "media4sec.portal.errors.forbidden"
handler404 = "media4sec.portal.errors.not_found"
handler500 = "media4sec.portal.errors.server_error"

DATED = {
    "accessibility": datetime.date(2026, 11, 23),
    "privacy": datetime.date(2026, 11, 26),
}  # last gone through

urlpatterns = [
    path("", overview.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/suggest", search.suggest, name="search-suggest"),
    path("matrix/", overview.matrix, name="matrix"),
    path("library/", project.library, name="library"),
    path("timeline/", project.timeline, name="timeline"),
    path("patterns/", patterns.explorer, name="patterns"),
    path("about/", overview.about, name="about"),
    path(
        "accessibility/",
        overview.static_page,
        {"name": "accessibility", "title": _("Accessibility statement"), "dated": DATED["accessibility"]},
        name="accessibility",
    ),
    path(
        "privacy/",
        overview.static_page,
        {"name": "privacy", "title": _("Privacy notice"), "dated": DATED["privacy"]},
        name="privacy",
    ),
    path("api/", reference, name="api-reference"),
    path("design/", design.design, name="design"),
    path("corrections/", corrections.index, name="corrections"),
    path("corrections/new/", corrections.new, name="correction-new"),
    path("corrections/<str:receipt>/", corrections.correction, name="correction"),
    path("<str:path>/", lists.kind_list, name="list"),
    path("<str:path>/compare/", compare.page, name="compare"),
    path("<str:path>/<str:ref>/", records.record, name="record"),
    path("<str:path>/<str:ref>/versions/", versions.versions, name="versions"),
    path("<str:path>/<str:ref>/versions/<int:number>/", versions.version, name="version"),
]
