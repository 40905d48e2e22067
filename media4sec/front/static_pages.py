"""Pages of text alone, and what robots and finders of weaknesses are told."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.portal.parameters import without_parameters


@require_safe
@without_parameters
def static_page(request, name, title, dated):
    crumbs = [{"title": gettext("Home"), "url": "/"}, {"title": title, "url": None}]
    context = {"crumbs": crumbs, "title": title, "dated": dated}
    return render(request, f"front/{name}.html", context)


@require_safe
def security_txt(request):
    """How to report a hole (RFC 9116); only where the operator has named a contact."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    contact = settings.SECURITY_CONTACT
    lines = [
        f"Contact: {contact if ':' in contact else 'mailto:' + contact}",
        f"Expires: {now() + timedelta(days=180):%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow: /admin/", f"Sitemap: {settings.BASE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
