"""Serve the portal in earnest: checks first, then the web server with its workers in the place of this process."""

import ipaddress
import os

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from media4sec.serving import serving


class Command(BaseCommand):
    help = (
        "Serve the portal. Nothing is loaded or changed, and tables only with --migrate. Stop it with SIGTERM: "
        "requests under way are finished. SIGHUP replaces the workers one by one, with the code that is there now."
    )
    requires_system_checks = []  # those of a deployment are made below

    def add_arguments(self, parser):
        parser.add_argument("--host", default=settings.SERVE_HOST, help="The address to listen at.")
        parser.add_argument("--port", type=int, default=settings.SERVE_PORT)
        parser.add_argument(
            "--socket",
            default=settings.SERVE_SOCKET,
            metavar="PATH",
            help="Listen at a socket instead, for a proxy here.",
        )
        parser.add_argument(
            "--workers", type=int, default=settings.SERVE_WORKERS, help="Processes that answer."
        )
        parser.add_argument(
            "--public",
            action="store_true",
            default=settings.SERVE_PUBLIC,
            help="Listen for other machines, too.",
        )
        parser.add_argument("--migrate", action="store_true", help="Bring the tables up to date before.")

    def handle(self, *, host, port, socket, workers, public, migrate, **options):
        if workers < 1:
            raise CommandError("At least one worker is needed.")
        if not (socket or public or is_loopback(host)):
            raise CommandError(
                f"{host} can be reached from other machines, and a proxy should be in front of them: listen at "
                "127.0.0.1 or at a socket, or say --public."
            )
        self.check(include_deployment_checks=True, fail_level=checks.ERROR)
        see_static_files()
        if migrate:
            call_command("migrate", interactive=False)
        see_tables()
        connection.close()
        where = f"unix:{os.path.abspath(socket)}" if socket else f"http://{bracketed(host)}:{port}"
        self.stdout.write(f"Serving {settings.BASE_URL}/ at {where} with {workers} workers.")
        self.stdout.flush()
        command = serving(where, workers)
        os.execv(command[0], command)


def is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bracketed(host):
    return f"[{host}]" if ":" in host else host


def see_static_files():
    """Pages name static files by what they hold: without the list of these, there is no page."""
    if getattr(staticfiles_storage, "hashed_files", True) == {}:
        raise CommandError("Static files were not collected: run manage.py collectstatic.")


def see_tables():
    """A database that is away may come back, and the portal starts before it does; one without tables will not do."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise CommandError(
            f"The database lacks {len(missing)} migrations: run manage.py migrate, or say --migrate."
        )
