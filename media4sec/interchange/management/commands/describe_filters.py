"""Print docs/api-filters.md: what each kind of record is called, and what its lists can be asked for."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand

from media4sec.kinds import COMMON_FACETS, Facet, Kind, kinds

HEAD = """# Kinds and filters of the API

Written by `make docs`. How filters are asked, and where their values are, is in [For those who copy the
portal](integrators.md). A filter with “→” reads a field of documents that is called otherwise.
"""


class Command(BaseCommand):
    help = "Print the kinds with the filters of their lists as Markdown."

    def handle(self, **options: Any) -> None:
        self.stdout.write(filters_page(kinds()), ending="")


def filters_page(members: Iterable[Kind]) -> str:
    return "\n".join(lines_of(members)) + "\n"


def lines_of(members: Iterable[Kind]) -> Iterator[str]:
    yield HEAD
    yield f"Every list has {', '.join(filter_name(facet) for facet in COMMON_FACETS)}; `q`, `sort` and `ids`;"
    yield "`updated_since`, `updated_before` and `include_deleted`; `fields`, `limit`, `cursor` and `count`.\n"
    yield "| kind | list | pages and files | shape | filters of its own |"
    yield "| --- | --- | --- | --- | --- |"
    for kind in members:
        own = ", ".join(filter_name(facet) for facet in kind.listed.facets)
        cells = (f"`{kind.name}`", f"`{kind.api_url()}`", f"`{kind.list_url}`", f"`{kind.shape}`", own)
        yield f"| {' | '.join(cells)} |"


def filter_name(facet: Facet) -> str:
    return f"`{facet.name}`" + (f" → `{facet.source}`" if facet.source != facet.name else "")
