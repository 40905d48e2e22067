"""From a record's document to what the public sees: links resolved, values in words, terms, text for search.

Pure functions of the document, the kind and what is public; nothing here writes.
"""

import re
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.utils import translation

from media4sec import saying
from media4sec.choices import Lens, Provenance, YesNo
from media4sec.kinds import DATED, FACT, NEWEST_SOURCE, NO_VALUE, THEME_FIELDS, Kind, in_meta, kinds_by_name
from media4sec.letters import sort_key
from media4sec.records.documents.reading import document_class, references_in
from media4sec.records.fields import type_of
from media4sec.records.models import NAMESPACE, model_of
from media4sec.stored import with_addresses


@dataclass(frozen=True)
class PublicRef:
    """A record that the public may see, as another record names it."""

    kind: str
    identifier: str
    title: str
    url: str
    pk: int = 0

    @property
    def as_document(self):
        return {
            "kind": self.kind,
            "id": self.identifier,
            "uuid": str(uuid_of(self.kind, self.identifier)),
            "label": self.title,
            "url": self.url,
            "api": kinds_by_name()[self.kind].api_url(self.identifier),
        }


@dataclass
class Presented:
    """All the read side needs of one record."""

    document: dict
    display: dict
    terms: list[tuple[str, str, str, int | None]] = field(default_factory=list)
    search_title: str = ""
    search_names: list[tuple[str, bool]] = field(default_factory=list)
    search_text: str = ""
    sort_key: str = ""


def named_in(kind_name, document):
    """Every record that a document names: a set of (kind, identifier)."""
    found = set()
    for path, target in references_in(kind_name).items():
        for value in values_at(document, path):
            found.add(split_reference(value, target))
    return found


def split_reference(value, target):
    if target:
        return target, value
    kind_name, _, identifier = value.partition(":")
    return kind_name, identifier


def values_at(document, path):
    """All values under a dotted path, lists flattened: ``points.refs`` of a situation."""
    values = [document]
    for name in path.split("."):
        inner = []
        for value in values:
            got = value.get(name) if isinstance(value, dict) else None
            inner += got if isinstance(got, list) else [got] if got not in (None, "") else []
        values = inner
    return values


def resolve_links(kind: Kind, document, public):
    """The public document: names of records become labels and addresses, unpublished ones are left out."""
    resolved = {
        "kind": kind.name,
        "identifier": document["identifier"],
        "uuid": str(uuid_of(kind.name, document["identifier"])),
        "url": kind.url(document["identifier"], document["slug"]),
    }
    references = references_in(kind.name)
    for name, value in document.items():
        if name != "identifier":
            resolved[name] = _resolve(value, name, references, public)
    if "files" in resolved:
        resolved["files"] = [with_addresses(part) for part in resolved["files"]]
    return resolved | newest_source(document)


def newest_source(document):
    """How fresh the sources are: the date of the newest one, and whether it bears that date or was read then."""
    sources = list(sources_in(document))
    dates = [document.get("newest_source_on"), *(source.get("dated_on") for source in sources)]
    dated = max(filter(None, dates), default="")
    read = max((source["accessed_on"] for source in sources if source["accessed_on"]), default="")
    return {
        "newest_source_on": dated or read,
        "newest_source_basis": "dated" if dated else "read" if read else "",
    }


def _resolve(value, path, references, public):
    if path in references:
        target = references[path]
        if isinstance(value, list):
            refs = (public.get(split_reference(item, target)) for item in value)
            unique = dict.fromkeys(ref for ref in refs if ref)
            return [ref.as_document for ref in unique]
        ref = public.get(split_reference(value, target)) if value else None
        return ref.as_document if ref else None
    if isinstance(value, list):
        return [_resolve(item, path, references, public) for item in value]
    if isinstance(value, dict):
        return {key: _resolve(item, f"{path}.{key}", references, public) for key, item in value.items()}
    return value


def uuid_of(kind_name, identifier):
    """The record's identity for machines, made from what never changes (RFC 9562, version 5)."""
    return uuid.uuid5(NAMESPACE, f"{kind_name}:{identifier}")


def present(kind: Kind, document, public):
    """Everything the read side needs, from a working document and what is public: ``{(kind, id): PublicRef}``.

    In English, whatever language is spoken meanwhile; pages translate what they show.
    """
    resolved = resolve_links(kind, document, public)
    with translation.override(settings.LANGUAGE_CODE):
        display, terms = display_of(kind, resolved), list(terms_of(kind, resolved, public))
    return Presented(
        document=resolved,
        display=display,
        terms=terms,
        search_title=resolved["title"],
        search_names=list(names_of(kind, resolved)),
        search_text=" ".join([*texts_of(kind, resolved), *facts_in_words(kind, display)]),
        sort_key=sort_key_of(kind, resolved),
    )


# Words for values


