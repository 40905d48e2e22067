"""A language that nobody speaks: whatever was translated stands in brackets, and what was forgotten does not."""

import re
from functools import cache
from html.parser import HTMLParser
from types import SimpleNamespace

from babel import Locale
from django.utils.translation import trans_real

from media4sec import kinds, saying
from media4sec.portal import templating, wording
from media4sec.publications import stated
from media4sec.records import messages

LANGUAGE = "de"  # it takes this one's place in addresses, plural forms and formats
OPEN, CLOSE = "⟦", "⟧"
SPOKEN = ("alt", "aria-label", "aria-description", "content", "data-label", "label", "placeholder", "title")
SILENT = ("script", "style", "code", "kbd", "pre", "samp")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TEXT_METAS = ("description", "og:title", "og:description", "og:image:alt", "twitter:title")


@cache
def known():
    """What can be translated: (context, text) of all that `make messages` gathers."""
    ids = [(message.context, message.id) for message in messages.gathered() if message.id]
    return {(context, text if isinstance(text, str) else text[0]) for context, text in ids}


class Pseudo(trans_real.DjangoTranslation):
    """A translation that puts in brackets what has one, of our own or of Django's."""

    def gettext(self, message):
        context, _, text = message.rpartition("\x04")
        is_known = (context or None, text) in known() or message in self._catalog
        return OPEN + text + CLOSE if text and is_known else message

    def ngettext(self, one, many, number):
        context, _, text = one.rpartition("\x04")
        is_known = (context or None, text) in known() or one in self._catalog
        text = (one if number == 1 else many).rpartition("\x04")[2]
        return OPEN + text + CLOSE if is_known else text


class PseudoVocabulary(wording.Vocabulary):
    def label(self, text, scheme="", code=""):
        found = super().label(text, scheme, code)
        return found and OPEN + found + CLOSE


def install(monkeypatch):
    """Speak it under ``/de/`` for the time of a test."""
    monkeypatch.setitem(trans_real._translations, LANGUAGE, Pseudo(LANGUAGE))
    monkeypatch.setattr(wording, "Vocabulary", PseudoVocabulary)
    monkeypatch.setattr(kinds, "_counted", kinds._counted.__wrapped__)
    monkeypatch.setattr(stated, "_kept", {})
    monkeypatch.setattr(stated, "_each", {})
    monkeypatch.setattr(templating, "_macros", {})
    monkeypatch.setattr(templating, "interface_words", cache(templating.interface_words.__wrapped__))
    names = SimpleNamespace(territories=_in_brackets("territories"), languages=_in_brackets("languages"))
    monkeypatch.setattr(saying, "names_in", lambda language: names)


def _in_brackets(what):
    return {code: OPEN + name + CLOSE for code, name in getattr(Locale("de"), what).items()}


class Forgotten(HTMLParser):
    """The words of a page that are neither in brackets nor marked as another language."""

    def __init__(self, html, names, *, with_head=True):
        super().__init__()
        self.names = re.compile("|".join(names))
        self.with_head = with_head  # whose elements cannot say that a part of them is content
        self.depth, self.elements, self.found = 0, [], []
        self.feed(html)
        self.close()

    @property
    def is_spoken(self):
        return not any(is_silent for _, is_silent in self.elements)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        is_foreign = "lang" in attributes and tag != "html"  # content, whichever language it is in
        is_silent = tag in SILENT or is_foreign or attributes.get("translate") == "no"
        is_silent = is_silent or (tag == "head" and not self.with_head)
        if tag not in VOID:
            self.elements.append((tag, is_silent))
        if self.is_spoken and not is_silent:
            is_text_meta = attributes.get("name", attributes.get("property")) in TEXT_METAS
            for name in SPOKEN:
                if attributes.get(name) and (name != "content" or (tag == "meta" and is_text_meta)):
                    self.look_at(attributes[name], 0, f"{tag} {name}")

    def handle_endtag(self, tag):
        while self.elements and tag not in VOID:
            if self.elements.pop()[0] == tag:
                break

    def handle_data(self, data):
        if self.is_spoken:
            where = " ".join(tag for tag, _ in self.elements[-2:])
            self.depth = self.look_at(data, self.depth, where)
        else:
            self.depth += data.count(OPEN) - data.count(CLOSE)

    def look_at(self, text, depth, where):
        outside = ""
        for letter in text:
            depth += (letter == OPEN) - (letter == CLOSE)
            outside += letter if depth == 0 and letter != CLOSE else " "
        rest = self.names.sub(" ", outside)
        if re.search(r"[^\W\d_]", rest):
            self.found.append((where, " ".join(rest.split())[:120]))
        return depth
