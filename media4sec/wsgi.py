"""The doors by which the web server enters: Django's, and ``ready``, for what needs nothing to be made."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "media4sec.settings")

application = get_wsgi_application()

from media4sec.kept import ready  # noqa: E402, F401 - it reads models, which Django had to load first
