"""The door by which the web server enters."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
