"""What becomes of a record that two people edited at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media4sec.records.documents.fields import dumps
from media4sec.records.merging import merged


def part(key, text):
    return {"key": key, "text": text}


words = st.sampled_from(["", "a", "b", "c"])
lists = st.lists(st.sampled_from("abcde"), unique=True, max_size=4)
parts = st.lists(
    st.builds(part, st.sampled_from(["k1", "k2", "k3"]), words),
    unique_by=lambda part: part["key"],
    max_size=3,
)
documents = st.fixed_dictionaries({"title": words, "tags": lists, "events": parts})


@given(documents, documents)
def test_where_one_changed_nothing_the_other_is_kept_exactly(base, changed):
    assert merged(base, changed, base) == (changed, [])
    assert merged(base, base, changed) == (changed, [])
    assert merged(base, changed, changed) == (changed, [])


@given(documents, documents, documents)
def test_nothing_that_either_wrote_is_lost_and_nothing_comes_back(base, theirs, mine):
    found, collisions = merged(base, theirs, mine)

    assert found.keys() == base.keys()
    for name in collisions:
        assert found[name] == mine[name]
    if "title" not in collisions:
        assert found["title"] in (theirs["title"], mine["title"])
    if "tags" not in collisions:
        old, one, other = (set(side["tags"]) for side in (base, theirs, mine))
        assert set(found["tags"]) == (one | other) - (old - one) - (old - other)
        assert len(found["tags"]) == len(set(found["tags"]))


@given(documents, documents, documents)
def test_it_does_not_matter_who_saves_first(base, one, other):
    (found, collisions), (turned, same) = merged(base, one, other), merged(base, other, one)

    assert set(collisions) == set(same)
    assert {name for name in found if found[name] != turned[name]} <= {*collisions, "tags", "events"}
    for name in {"tags", "events"} - set(collisions):
        assert sorted(map(dumps, found[name])) == sorted(map(dumps, turned[name]))


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "expected"),
    [
        (["a", "b"], ["a", "b", "c"], ["z", "a", "b"], ["z", "a", "b", "c"]),
        (["a", "b", "c"], ["a", "c"], ["a", "b", "c", "d"], ["a", "c", "d"]),
        (["a", "b", "c"], ["c", "b", "a"], ["a", "b", "c", "d"], ["c", "d", "b", "a"]),
        (["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"], None),
        (["a"], [], ["a", "b"], ["b"]),
        ([part("1", "x")], [part("1", "y")], [part("1", "x"), part("2", "z")], [part("1", "y"), part("2", "z")]),
        ([part("1", "x")], [part("1", "y")], [part("1", "z")], None),
        ([part("1", "x")], [part("1", "y")], [], None),
        ([], [part("1", "y")], [part("1", "z")], None),
        ([{"url": "u", "title": "t"}], [{"url": "u", "title": "T"}], [{"url": "u", "title": "t"}, {"url": "v"}],
         [{"url": "u", "title": "T"}, {"url": "v"}]),
        ([{"url": "u", "locator": "1"}, {"url": "u", "locator": "2"}], [{"url": "u", "locator": "1"}], [], None),
    ],
)  # fmt: skip
def test_lists(base, theirs, mine, expected):
    found, collisions = merged({"list": base}, {"list": theirs}, {"list": mine})

    assert collisions == ([] if expected is not None else ["list"])
    assert found["list"] == (mine if expected is None else expected)
