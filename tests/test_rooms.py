"""What is in which room: shared code names no kind, and a public name means one thing."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings

from media4sec.kinds import kinds

SHARED = ("records", "publications", "portal", "interchange")
# Words that are more than the name of a kind: a field of documents and its facet; a value of provenance; a relation;
# what a value of a filter is.
OTHERS = {"theme", "project", "collection", "concept"}
# Names that mean the same wherever they are: Django and Python look for them, or they are said with their room.
EVERYWHERE = {"KINDS", "application", "logger", "register", "urlpatterns"}
APPS = ("workshops", "catalogue", "ethics", "roadmap")


def modules(folder):
    """``[(path, its syntax tree)]`` of a folder, migrations and commands aside."""
    found = []
    for path in sorted(Path(folder).rglob("*.py")):
        if not {"migrations", "management"} & set(path.parts):
            found.append((path, ast.parse(path.read_text("utf-8"))))
    return found


@pytest.mark.parametrize("room", SHARED)
def test_shared_code_names_no_kind(room):
    names = {kind.name for kind in kinds() if not kind.name.startswith("throwaway")} - OTHERS
    found = modules(Path(settings.BASE_DIR, "media4sec", room))
    named = [
        f"{path.name}:{node.lineno} {node.value}"
        for path, tree in found
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in names
    ]

    assert len(found) > 5
    assert len(names) > 25
    assert named == []


def public_names(tree):
    """The names that a module makes for others."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
        else:
            names = []
        yield from (name for name in names if not name.startswith("_"))


def room_of(path):
    """“portal” of media4sec/portal/lists/views.py; a module of media4sec itself is a room of its own, an app is one."""
    first, second = path.relative_to(settings.BASE_DIR).parts[:2]
    return second if first == "media4sec" else first


def test_a_public_name_means_one_thing():
    rooms, read = defaultdict(set), 0
    for folder in ("media4sec", *APPS):
        for path, tree in modules(Path(settings.BASE_DIR, folder)):
            read += 1
            for name in public_names(tree):
                rooms[name].add(room_of(path))

    assert read > 150
    assert {name: found for name, found in rooms.items() if len(found) > 1 and name not in EVERYWHERE} == {}
