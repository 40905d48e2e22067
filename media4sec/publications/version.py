"""Which version of the content a database holds: what was worked out from another one does not hold any longer."""

from typing import Any

from django.db import connection
from django.db.models import Subquery

from media4sec.languages import memory
from media4sec.publications.models import Change, Generation


def content_version() -> tuple[str, Any]:
    """Which database, and its newest change: ``(number, time, the database's own name, which a rebuild changes)``."""
    remembered = memory.get()
    if remembered is not None and "version" in remembered:
        return remembered["version"]
    newest = Change.objects.annotate(generation=Subquery(Generation.objects.values("name")[:1]))
    version = newest.order_by("-seq").values_list("seq", "at", "generation").first()
    found = (str(connection.settings_dict["NAME"]), version)
    if remembered is not None:
        remembered["version"] = found
    return found
