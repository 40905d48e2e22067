"""What publications store in English words, said in the language of the page.

Labels of fields and values of choices are asked of the vocabulary, whose labels editors keep as records, then of the
interface's own catalogue. Dates, numbers and countries come from what stands beside the words. All else is content:
it stays English, and says so by its ``lang``.
"""

import json
from decimal import Decimal
from functools import cache

from babel import Locale
from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import catalog

from media4sec.kinds import PLACES, in_meta, kinds, kinds_by_name
from media4sec.languages import in_english
from media4sec.publications.models import Publication
from media4sec.publications.stated import kept

# Where the labels of a field's values are kept, as far as the English label alone could mean another thing:
# a law's state is “In force”, and so is an event, the day when that began.
SCHEMES = {
    "event": "legal-event-kind",
    "function": "function",
    "group": "function",
    "part": "check-section",
    "section": "check-section",
    "theme": "theme",
}


class Words(str):
    """Words of a page, and whether they are in another language than the page: then ``lang`` says which."""

    __slots__ = ("lang",)

    def __new__(cls, text, lang=""):
        made = super().__new__(cls, text)
        made.lang = lang
        return made


class Vocabulary:
    """The labels of the published concepts in every language."""

    def __init__(self, documents):
        self.by_code, self.by_english = {}, {}
        self.said = {}  # words that were asked for before
        for document in documents:
            labels = {part["language"]: part["label"] for part in document["labels"]}
            self.by_code[document["scheme"], document["code"]] = labels
            if "en" in labels and document["scheme"] not in (*SCHEMES.values(), *ways()):
                self.by_english.setdefault(labels["en"], labels)

    def label(self, text, scheme="", code=""):
        """The label in the language of the page, or None; ``text`` is the English one."""
        labels = self.by_code.get((scheme, code)) or self.by_english.get(text, {})
        return labels.get(get_language())


def ways():
    """The schemes whose labels are what people ask for, which no page says."""
    return [scheme for kind in kinds() if kind.ways for scheme in (kind.ways.synonyms, kind.ways.countries)]


def vocabulary():
    """The vocabulary as it is now; the labels are read when the content has changed."""

    def read():
        rows = Publication.objects.published().of("concept").order_by("sort_key", "pk")
        return Vocabulary(json.loads(text) for text in rows.values_list("document", flat=True))

    return kept("vocabulary", read)


def word(text, field="", code=""):
    """A label or a value of a choice; ``field`` and ``code`` find it where its English label means two things.

    What nobody has translated is content. A word that is the same in both languages was translated.
    """
    if not text or isinstance(text, Words) or in_english():
        return text or ""
    known, asked = vocabulary(), (get_language(), text, field, code)
    if asked not in known.said:
        said = known.label(text, SCHEMES.get(field, ""), code) or gettext(text)
        is_known = (
            said != text or known.label(text, SCHEMES.get(field, ""), code) or text in catalog()._catalog
        )
        known.said[asked] = Words(said) if is_known else content(text)
    return known.said[asked]


def content(text):
    """Words of a record: English on every page."""
    return Words(text, "" if in_english() else "en")


def record_name(kind_name, identifier, title):
    """The title of a record; themes and functions are in the vocabulary too."""
    if in_english():
        return Words(title)
    label = vocabulary().label("", kind_name, identifier)
    return Words(label) if label else content(title)


def day(text):
    """A date as documents hold it, to the day, the month or the year."""
    text = str(text)
    year, _, rest = text.partition("-")
    if not rest:
        return year
    value = parse_date(text if "-" in rest else f"{text}-01")
    long = "j F Y" if in_english() else "DATE_FORMAT"  # Django's English format cuts off the month
    return formats.date_format(value, long if "-" in rest else "YEAR_MONTH_FORMAT")


@cache
def territories(language):
    return Locale(language).territories


@cache
def languages(language):
    return Locale(language).languages


@cache
def country_codes():
    """``{English name: code}``: some fields hold the name."""
    return {name: code for code, name in Locale("en", "GB").territories.items()}


def country(code, text=""):
    """A country in the language of the page; ``code`` may be its English name."""
    code = country_codes().get(code, code)
    return territories(get_language().partition("-")[0]).get(code, text or code)


def language(code, text=""):
    return languages(get_language().partition("-")[0]).get(code, text or code)


def in_words(text):
    """A day, month or year in the language of the page."""
    return day(text) if text else gettext("date not stated")


def number(text):
    value = Decimal(text)
    return formats.number_format(value, 0 if value == int(value) else 2, force_grouping=True)


def figure(value):
    """A number with its unit, which is content unless it is a sign."""
    decimals = len(value["value"].partition(".")[2])
    shown = formats.number_format(Decimal(value["value"]), decimals, force_grouping=True)
    if value["text"].endswith("%"):
        return Words(f"{shown}\N{NO-BREAK SPACE}%")
    return content(f"{shown} {value['unit']}".strip())


def said(value, field=""):
    """A value of ``display`` in the language of the page."""
    text, plain = value["text"], value.get("value", "")
    match value.get("type", ""):
        case "choice":
            return word(text, field, plain)
        case "date":
            return Words(day(plain))
        case "country":
            return Words(country(plain, text))
        case "language":
            return Words(language(plain, text))
        case "number":
            return Words(number(plain))
        case "figure":
            return figure(value)
        case "record:theme" | "record:function" as type_:
            return record_name(type_.removeprefix("record:"), plain, text)
    return content(text)


def display_of(publication):
    """The publication's words for pages, in the language of the page."""
    return displayed(publication.kind, publication.display)


def displayed(kind_name, text):
    """The same, from a publication's column."""
    display = json.loads(text)
    if in_english():
        return display
    facts = [
        {
            **fact,
            "label": word(fact["label"]),
            "values": [{**value, "text": said(value, fact["name"])} for value in fact["values"]],
        }
        for fact in display["facts"]
    ]
    known = {fact["name"]: fact for fact in facts}
    asked = [known[path] for path in kinds_by_name()[kind_name].meta if path in known]
    meta = [in_meta(fact["label"], value) for fact in asked for value in fact["values"][:2]]
    state = display["state"]
    return display | {
        "facts": facts,
        "sections": [{**section, "title": word(section["title"])} for section in display["sections"]],
        "meta": meta if len(meta) == len(display["meta"]) else [content(text) for text in display["meta"]],
        "state": state and {**state, "label": word(state["label"])},
        "figure": display["figure"] and {**display["figure"], "text": figure(display["figure"])},
        "lens": word(display["lens"]),
        "provenance": word(display["provenance"]),
    }


def option(facet, value, label):
    """An option of a facet: what the public can filter by is a word, a date, a country, a record or plain content."""
    if in_english() or label.isdecimal():
        return Words(label)
    if facet.name == "checked" and value != "not-stated":
        return Words(day(value))
    if facet.source.endswith(PLACES) and (len(value) == 2 or value in country_codes()):
        return Words(country(value, label))
    return word(str(label), facet.name, value) if value != label or value in facet.words else content(label)
