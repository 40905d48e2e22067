"""What publications store in English words, said in the language of the page.

Labels of fields and values of choices are asked of the vocabulary, whose labels editors keep as records, then of the
interface's own catalogue. Dates, numbers and countries come from what stands beside the words. All else is content:
it stays English, and says so by its ``lang``.
"""

import json

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import catalog

from media4sec import saying
from media4sec.kinds import NO_VALUE, Role, in_meta, kind_for, kinds, kinds_by_name, schemes
from media4sec.languages import in_english
from media4sec.publications.models import Publication
from media4sec.publications.stated import since_change
from media4sec.saying import PER_CENT


class PageWords(str):
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
            if "en" in labels and document["scheme"] not in (*schemes().values(), *ways_schemes()):
                self.by_english.setdefault(labels["en"], labels)

    def label(self, text, scheme="", code=""):
        """The label in the language of the page, or None; ``text`` is the English one."""
        labels = self.by_code.get((scheme, code)) or self.by_english.get(text, {})
        return labels.get(get_language())


def ways_schemes():
    """The schemes whose labels are what people ask for, which no page says."""
    found = [kind.search.ways for kind in kinds() if kind.search.ways]
    return [scheme for ways in found for scheme in (ways.synonyms, ways.countries)]


def vocabulary():
    """The vocabulary as it is now; the labels are read when the content has changed."""

    def read():
        rows = Publication.objects.published().of(kind_for(Role.VOCABULARY).name).order_by("sort_key", "pk")
        return Vocabulary(json.loads(text) for text in rows.values_list("document", flat=True))

    return since_change("vocabulary", read, kind_for(Role.VOCABULARY).name)


def word(text, field="", code=""):
    """A label or a value of a choice; ``field`` and ``code`` find it where its English label means two things.

    What nobody has translated is content. A word that is the same in both languages was translated.
    """
    if not text or isinstance(text, PageWords) or in_english():
        return text or ""
    known, asked = vocabulary(), (get_language(), text, field, code)
    if asked not in known.said:
        said = known.label(text, schemes().get(field, ""), code) or gettext(text)
        is_known = (
            said != text or known.label(text, schemes().get(field, ""), code) or text in catalog()._catalog
        )
        known.said[asked] = PageWords(said) if is_known else content(text)
    return known.said[asked]


def content(text):
    """Words of a record: English on every page."""
    return PageWords(text, "" if in_english() else "en")


def record_name(kind_name, identifier, title):
    """The title of a record; themes and functions are in the vocabulary too."""
    if in_english():
        return PageWords(title)
    label = vocabulary().label("", kind_name, identifier)
    return PageWords(label) if label else content(title)


def figure_words(value):
    """A figure of a record; all of it is content where its unit is no sign."""
    # Publications made before figures had a qualifier lack it until they are rebuilt.
    parts = value["value"], value["unit"], value.get("qualifier", "")
    if value["unit"] == PER_CENT:
        return PageWords(saying.figure(*parts))
    with translation.override(settings.LANGUAGE_CODE):
        stated = saying.figure(*parts)
    return content(stated)


def value_words(value, field=""):
    """A value of ``display`` in the language of the page."""
    text, plain = value["text"], value.get("value", "")
    match value.get("type", ""):
        case "choice":
            return word(text, field, plain)
        case "figure":
            return figure_words(value)
        case type_ if type_ in saying.SAYING:
            return PageWords(saying.say(type_, plain))
        case type_ if type_.startswith("record:"):
            return record_name(type_.removeprefix("record:"), plain, text)
    return content(text)


def page_display(publication):
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
            "values": [{**value, "text": value_words(value, fact["name"])} for value in fact["values"]],
        }
        for fact in display["facts"]
    ]
    known = {fact["name"]: fact for fact in facts}
    asked = [known[path] for path in kinds_by_name()[kind_name].listed.meta if path in known]
    meta = [in_meta(fact["label"], value) for fact in asked for value in fact["values"][:2]]
    state = display["state"]
    return display | {
        "facts": facts,
        "sections": [{**section, "title": word(section["title"])} for section in display["sections"]],
        "meta": meta if len(meta) == len(display["meta"]) else [content(text) for text in display["meta"]],
        "state": state and {**state, "label": word(state["label"])},
        "figure": display["figure"] and {**display["figure"], "text": figure_words(display["figure"])},
        "lens": word(display["lens"]),
        "provenance": word(display["provenance"]),
    }


def option(facet, value, label):
    """An option of a facet: what the public can filter by is a word, a date, a country, a record or plain content."""
    if in_english() or label.isdecimal():
        return PageWords(label)
    if facet.type and value != NO_VALUE and (facet.type != "country" or saying.is_country(value)):
        return PageWords(saying.say(facet.type, value))
    return word(str(label), facet.name, value) if value != label or value in facet.words else content(label)
