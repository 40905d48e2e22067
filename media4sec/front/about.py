"""What the knowledge base is and who keeps it."""

import json
from collections import defaultdict

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.front.home import counts_by_kind
from media4sec.kinds import kinds
from media4sec.publications.models import Publication


@require_safe
def about(request):
    rows = Publication.objects.published().of("collection", "project").order_by("sort_key", "pk")
    documents = defaultdict(list)
    for kind, text in rows.values_list("kind", "document"):
        documents[kind].append(json.loads(text))
    counts = counts_by_kind()
    context = {
        "crumbs": [{"title": gettext("Home"), "url": "/"}, {"title": gettext("About & method"), "url": None}],
        "project": documents["project"][0] if documents["project"] else None,
        "collections": documents["collection"],
        "kinds": [
            {"kind": kind, "count": counts[kind.name], "months": kind.review_months}
            for kind in kinds()
            if counts[kind.name]
        ],
    }
    return render(request, "front/about.html", context)
