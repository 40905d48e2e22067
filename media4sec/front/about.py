"""What the knowledge base is and who keeps it."""

import json

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.kinds import kinds
from media4sec.portal.parameters import without_parameters
from media4sec.publications.index import current
from media4sec.publications.models import Publication

MOST_COLLECTIONS = 40


@require_safe
@without_parameters
def about(request):
    counts = current().numbers()
    projects, collections = (
        Publication.objects.published().of(kind).order_by("sort_key", "pk").values_list("document", flat=True)
        for kind in ("project", "collection")
    )
    context = {
        "crumbs": [{"title": gettext("Home"), "url": "/"}, {"title": gettext("About & method"), "url": None}],
        "project": next(map(json.loads, projects[:1]), None),
        "collections": [json.loads(text) for text in collections[:MOST_COLLECTIONS]],
        "collection_count": counts["collection"],
        "kinds": [
            {"kind": kind, "count": counts[kind.name], "months": kind.review_months}
            for kind in kinds()
            if counts[kind.name]
        ],
    }
    return render(request, "front/about.html", context)
