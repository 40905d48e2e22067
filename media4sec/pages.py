"""The pages that people read; they exist once in every language (``media4sec.languages``)."""

from django.urls import path

from media4sec.api import reference
from media4sec.corrections import views as corrections
from media4sec.portal import lists, overview, project, records

handler400 = "media4sec.portal.errors.bad_request"
handler403 = "media4sec.portal.errors.forbidden"
handler404 = "media4sec.portal.errors.not_found"
handler500 = "media4sec.portal.errors.server_error"

urlpatterns = [
    path("", overview.home, name="home"),
    path("search/", lists.search, name="search"),
    path("matrix/", overview.matrix, name="matrix"),
    path("library/", project.library, name="library"),
    path("timeline/", project.timeline, name="timeline"),
    path("about/", overview.about, name="about"),
    path(
        "accessibility/",
        overview.static_page,
        {"name": "accessibility", "title": "Accessibility statement"},
        name="accessibility",
    ),
    path("privacy/", overview.static_page, {"name": "privacy", "title": "Privacy notice"}, name="privacy"),
    path("api/", reference, name="api-reference"),
    path("corrections/", corrections.index, name="corrections"),
    path("corrections/new/", corrections.new, name="correction-new"),
    path("corrections/<str:receipt>/", corrections.correction, name="correction"),
    path("<str:path>/", lists.kind_list, name="list"),
    path("<str:path>/<str:ref>/", records.record, name="record"),
]
