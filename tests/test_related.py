"""Related records: what they are found by, what is said of them, and that they follow every step."""

import json
import random

import pytest

from media4sec.kinds import kinds
from media4sec.publications import related
from media4sec.publications.models import Change, Feature, Publication
from media4sec.records import workflow
from media4sec.records.documents.reading import references_in, working_document
from media4sec.records.models import Record
from tests.examples import examples
from tests.factories import fresh, make, publish, published, save, source
from tests.public import text_of

pytestmark = pytest.mark.django_db

APART = {"themes": [], "sources": []}


def tool(title, **values):
    """A technology that shares nothing with others but what is given."""
    return published("technology", **({"title": title, "summary": title} | APART | values))


def publication(record):
    return Publication.objects.get(kind=record.kind_name, identifier=record.identifier)


def near(record):
    """[(name, its reasons)] as kept."""
    kept = json.loads(publication(record).related or "{}")
    return [(name, features) for name, features in kept.get("near", [])]


def name_of(record):
    return f"{record.kind_name}:{record.identifier}"


def everything():
    return dict(Publication.objects.values_list("pk", "related"))


# What they are found by


def test_shared_sources_and_records_relate_and_say_so(client):
    function = published("function", title="Sorting")
    cited = source(title="The one report")
    one = tool("Alpha", functions=[function.identifier], sources=[cited])
    two = tool("Beta", functions=[function.identifier], sources=[cited])

    assert near(one) == [(name_of(two), [f"to:function:{function.identifier}", f"source:{cited['url']}"])]
    assert [name for name, _ in near(two)] == [name_of(one)]
    words = text_of(client.get(one.url))
    assert "shares the function “Sorting”" in words.replace("“ ", "“").replace(" ”", "”")
    assert "cites the same source, “The one report”" in words.replace("“ ", "“").replace(" ”", "”")


def test_records_named_together_relate(client):
    one, two = tool("Alpha"), tool("Beta")
    pattern = published("pattern", title="Both at once", technologies=[one.identifier, two.identifier])

    assert near(one) == [(name_of(two), [f"by:{name_of(pattern)}"])]
    words = text_of(client.get(one.url)).replace("“ ", "“").replace(" ”", "”")
    assert "is named with it in the practice pattern “Both at once”" in words


def test_words_relate_where_nothing_else_does(client):
    one = tool("Encryption of marketplaces", summary="Marketplaces use encryption.")
    two = tool("Marketplaces", summary="Encryption protects marketplaces against readers.")
    tool("Something else", summary="Floods and volunteers.")

    assert [name for name, _ in near(one)] == [name_of(two)]
    words = text_of(client.get(one.url)).casefold()
    assert "is about similar things: marketplaces, encryption" in words


def test_shared_records_come_before_words():
    function = published("function")
    one = tool("Encryption of marketplaces", functions=[function.identifier])
    alike = tool("Marketplaces of encryption")
    linked = tool("Volunteers", functions=[function.identifier])

    assert [name for name, _ in near(one)] == [name_of(linked), name_of(alike)]


def test_linked_records_are_not_told_twice():
    issue = published("issue", title="Encryption of marketplaces", **APART)
    one = tool("Encryption of marketplaces", issues=[issue.identifier])

    assert near(one) == []
    assert near(issue) == []


def test_some_kinds_have_no_neighbours():
    published("person", title="Encryption of marketplaces")
    published("person", title="Encryption of marketplaces")

    assert set(Publication.objects.of("person").values_list("related", flat=True)) == {""}
    assert {kind.name for kind in kinds() if not kind.links.has_neighbours} > {
        "statement",
        "concept",
        "person",
    }


# What they follow


def test_drafts_relate_to_nothing():  # gate 3.9
    function = published("function")
    one = tool("Alpha", functions=[function.identifier])
    two = make("technology", title="Beta", functions=[function.identifier])
    assert near(one) == []

    two = publish(two)
    assert [name for name, _ in near(one)] == [name_of(two)]

    edited = save(working_document(two) | {"functions": []}, "technology", two)
    assert [name for name, _ in near(one)] == [name_of(two)]
    publish(edited)
    assert near(one) == []


def test_withdrawn_is_gone_at_once_and_comes_back(client):  # gate 3.13
    function = published("function", title="Sorting")
    one = tool("Alpha", functions=[function.identifier])
    two = tool("Beta", functions=[function.identifier])
    before = everything()

    workflow.withdraw(two, reason="Gone.")
    assert near(one) == []
    assert publication(two).related == ""
    assert "Beta" not in client.get(one.url).content.decode()

    workflow.restore(fresh(two))
    assert everything() == before


def test_reasons_name_only_what_is_public(client):  # gate 3.13
    function = published("function", title="Sorting")
    cited = source(title="The one report")
    one = tool("Alpha", functions=[function.identifier], sources=[cited])
    tool("Beta", functions=[function.identifier], sources=[cited])

    workflow.withdraw(function, reason="Gone.")

    assert [features for _, features in near(one)] == [[f"source:{cited['url']}"]]
    assert "Sorting" not in client.get(one.url).content.decode()


def test_related_records_are_no_part_of_the_document():
    function = published("function")
    one = tool("Alpha", functions=[function.identifier])
    before = publication(one)

    two = tool("Beta", functions=[function.identifier])

    after = publication(one)
    assert after.related != before.related
    assert (after.document, after.modified_at) == (before.document, before.modified_at)
    assert Change.objects.order_by("-seq").values_list("identifier").first() == (two.identifier,)


