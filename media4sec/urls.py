"""Every address of the portal: those for machines and editors, then the pages."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from media4sec.interchange.sitemap import sitemap
from media4sec.portal import overview

handler400 = "media4sec.portal.errors.bad_request"
handler403 = "media4sec.portal.errors.forbidden"
handler404 = "media4sec.portal.errors.not_found"
handler500 = "media4sec.portal.errors.server_error"

urlpatterns = [
    path("sitemap.xml", sitemap, name="sitemap"),
    path(".well-known/security.txt", overview.security_txt, name="security-txt"),
    path("robots.txt", overview.robots, name="robots"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.svg", permanent=True)),
    path("api/v1/", include("media4sec.api")),
    path("admin/", admin.site.urls),
    path("", include("media4sec.pages")),
]
