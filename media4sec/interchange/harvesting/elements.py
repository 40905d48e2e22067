"""XML as text: small enough to be made of strings, and so that each part says the namespaces that it uses."""

import re
from xml.sax.saxutils import escape

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
QUOTED = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def element(name: str, *content: str, **attributes: str) -> str:
    """An element with what is in it, which is XML already."""
    said = "".join(f' {key}="{escape(in_xml(value), QUOTED)}"' for key, value in attributes.items())
    inside = "".join(content)
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"


def text_element(name: str, text: str, **attributes: str) -> str:
    """An element with plain text in it; nothing where there is no text."""
    return element(name, escape(in_xml(text)), **attributes) if text else ""


def is_legal(text: str) -> bool:
    """Can XML hold all signs of a text?"""
    return not NOT_IN_XML.search(text)


def in_xml(text: str) -> str:
    """A text without the signs that no XML can hold."""
    return NOT_IN_XML.sub("", text)
