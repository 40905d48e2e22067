"""Error pages in the site's layout; problem documents under /api/."""

from django.shortcuts import render

from media4sec.interchange import problems


def _answer(request, status):
    if request.path.startswith("/api/"):
        return problems.response(request, status)
    return render(request, f"{status}.html", status=status)


def bad_request(request, exception=None):
    return _answer(request, 400)


def forbidden(request, exception=None):
    return _answer(request, 403)


def not_found(request, exception=None):
    return _answer(request, 404)


def server_error(request):
    if request.path.startswith("/api/"):
        return problems.response(request, 500)
    return render(None, "500.html", status=500)
