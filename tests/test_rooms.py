"""What is in which room: shared code names no kind, and a public name means one thing."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from media4sec.kinds import kinds

SHARED = ("records", "publications", "portal", "interchange")
# Words that are more than the name of a kind: a field of documents and its facet; a value of provenance.
OTHERS = {"theme", "project"}


def modules(room):
    """``[(path, its syntax tree)]`` of a room, migrations and commands aside."""
    found = []
    for path in sorted(Path(settings.BASE_DIR, "media4sec", room).rglob("*.py")):
        if not {"migrations", "management"} & set(path.parts):
            found.append((path, ast.parse(path.read_text("utf-8"))))
    return found


@pytest.mark.parametrize("room", SHARED)
def test_shared_code_names_no_kind(room):
    names = {kind.name for kind in kinds() if not kind.name.startswith("throwaway")} - OTHERS
    found = modules(room)
    named = [
        f"{path.name}:{node.lineno} {node.value}"
        for path, tree in found
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in names
    ]

    assert len(found) > 5
    assert len(names) > 25
    assert named == []
