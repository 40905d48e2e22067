"""What people type, and what they expect among the first three results: a table, run on the real content."""

import tomllib
from pathlib import Path

import pytest

from media4sec.publications.models import Publication
from media4sec.publications.search import search

TABLE = tomllib.loads(Path(__file__).with_name("search_queries.toml").read_text(encoding="utf-8"))


def found(words, most=3):
    """The first results as ``kind:identifier``."""
    ids = search(words).ids[:most]
    rows = Publication.objects.in_bulk(ids)
    return [f"{rows[pk].kind}:{rows[pk].identifier}" for pk in ids]


@pytest.mark.once  # ranks are the portal's own
@pytest.mark.parametrize("query", TABLE["query"], ids=lambda query: query["words"])
def test_search_finds_it_among_the_first_three(content, query):
    first = found(query["words"])

    assert set(first) & set(query["expect"]), f"{query['why']}: {first}"


@pytest.mark.parametrize("query", TABLE["nothing"], ids=lambda query: query["words"])
def test_search_finds_nothing_where_there_is_nothing(content, query):
    assert found(query["words"]) == [], query["why"]


def test_table_is_long_and_names_records_that_exist(content):
    known = {
        f"{kind}:{identifier}" for kind, identifier in Publication.objects.values_list("kind", "identifier")
    }

    assert len(TABLE["query"]) >= 650
    assert {name for query in TABLE["query"] for name in query["expect"]} <= known
