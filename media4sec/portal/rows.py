"""Small shapes for templates, made from publications: rows, theme tiles, states, marks."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from media4sec.kinds import kinds_by_name
from media4sec.letters import folded
from media4sec.portal import wording
from media4sec.portal.wording import Words, display_of, record_name
from media4sec.publications.models import Publication
from media4sec.publications.stated import kept

LENSES = {"good": _("Good"), "bad": _("Bad"), "ugly": _("Ugly")}
CARD_FIELDS = (
    "kind",
    "identifier",
    "title",
    "summary",
    "url",
    "lens",
    "checked_on",
    "display",
)


def theme_tiles():
    """The themes in their order: ``{slug: {number, label, url}}``; read again when the content has changed."""
    rows = Publication.objects.published().of("theme").order_by("sort_key")
    rows = rows.values_list("identifier", "title", "url", "sort_key")
    return {
        slug: {
            "number": int(sort_key.split("\t")[0]),
            "label": record_name("theme", slug, title),
            "url": url,
            "slug": slug,
        }
        for slug, title, url, sort_key in kept("themes", lambda: list(rows))
    }


def card_of(publication, tiles, *, with_kind=False):
    """A row of a list; see ``portal/_row.html``."""
    kind = kinds_by_name()[publication.kind]
    display = display_of(publication)
    return {
        "kind": publication.kind,
        "identifier": publication.identifier,
        "show_identifier": kind.shows_identifier,
        "tile": tiles.get(publication.identifier) if publication.kind == "theme" else None,
        "title": publication.title,
        "url": publication.url,
        "sentence": sentence_of(publication, display),
        "summary": publication.summary,
        "letter": initial(publication.title),
        "kind_label": kind.label if with_kind else "",
        "meta": display["meta"],
        "themes": sorted(
            (tiles[ref["id"]] for ref in display["themes"] if ref["id"] in tiles),
            key=lambda tile: tile["number"],
        ),
        "facts": {fact["name"]: fact["values"] for fact in display["facts"]},
        "fact_labels": {fact["name"]: fact["label"] for fact in display["facts"]},
        "lens": publication.lens,
        "lens_label": display["lens"],
        "provenance_label": display["provenance"],
        "state": display["state"],
        "figure": display["figure"],
        "flags": display["flags"],
        "checked_on": publication.checked_on,
        "is_unverified": display.get("is_unverified", False),
        "is_compared": kind.is_compared,
    }


def cards(ids, tiles, *, with_kind=False):
    """Rows for these ids, in their order. One query."""
    found = Publication.objects.published().only(*CARD_FIELDS).in_bulk(ids)
    return [card_of(found[pk], tiles, with_kind=with_kind) for pk in ids if pk in found]


def initial(title):
    """The letter under which a title stands in an alphabet: Ø under O, (Re)action under R, numbers under 0–9."""
    first = next((letter for letter in folded(title) if letter.isalnum()), "")
    return "0–9" if first.isdecimal() else first.upper()


def first_sentence(text, limit=300):
    """The first sentence of a summary, for rows and descriptions."""
    match = re.match(r"(.{20,}?[.!?])(?=\s+[A-Z“‘(0-9]|$)", text, flags=re.S)
    sentence = match[1] if match else text
    return sentence if len(sentence) <= limit else sentence[: limit - 1].rsplit(" ", 1)[0] + " …"


def sentence_of(publication, display):
    """What stands under a title: what the kind says there, or how the summary begins."""
    return first_sentence(display.get("says") or publication.summary)


def capitalised(text):
    """A value on its own line: “Proprietary”, but “iOS” and “e-CODEX”."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    if not (first.strip(",;:").isalpha() and first.islower()):
        return text
    return Words(text[:1].upper() + text[1:], getattr(text, "lang", ""))


def as_fact(value):
    """A value of ``display`` on its own line; names of records stay as they are."""
    return value if value["url"] else {**value, "text": capitalised(value["text"])}


def with_notes(display):
    """The facts; what is said on one, in a field named after it, stands beneath it.

    ``price_note`` stands under ``price``, and ``sign_of_life`` under ``sign_of_life_on``.
    """
    values = {fact["name"]: fact["values"] for fact in display["facts"]}
    note_of = {
        name: note
        for name in values
        for note in (f"{name}_note", name.removesuffix("_on"))
        if note != name and note in values
    }
    found = []
    for fact in display["facts"]:
        if fact["name"] in note_of.values():
            continue
        note = values.get(note_of.get(fact["name"]))
        if note and fact["values"]:
            *others, last = fact["values"]
            fact = {**fact, "values": [*others, {**last, "note": capitalised(note[0]["text"])}]}
        found.append({**fact, "values": fact["values"] or note or []})
    return found


def host_of(url):
    return urlsplit(url).netloc.removeprefix("www.")


def plural(count, kind):
    return kind.counted(count)


def day(text):
    return wording.day(text) if text else gettext("Not yet")
