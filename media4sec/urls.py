"""Every address of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from media4sec.interchange.sitemap import sitemap
from media4sec.portal import lists, overview, records

handler400 = "media4sec.portal.errors.bad_request"
handler403 = "media4sec.portal.errors.forbidden"
handler404 = "media4sec.portal.errors.not_found"
handler500 = "media4sec.portal.errors.server_error"

urlpatterns = [
    path("", overview.home, name="home"),
    path("search/", lists.search, name="search"),
    path("matrix/", overview.matrix, name="matrix"),
    path("library/", overview.library, name="library"),
    path("about/", overview.about, name="about"),
    path(
        "accessibility/",
        overview.static_page,
        {"name": "accessibility", "title": "Accessibility statement"},
        name="accessibility",
    ),
    path("privacy/", overview.static_page, {"name": "privacy", "title": "Privacy notice"}, name="privacy"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path(".well-known/security.txt", overview.security_txt, name="security-txt"),
    path("robots.txt", overview.robots, name="robots"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.svg", permanent=True)),
    path("api/", include("media4sec.api")),
    path("admin/", admin.site.urls),
    path("<str:path>/", lists.kind_list, name="list"),
    path("<str:path>/<str:ref>/", records.record, name="record"),
]