@pytest.mark.slow
@pytest.mark.parametrize("cap", [related.CAP, 3])  # what is shared or named by more tells nothing
@pytest.mark.parametrize("held", [related.HELD_AT_ONCE, 4])
def test_steps_leave_what_working_out_everything_gives(monkeypatch, cap, held):
    """Publish, edit, withdraw and restore at random; each time nothing is left for a rebuild to change."""
    monkeypatch.setattr(related, "CAP", cap)
    monkeypatch.setattr(related, "HELD_AT_ONCE", held)
    chance = random.Random(700281)
    functions = [published("function").identifier for _ in range(4)]
    words = ["encryption", "marketplaces", "volunteers", "floods", "monitoring", "rumours", "drones"]
    tools, sources = [], [source() for _ in range(4)]

    def values():
        return {
            "title": " ".join(chance.sample(words, 3)),
            "summary": " ".join(chance.choices(words, k=6)),
            "functions": chance.sample(functions, chance.randint(0, 2)),
            "sources": chance.sample(sources, chance.randint(0, 2)),
        }

    for _ in range(8):
        tools.append(published("technology", **values()))
    names = [one.identifier for one in tools]
    patterns = [published("pattern", technologies=names[:3]) for _ in range(5)]
    moved, steps = 0, examples(25)
    for number in range(steps):
        if number % 3 == 0:
            pattern = fresh(chance.choice(patterns))
            own = {"technologies": chance.sample(names, chance.randint(0, 4))}
            publish(save(working_document(pattern) | own, "pattern", pattern))
            after = everything()
            related.refresh()
            assert everything() == after
        record = fresh(chance.choice(tools))
        before = everything()
        if record.public_state == Record.State.WITHDRAWN:
            workflow.restore(record)
        elif chance.random() < 0.3:
            workflow.withdraw(record, reason="Gone.")
        else:
            publish(save(working_document(record) | values(), "technology", record))
        after = everything()
        moved += after != before
        held = holders()
        related.refresh()
        assert everything() == after
        assert holders() == held
    assert moved > steps / 2


def holders():
    """Who holds which feature, as the index of features has it; the same stands with the publications."""
    found = set(Feature.objects.values_list("publication", "name"))
    kept = {pk: json.loads(text or '{"features": {}}')["features"] for pk, text in everything().items()}
    assert found == {(pk, name) for pk, features in kept.items() for name in features}
    return found


def test_a_step_reads_only_those_that_share_something(monkeypatch):
    function = published("function")
    one = tool("Alpha", functions=[function.identifier])
    two = tool("Beta", functions=[function.identifier])
    others = [tool(f"Gamma{letter * 4} Delta{letter * 4}") for letter in "abcd"]
    graphs = []

    class Watched(related.Graph):
        def __init__(self):
            super().__init__()
            graphs.append(self)

    monkeypatch.setattr(related, "Graph", Watched)
    publish(save(working_document(one) | {"summary": "Violins."}, "technology", one))

    read = set().union(*(graph.rows for graph in graphs))
    assert read == {publication(one).pk, publication(two).pk}
    assert len(others) == 4
    assert near(two)


def test_neighbour_that_falls_behind_makes_room_for_the_next(monkeypatch):
    monkeypatch.setattr(related, "SHOWN", 2)
    functions = [published("function").identifier for _ in range(3)]
    one = tool("Alpha", functions=functions)
    near_ones = [
        tool(title, functions=functions[:number])
        for title, number in (("Beta", 3), ("Gamma", 2), ("Delta", 1))
    ]
    assert [name for name, _ in near(one)] == [name_of(other) for other in near_ones[:2]]

    publish(save(working_document(near_ones[0]) | {"functions": []}, "technology", near_ones[0]))

    assert [name for name, _ in near(one)] == [name_of(other) for other in near_ones[1:]]


def test_what_many_share_tells_nothing(monkeypatch):
    monkeypatch.setattr(related, "CAP", 3)
    function = published("function")
    tools = [tool(f"Number{letter * 3}", functions=[function.identifier]) for letter in "abc"]
    assert [len(near(one)) for one in tools] == [2, 2, 2]

    tools.append(tool("Numberddd", functions=[function.identifier]))
    assert [near(one) for one in tools] == [[], [], [], []]

    workflow.withdraw(tools[0], reason="Gone.")
    assert [len(near(one)) for one in tools] == [0, 2, 2, 2]


# Links


OWN = [kind for kind in kinds() if kind.name != "throwaway"]


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.name)
def test_every_link_has_its_reason(kind):
    known = {*kind.links.reasons, "theme", "themes", "owner"}

    assert [path for path in references_in(kind.name) if path not in known] == []


def test_who_names_what_many_name_tells_nothing(monkeypatch):
    monkeypatch.setattr(related, "CAP", 3)
    one, two = tool("Alpha"), tool("Beta")
    first = published("pattern", technologies=[one.identifier, two.identifier])
    assert [features for _, features in near(one)] == [[f"by:{name_of(first)}"]]

    others = [published("pattern", technologies=[one.identifier]) for _ in range(3)]
    assert near(one) == near(two) == []

    workflow.withdraw(others[0], reason="Gone.")
    assert [name for name, _ in near(one)] == [name_of(two)]