@cache
def model_field(kind_name, path):
    """The model field behind a document field, or None where the document has one of its own."""
    model = model_of(kind_name)
    name, _, rest = path.partition(".")
    if rest:
        child = document_class(kind_name)().fields[name].child
        model, name = child.Meta.model, rest
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def label_of(kind, path):
    found = model_field(kind.name, path)
    own = kind.page.labels.get(path) or getattr(found, "verbose_name", None)
    words = str(own or path.rpartition(".")[2].replace("_", " "))
    return words[:1].upper() + words[1:]


class ValueInWords(NamedTuple):
    """A value as a term, in English words, with its address; ``type`` says how to put it in another language."""

    value: str
    text: str
    url: str | None = None
    type: str = ""

    @property
    def as_display(self):
        """What pages get: what does not depend on the language stands beside the words."""
        words = {"text": self.text, "url": self.url}
        return words | {"type": self.type, "value": self.value} if self.type else words


def words_for(kind, path, value):
    """One plain or resolved value in words."""
    found = model_field(kind.name, path)
    if isinstance(value, dict) and "label" in value and "id" in value:
        shown = (
            f"{value['id']} {value['label']}"
            if kinds_by_name()[value["kind"]].cited.by_identifier
            else value["label"]
        )
        return ValueInWords(value["id"], shown, value["url"], f"record:{value['kind']}")
    if isinstance(value, bool):
        answer = YesNo.of(value)
        return ValueInWords(answer.value, str(answer.label), type="choice")
    choices = kind.words.get(path) or dict(getattr(found, "choices", None) or ())
    options = getattr(found, "options", None)
    if options:
        choices = dict(options.choices)
    if value in choices:
        return ValueInWords(str(value), str(choices[value]), type="choice")
    text = str(value)
    if path in kind.words:  # a code that editors made and that has no words yet
        return ValueInWords(text, re.sub("[-_]", " ", text).capitalize())
    type_ = type_of(found)
    if type_ and (type_ != "country" or saying.is_country(text)):
        return ValueInWords(text, saying.say(type_, text), type=type_)
    if any(text in facet.words for facet in kind.listed.facets if facet.source == path):
        return ValueInWords(text, text, type="choice")
    if text.startswith(("http://", "https://")):
        return ValueInWords(text, urlsplit(text).netloc.removeprefix("www."), text)
    return ValueInWords(text, text)


def figure_of(kind, resolved):
    """A number with its unit as one: “Over 90 %”; with its share in per cent, where it is part of a known whole.

    ``is_said`` tells whether the title says it too.
    """
    figure = kind.page.figure
    if not figure or resolved[figure[0]] is None:
        return None
    value, unit = (resolved[path] for path in figure[:2])
    qualifier = resolved.get(figure[2], "")  # which versions of earlier days do not have
    number = Decimal(value).normalize()
    text = f"{number:,f}"
    found = {"text": saying.figure(f"{number:f}", unit, qualifier), "url": None, "type": "figure"}
    found |= {"value": f"{number:f}", "unit": unit, "qualifier": qualifier}
    whole = Decimal(100) if unit == saying.PER_CENT else _whole_in(unit)
    found["share"] = float(number * 100 / whole) if whole and 0 <= number <= whole else None
    found["is_said"] = bool(re.search(rf"(?<![\d.,])(?:{text}|{number:f})(?![.,]?\d)", resolved["title"]))
    return found


def _whole_in(unit):
    """The whole that a unit names: ten of “out of 10”."""
    found = re.fullmatch(r"out of (\d+)", unit)
    return Decimal(found[1]) if found else None


def _state_of(kind, value):
    label = words_for(kind, kind.state.source, value).text if value else ""
    return {"shape": kind.state.shapes.get(value, "hatched"), "label": label} if value else None


def display_of(kind, resolved):
    """Facts, sections, meta words, figure and state for pages, in words."""
    page, facts, figure = kind.page, [], figure_of(kind, resolved)
    for path in page.facts:
        values = values_at(resolved, path)
        shown = [words_for(kind, path, value).as_display for value in values]
        if figure and path == page.figure[0]:
            shown = [{name: figure[name] for name in ("text", "url", "type", "value", "unit", "qualifier")}]
        facts.append({"name": path, "label": label_of(kind, path), "values": shown})
    sections = []
    for section in page.sections:
        paragraphs, items = [], []
        for path in section.fields:
            value = resolved.get(path)
            if isinstance(value, list):
                items += [words_for(kind, path, item).text for item in value]
            elif value:
                paragraphs += [part for part in str(value).split("\n\n") if part.strip()]
        if paragraphs or items:
            sections.append({"title": str(section.title), "paragraphs": paragraphs, "items": items})
    meta = [
        in_meta(label_of(kind, path), words_for(kind, path, value).as_display)
        for path in kind.listed.meta
        for value in values_at(resolved, path)[:2]
    ]
    display = {
        "facts": facts,
        "sections": sections,
        "meta": meta,
        "state": _state_of(kind, resolved.get(kind.state.source)),
        "figure": figure,
        "themes": [ref for name in THEME_FIELDS for ref in values_at(resolved, name)],
        "flags": len(values_at(resolved, kind.links.flags)) if kind.links.flags else None,
        "lens": str(Lens(resolved["lens"]).label) if resolved["lens"] else "",
        "provenance": str(Provenance(resolved["provenance"]).label),
    }
    if page.says:
        display["says"] = resolved[page.says.fields[0]]
    if kind.listed.marks_unverified:
        display["is_unverified"] = not resolved["verified"]
    return display


