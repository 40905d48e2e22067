"""What is asked of the servers: addresses of the portal and of its peers, the same questions for all of them."""

import random
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from urllib.parse import quote, urlencode

from benchmarks.portals import HERE, query

CHOOSABLE = (
    "theme",
    "function",
    "status",
    "price",
    "works-on",
    "user",
    "kind",
    "platform",
    "country",
    "issue",
)
COMBINATIONS = 20_000  # more than one run asks for, so that none comes a second time
PUBLISHED = (
    "SELECT {column} FROM publications_publication "
    "WHERE kind = 'technology' AND state = 'published' ORDER BY id"
)
TERMS = (
    "SELECT field, value, dense_rank() OVER (ORDER BY publication_id) FROM publications_term "
    "JOIN publications_publication ON publication_id = publications_publication.id "
    "WHERE kind = 'technology' AND state = 'published' ORDER BY field, value, publication_id"
)
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@dataclass
class Target:
    """One thing that is asked for, of one server."""

    name: str  # what is measured: "list", "record"
    title: str
    paths: list[str]
    headers: dict[str, str] = field(default_factory=dict)
    once: bool = False  # each address once in a round, as it may be kept afterwards
    is_new: bool = False  # asked after something has changed, so that no answer of the round before is kept
    has_it: bool = False  # as by a browser that has the page, and asks whether it has changed


def targets_of(database):
    """All that is asked of a portal, with what its database has."""
    terms = query(database, TERMS)
    lists, fifties = combinations(terms, 25), combinations(terms, 50)
    records = [url for (url,) in query(database, PUBLISHED.format(column="url"))]
    identifiers = [identifier for (identifier,) in query(database, PUBLISHED.format(column="identifier"))]
    found = [
        Target("cached", "a page that is asked for again and again", ["/technologies/"], BROWSER),
        Target(
            "unchanged", "the same, which has not changed (304)", ["/technologies/"], BROWSER, has_it=True
        ),
        Target("home", "home page, asked for again and again", ["/"], BROWSER),
        Target(
            "list",
            "list with facets, other filters each time",
            with_query("/technologies/", lists),
            is_new=True,
        ),
        Target(
            "list-packed",
            "the same, compressed as for a browser",
            with_query("/technologies/", lists[::-1]),
            BROWSER,
            is_new=True,
        ),
        Target("record", "record page, another record each time", records, once=True, is_new=True),
        Target(
            "search",
            "search, another question each time",
            with_query("/search/", questions()),
            once=True,
            is_new=True,
        ),
        Target(
            "api-list",
            "API: list of 50, other filters each time",
            with_query("/api/v1/technologies", fifties),
            is_new=True,
        ),
        Target(
            "api-detail",
            "API: one record, another one each time",
            [f"/api/v1/technologies/{i}" for i in identifiers],
            once=True,
            is_new=True,
        ),
        Target("feed", "feed of everything", ["/feeds/everything.atom"]),
    ]
    return found


def with_query(path, queries):
    return [f"{path}?{query}" for query in queries]


def combinations(terms, least, most=COMBINATIONS):
    """Different filters of the list of technologies, each of which finds at least so many, always the same ones.

    ``terms`` are the rows of ``TERMS``.
    """
    having = defaultdict(lambda: defaultdict(int))  # a set of records is one number: a bit a record
    for name, value, number in terms:
        if name in CHOOSABLE:
            having[name][value] |= 1 << number
    chance, found = random.Random(700281), {}
    for _ in range(most * 20):
        chosen, passing = {}, -1
        for name in chance.sample(sorted(having), chance.choice((1, 2, 2, 3))):
            values = chance.sample(sorted(having[name]), chance.randint(1, min(len(having[name]), 8)))
            chosen[name] = values
            passing &= reduce(or_, (having[name][value] for value in values))
        if passing.bit_count() >= least:
            found[urlencode(chosen, doseq=True)] = None
        if len(found) == most:
            break
    return list(found)


def questions():
    """What people ask the search, as the tests of the search have it."""
    text = (HERE / "tests" / "search_queries.toml").read_text(encoding="utf-8")
    asked = [row["words"] for row in tomllib.loads(text)["query"]]
    return [f"q={quote(words)}" for words in dict.fromkeys(asked)]
