"""Two people edited one record: what becomes of it, from the version both began with and what each made of it."""

from typing import Any

from media4sec.kinds import Document
from media4sec.records.documents.fields import LEFT_OUT_EMPTY, dumps, without_empty

MISSING = object()


class Collision(Exception):
    """Both changed the same, each in another way: only a person can choose."""


def merged(base: Document, theirs: Document, mine: Document) -> tuple[Document, list[str]]:
    """(the document with the changes of both, the fields in which they collide: there it has mine)."""
    found, collisions = {}, []
    for name in dict.fromkeys([*mine, *LEFT_OUT_EMPTY]):
        value = mine.get(name)
        try:
            found[name] = _merged(base.get(name), theirs.get(name), value)
        except Collision:
            found[name] = value
            collisions.append(name)
    return without_empty(found), collisions


def _merged(base: Any, theirs: Any, mine: Any) -> Any:
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    if isinstance(mine, list):
        return _merged_list(base or [], theirs or [], mine)
    raise Collision


def _merged_list(base: list, theirs: list, mine: list) -> list:
    """Lists of words, names, sources or parts: what either added or removed, in the order that either gave it."""
    sides = [_by_key(side) for side in (base, theirs, mine)]
    items = {}
    for key in dict.fromkeys(key for side in sides for key in side):
        item = _merged_item(*(side.get(key, MISSING) for side in sides))
        if item is not MISSING:
            items[key] = item
    old, their_order, my_order = ([key for key in side if key in items] for side in sides)
    orders = [[key for key in order if key in old] for order in (old, their_order, my_order)]
    if orders[2] == orders[0]:
        first, then = their_order, my_order
    elif orders[1] in (orders[0], orders[2]):
        first, then = my_order, their_order
    else:
        raise Collision
    found = list(first)
    for before, key in zip([None, *then], then, strict=False):
        if key not in first:
            found.insert(found.index(before) + 1 if before else 0, key)
    return [items[key] for key in found]


def _merged_item(base: Any, theirs: Any, mine: Any) -> Any:
    """One item on all sides, where ``MISSING`` stands for none."""
    if mine is base or mine == base:
        return theirs
    if theirs is base or theirs in (base, mine):
        return mine
    raise Collision


def _by_key(items: list) -> dict[str, Any]:
    """Parts go by their key, sources by their address, all others by what they are."""
    found = {}
    for item in items:
        key = (item.get("key") or item.get("url")) if isinstance(item, dict) else None
        key = key or dumps(item)
        if key in found:
            raise Collision
        found[key] = item
    return found
