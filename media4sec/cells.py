"""Texts in the cells of tables, so that no spreadsheet takes one for a formula; and back again."""

# A spreadsheet takes a cell for a formula by its first character, some also by a wide one or behind white space.
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠'")
EMPTIED = "[empty]"  # in a file to be imported, what empties a field


def protected(text: str) -> str:
    """A cell that no program takes for a formula: an apostrophe stands before it.

    Texts that begin with an apostrophe get another one, so reading back is simple: where a cell begins with an
    apostrophe, drop that one.
    """
    return f"'{text}" if text[:1] in DANGEROUS and text else text


def written(text: str) -> str:
    """A text as a cell that is read back by ``unprotected``, also the one that would empty a field."""
    return f"'{text}" if text == EMPTIED else protected(text)


def unprotected(cell: str) -> str:
    """The text of a cell. An apostrophe that protects nothing is part of it: 's-Hertogenbosch."""
    is_protected = cell[:1] == "'" and (cell[1:2] in DANGEROUS or cell[1:] == EMPTIED)
    return cell[1:] if is_protected and len(cell) > 1 else cell
