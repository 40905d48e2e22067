"""A WSGI application that does nothing but answer."""

from benchmarks.peers import BODY

BYTES = b"x" * BODY


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(BYTES)))])
    return [BYTES]