# Terms, search text, order


def terms_of(kind, resolved, public):
    """(field, value, label, target) of each fact that lists filter by and each link to another record."""
    pks = {(ref.kind, ref.identifier): ref.pk for ref in public.values()}
    seen = set()

    def term(name, value, label, target=None):
        value = value[:600]
        if (name, value) not in seen:
            seen.add((name, value))
            yield name, value, label[:400], target

    faceted = set()
    references = references_in(kind.name)
    for facet in kind.listed.all_facets:
        path = facet.source
        faceted.add(path)
        values = values_at(resolved, path)
        for value in values:
            if facet.name == "type":
                yield from term(facet.name, kind.name, str(kind.names.many))
                continue
            if facet.name == "checked":
                yield from term(facet.name, value[:7], saying.day(value[:7]))
                continue
            words = words_for(kind, path, value)
            target = pks.get((value["kind"], value["id"])) if isinstance(value, dict) else None
            yield from term(facet.name, words.value, words.text, target)
        if not values and facet.empty:
            yield from term(facet.name, NO_VALUE, str(facet.empty))
    for path, target in references.items():
        if path in faceted:
            continue
        for value in values_at(resolved, path):
            name = value["id"] if target else f"{value['kind']}:{value['id']}"
            yield from term(path, name, value["label"], pks.get((value["kind"], value["id"])))
    for path in kind.page.facts:
        if path not in faceted and path not in references and values_at(resolved, path):
            yield from term(FACT, path, path)
    if resolved["newest_source_basis"] == "dated":
        yield from term(NEWEST_SOURCE, resolved["newest_source_on"], resolved["newest_source_on"])
    for part in resolved.get(kind.page.dated, ()):
        yield from term(DATED, f"{part['date']} {part['key']}", part["title"])
    for citation in sources_in(resolved):
        yield from term("source", citation["url"], citation["title"] or citation["url"])


def sources_in(document):
    """All citations of a document, those of its parts included."""
    yield from document.get("sources", ())
    for value in document.values():
        if isinstance(value, list):
            for part in value:
                if isinstance(part, dict) and "key" in part:
                    yield from part.get("sources", ())


SKIPPED = {
    *("url", "api", "uuid", "key", "kind", "dated_on", "accessed_on", "checked_on"),
    *("supports", "verified", "provenance", "sources"),
}


def texts_of(kind, resolved):
    """The running text that search reads: summary, tags, and the fields the kind names."""
    yield kind.name.replace("-", " ")
    for name in kind.searched:
        yield from _texts(resolved.get(name))


def facts_in_words(kind, display):
    """What the fact card says: dates, countries and choices as people read them."""
    facts = (fact for fact in display["facts"] if fact["name"] not in kind.search.unread)
    return [value["text"] for fact in facts for value in fact["values"]]


IN_BRACKETS = re.compile(r"\(([^()]+)\)")


def names_of(kind, resolved):
    """(name, is it another record's?) for all that a record is also known by: acronyms, numbers, makers, places."""
    yield resolved["identifier"], False
    for inside in IN_BRACKETS.findall(resolved["title"]):
        yield inside, False
        yield IN_BRACKETS.sub(" ", resolved["title"]), False
    for path in kind.search.names:
        for value in values_at(resolved, path):
            is_record = isinstance(value, dict)
            yield str(value["label"] if is_record else value), is_record


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in SKIPPED:
                yield from _texts(item)


def sort_key_of(kind, resolved):
    """A key that sorts as plain bytes: the kind's order, then the identifier with its numbers in order."""
    parts = []
    for name in kind.usual_order:
        values = (resolved.get(part) for part in name.removeprefix("-").split("|"))
        value = next((value for value in values if value not in (None, "")), None)
        if value is None:
            parts.append("~")
        elif isinstance(value, int):
            parts.append(f"{value:08d}")
        elif name.startswith("-"):
            parts.append(value.translate(DESCENDING))
        else:
            parts.append(sort_key(value)[0][:KEPT_WEIGHTS].hex() + END)
    parts.append(re.sub(r"\d+", lambda number: number[0].zfill(6), resolved["identifier"]))
    return "\t".join(parts)[:300]


DESCENDING = str.maketrans("0123456789", "9876543210")  # for dates
KEPT_WEIGHTS, END = 50, "0000"  # two bytes a letter; the end comes before every letter
