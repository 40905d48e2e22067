"""Small shapes for templates, made from publications: rows, theme tiles, states, marks."""

import re
from operator import itemgetter
from urllib.parse import urlsplit

from django.utils.translation import get_language, gettext

from media4sec import saying
from media4sec.choices import Lens
from media4sec.kinds import Role, kind_for, kinds_by_name, lower_first
from media4sec.letters import folded
from media4sec.portal.wording import PageWords, page_display, record_name
from media4sec.publications.models import Publication
from media4sec.publications.selection import name_of
from media4sec.publications.stated import made_of_each, said_since_change

CUT = " …"  # after the beginning of a text
WAYS_KEPT = 6  # in which one row is drawn: other rows of its page may say the same, or not
LENSES = dict(Lens.choices)
CARD_FIELDS = ("kind", "identifier", "title", "summary", "url", "lens", "checked_on", "display")


def theme_tiles():
    """The themes in their order: ``{slug: {number, label, url}}``; read once after each change."""
    return said_since_change("themes", _theme_tiles, kind_for(Role.THEME).name)


def _theme_tiles():
    rows = Publication.objects.published().of(kind_for(Role.THEME).name).order_by("sort_key")
    rows = rows.values_list("identifier", "title", "url", "sort_key")
    return {
        slug: {
            "number": int(sort_key.split("\t")[0]),
            "label": record_name(kind_for(Role.THEME).name, slug, title),
            "url": url,
            "slug": slug,
        }
        for slug, title, url, sort_key in rows
    }


def card_of(publication, tiles, *, with_kind=False):
    """A row of a list; see ``row`` in ``portal/_rows.html``."""
    kind = kinds_by_name()[publication.kind]
    display = page_display(publication)
    card = {
        "kind": publication.kind,
        "identifier": publication.identifier,
        "name": name_of(publication.kind, publication.identifier),
        "show_identifier": kind.identifier.is_shown,
        "tile": tiles.get(publication.identifier) if kind.role is Role.THEME else None,
        "title": publication.title,
        "url": publication.url,
        "sentence": sentence_of(publication, display),
        "summary": publication.summary,
        "letter": initial(publication.title),
        "kind_label": kind.names.one if with_kind else "",
        "meta": display["meta"],
        "told": [
            {
                "name": fact["name"],
                "label": fact["label"],
                "within": lower_first(fact["label"]),
                "text": ", ".join(str(value["text"]) for value in fact["values"]),
            }
            for fact in display["facts"]
            if fact["name"] in kind.listed.told
        ],
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
        "is_compared": kind.listed.is_compared,
        "drawn": {},
    }
    return {**card, "in_common": told_in(card)}


def told_in(row):
    """What a row says of what other rows may say as well: ``{name: {name, label, text}}``."""
    checked = saying.day(f"{row['checked_on']}") if row["checked_on"] else ""
    facts = [
        ("provenance", gettext("Provenance"), row["provenance_label"]),
        ("checked", gettext("Checked"), checked),
        *((fact["name"], fact["label"], fact["text"] or gettext("not stated")) for fact in row["told"]),
    ]
    return {name: {"name": name, "label": label, "text": text} for name, label, text in facts}


def cards(ids, tiles, *, with_kind=False):
    """Rows for these ids, in their order; those that were shown before and have not changed are kept. At most one
    query."""

    def make(publication):
        return card_of(publication, tiles, with_kind=with_kind)

    return list(
        told_of_records(f"rows, {with_kind}", ids, CARD_FIELDS, make, kind_for(Role.THEME).name).values()
    )


def told_of_records(name, pks, fields, make, *kinds):
    """What ``make`` tells of these records in the language of the page: ``{pk: what}``, in their order.

    What was told before is kept until the record changes, or one of ``kinds`` or of the vocabulary, of which it is
    made. At most one query, of these fields.
    """

    def read(missing):
        rows = Publication.objects.published().only(*fields).in_bulk(missing)
        return {pk: ((row.kind, row.identifier), make(row)) for pk, row in rows.items()}

    kinds = (*kinds, kind_for(Role.VOCABULARY).name)
    told = made_of_each(f"{name} in {get_language()}", pks, read, itemgetter(0), *kinds)
    return {pk: words for pk, (_name, words) in told.items()}


def kept_row(draw, card, **how):
    """What the macro ``draw`` makes of a card; once for each way to draw it, as long as the card is kept."""
    key, drawn = (draw.name, *how.values()), card["drawn"]
    found = drawn.get(key)
    if found is None:
        if len(drawn) >= WAYS_KEPT:
            drawn.pop(next(iter(drawn.copy())), None)
        found = drawn[key] = draw(card, **how)
    return found


def initial(title):
    """The letter under which a title stands in an alphabet: Ø under O, (Re)action under R, numbers under 0–9."""
    first = next((letter for letter in folded(title) if letter.isalnum()), "")
    return "0–9" if first.isdecimal() else first.upper()


def first_sentence(text, limit=300):
    """The first sentence of a summary, for rows and descriptions."""
    match = re.match(r"(.{20,}?[.!?])(?=\s+[A-Z“‘(0-9]|$)", text, flags=re.S)
    sentence = match[1] if match else text
    return beginning(sentence, limit)


def beginning(text, longest):
    """A text, or its first words, with a sign that there is more."""
    return text if len(text) <= longest else text[: longest - len(CUT)].rsplit(" ", 1)[0] + CUT


def sentence_of(publication, display):
    """What stands under a title: what the kind says there, or how the summary begins."""
    return first_sentence(display.get("says") or publication.summary)


def capitalised(text):
    """A value on its own line: “Proprietary”, but “iOS” and “e-CODEX”."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    if not (first.strip(",;:").isalpha() and first.islower()):
        return text
    return PageWords(text[:1].upper() + text[1:], getattr(text, "lang", ""))


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
    return kind.names.counted(count)


def day_or_not_yet(text):
    return saying.day(text) if text else gettext("Not yet")
