"""Headers that tell a browser what our answers may do: one middleware, for every response.

There is no django-csp beside it: our policies are three constant strings without nonces, chosen together
with the other headers by what an answer is, and they must also stand on static files, redirects and errors.
"""

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.middleware.gzip import GZipMiddleware

# How the server tells Django that it did not take the body of a request: the status to answer with, in the environ.
REFUSED_STATUS = "media4sec.refused"

CONTENT_SECURITY_POLICIES = {
    # Exactly what public pages use. No data: images, no inline script or style, no HTML made from strings.
    "page": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    # Django's admin scripts write HTML from strings, so Trusted Types would stop them.
    "admin": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    # Answers for machines, and files: nothing in them is meant to run.
    "machine": "default-src 'none'; frame-ancestors 'none'",
}

# What a browser can switch off and pages do not use. Copying a link to the clipboard is all that they do use.
UNUSED_FEATURES = [
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
]
PASSKEYS = ["publickey-credentials-create", "publickey-credentials-get"]  # used by the back-office alone


def permissions_policy(used, unused):
    return ", ".join([*(f"{feature}=(self)" for feature in used), *(f"{feature}=()" for feature in unused)])


PERMISSIONS_POLICY = permissions_policy(["clipboard-write"], [*UNUSED_FEATURES, *PASSKEYS])
PERMISSIONS_POLICY_OF_ADMIN = permissions_policy(["clipboard-write", *PASSKEYS], UNUSED_FEATURES)


# Open data may be read by scripts of any site, without whoever runs them being known; nothing else may.
OPEN_TO_SCRIPTS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Last-Modified, Link, Location, Retry-After, Content-Disposition, Deprecation, Sunset, X-Request-ID"
    ),
}
ASKED_BEFORE = {  # what a browser is told that asks whether it may
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, Range",
    "Access-Control-Max-Age": "86400",
}


TOKENS_OPEN = "/api/v1/working"  # what is here is for whoever has a token


def is_for_tokens(path):
    return settings.BACK_OFFICE and (path == TOKENS_OPEN or path.startswith(f"{TOKENS_OPEN}/"))


def is_back_office(path):
    """On a node without one, its addresses are like those that never were."""
    return settings.BACK_OFFICE and path.startswith("/admin/")


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages of the back-office, and answers to forms; all others are by ``media4sec.kept``."""

    def process_response(self, request, response):
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response


def standing_headers(nature):
    """What every answer of a nature says, whoever makes it and whatever it is about."""
    is_admin = nature == "admin"
    return {
        "Content-Security-Policy": CONTENT_SECURITY_POLICIES[nature],
        "Permissions-Policy": PERMISSIONS_POLICY_OF_ADMIN if is_admin else PERMISSIONS_POLICY,
        # Django's SecurityMiddleware sets these as well, but not on the errors that it raises itself.
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }


def headers_of_server(environ):
    """For the few answers that the server gives without Django: words for programs of ours, kept by nobody."""
    found = standing_headers("machine") | {
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if settings.SECURE_HSTS_SECONDS and WSGIRequest(environ.copy()).is_secure():
        found["Strict-Transport-Security"] = (
            f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
        )
    return found


class HeadersMiddleware:
    """Adds what a view has not set itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        nature = nature_of(request.path_info, response)
        if nature != "admin":
            # Django takes back cookies that make no sense; a shared cache would take them from everybody.
            response.cookies.clear()
        headers = response.headers
        for name, value in standing_headers(nature).items():
            headers.setdefault(name, value)
        policy = resource_policy(request, nature)
        headers.setdefault("Cross-Origin-Resource-Policy", policy)
        if policy == "cross-origin":
            more = OPEN_TO_SCRIPTS | (ASKED_BEFORE if request.method == "OPTIONS" else {})
            for name, value in more.items():
                headers[name] = value
        headers.setdefault("Cache-Control", cache_control(request, response, nature))
        return response


def nature_of(path, response):
    """What an answer is: "admin", "machine", or "page" (redirects and errors between pages included)."""
    if is_back_office(path):
        return "admin"
    content_type = response.headers.get("Content-Type", "text/html")
    return "page" if content_type.startswith("text/html") else "machine"


def resource_policy(request, nature):
    """Other sites may read our open data, but not embed our pages' own files, nor what a token opens."""
    is_open = nature == "machine" and request.method in ("GET", "HEAD", "OPTIONS")
    is_ours = request.path_info.startswith(settings.STATIC_URL) or is_for_tokens(request.path_info)
    return "cross-origin" if is_open and not is_ours else "same-origin"


def cache_control(request, response, nature):
    """What depends on a visitor is kept nowhere; the rest is asked for again each time, by its ETag."""
    varies = {name.strip().lower() for name in response.headers.get("Vary", "").split(",")}
    is_apart = nature == "admin" or is_for_tokens(request.path_info)
    is_personal = is_apart or bool(response.cookies) or "cookie" in varies
    if is_personal or response.status_code >= 500 or request.method not in ("GET", "HEAD"):
        return "private, no-store" if is_personal else "no-store"
    return "public, no-cache"
