"""Set-ups that cannot work are refused before anybody is served, and those that will disappoint are named.

``manage.py check --deploy`` makes these checks, and so does ``manage.py serve``. What settings can see alone, they
refuse themselves (``media4sec.settings``).
"""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import DatabaseError, connection

from media4sec.serving import THREADS

BESIDE_THREADS = (
    2  # connections of a worker: one for /ready and /metrics, one that asks whether anybody is answered
)
LIMITS_OF_POSTGRESQL = ("max_connections", "superuser_reserved_connections")
FOR_OTHERS = 5  # connections for jobs, migrations, a backup, and whoever looks into it


@register(Tags.database, deploy=True)
def connections_are_enough(app_configs, databases=None, **options):
    """Each thread of each worker of each node may hold a connection."""
    if connection.vendor != "postgresql":
        return []
    needed = settings.NODES * settings.SERVE_WORKERS * (THREADS + BESIDE_THREADS) + FOR_OTHERS
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, setting::int FROM pg_settings WHERE name = ANY(%s)",
                [list(LIMITS_OF_POSTGRESQL)],
            )
            found = dict(cursor.fetchall())
    except DatabaseError:
        return []  # it may come later, and the portal starts before it does
    allowed = found["max_connections"] - found["superuser_reserved_connections"]
    if needed <= allowed:
        return []
    return [
        Error(
            f"The database allows {allowed} connections; {settings.NODES} nodes with {settings.SERVE_WORKERS} workers "
            f"each may need {needed}.",
            hint="Raise max_connections, lower SERVE_WORKERS, or put a pooler in front of the database.",
            id="operations.E001",
        )
    ]


@register(Tags.database, deploy=True)
def several_nodes_share_what_they_must(app_configs, databases=None, **options):
    if settings.NODES == 1 or connection.vendor != "sqlite":
        return []
    return [
        Error(
            "Several nodes cannot share a SQLite database.",
            hint="Use PostgreSQL, or NODES=1.",
            id="operations.E002",
        )
    ]


@register(Tags.security, deploy=True)
def limits_are_common(app_configs, **options):
    """What counts wrong passwords in one process would let everybody try once more in the next."""
    backend = settings.CACHES["default"]["BACKEND"]
    if not backend.endswith(("LocMemCache", "DummyCache", "FileBasedCache")):
        return []
    return [
        Error(
            f"Limits of log-ins are counted in {backend.rpartition('.')[2]}, which processes do not share.",
            id="operations.E003",
        )
    ]


@register(Tags.security, deploy=True)
def figures_are_for_few(app_configs, **options):
    if not any(network.prefixlen == 0 for network in settings.METRICS_FROM):
        return []
    return [Error("METRICS_FROM names every address there is.", id="operations.E004")]


@register(Tags.security, deploy=True)
def the_proxy_is_known(app_configs, **options):
    """Over https there is a proxy in front, as the portal's own server speaks plain http."""
    if not settings.SECURE_SSL_REDIRECT:
        return []
    found = []
    if not settings.SECURE_PROXY_SSL_HEADER:
        found.append(
            Warning(
                "TRUST_X_FORWARDED_PROTO is not set: behind a proxy, every visitor is sent to https again and again.",
                hint="Set it to true where the proxy sets X-Forwarded-Proto on every request.",
                id="operations.W001",
            )
        )
    if not settings.TRUSTED_PROXIES:
        found.append(
            Warning(
                "TRUSTED_PROXIES is not set: all visitors share the address of the proxy, and its limits.",
                hint="Name the addresses of the proxies in front.",
                id="operations.W002",
            )
        )
    return found


@register(Tags.security, deploy=True)
def mail_is_sent(app_configs, **options):
    if not settings.BACK_OFFICE or "console" not in settings.EMAIL_BACKEND:
        return []
    return [
        Warning(
            "EMAIL_URL is not set: invitations and links for new passwords are written to the log.",
            hint="Name a mail server, such as smtp+tls://user:password@mail.example.eu:587.",
            id="operations.W003",
        )
    ]
