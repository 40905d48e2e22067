"""Related records of the real content: the same wherever it is loaded, and each with its reasons on the page."""

import json

from media4sec.portal.record.links import links_from, neighbours_of
from media4sec.publications.models import Publication
from media4sec.records import workflow
from media4sec.records.folder_io import export_folder, load_folder


def test_loading_again_and_elsewhere_gives_the_same(content, tmp_path):
    def by_name():
        rows = Publication.objects.exclude(related="").values_list("kind", "identifier", "related")
        return {(kind, identifier): text for kind, identifier, text in rows}

    before = by_name()
    assert len(before) > 600
    export_folder(tmp_path)
    load_folder(tmp_path)
    assert by_name() == before
    assert workflow.rebuild_publications() == 0
    assert by_name() == before


def test_every_name_is_said_on_the_page(content):
    for row in Publication.objects.exclude(related="").order_by("pk")[:150]:
        shown = neighbours_of(row, links_from(row), _sources(row))
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
