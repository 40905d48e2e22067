"""Related records of the real content: each with its reasons on the page. test_roundtrip.py loads them again."""

import json

from media4sec.portal.record.links import links_from, neighbours_of
from media4sec.publications.models import Publication


def test_every_name_is_said_on_the_page(content):
    rows = Publication.objects.exclude(related="").order_by("pk")[:150]
    assert len(rows) == 150
    for row in rows:
        shown = neighbours_of(row, links_from([row])[row.pk], _sources(row))
        assert len(shown) == len(json.loads(row.related)["near"])
        assert all(record["reasons"] for record in shown)


def _sources(row):
    return [
        {"url": one["url"], "title": one["title"]}
        for part in [json.loads(row.document), *_parts(json.loads(row.document))]
        for one in part.get("sources", ())
    ]


def _parts(document):
    return [
        part
        for value in document.values()
        if isinstance(value, list)
        for part in value
        if isinstance(part, dict) and "key" in part
    ]
