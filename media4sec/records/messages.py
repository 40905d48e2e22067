"""The texts of the interface and their translations: gathered from code, templates and kinds, kept in ``locale/``.

The back-office speaks English, so that nothing of it is gathered. What a kind needs in words (labels of its fields,
values of its choices, itself with a number before it) is asked of the kind: a new one has nothing to mark.
"""

import datetime
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils import translation

from media4sec.choices import Lens, Provenance, YesNo
from media4sec.kinds import kinds
from media4sec.languages import CODES
from media4sec.records.documents.reading import writer
from media4sec.records.projection import label_of

CODE = ("media4sec", "workshops", "catalogue", "ethics", "roadmap")
# The back-office, its commands, and what editors alone read.
ENGLISH_ONLY = {"admin", "admin.py", "management", "migrations", "queue.py", "records"}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
EMPTY_HEADERS = (b'"Generated-By', b'"Language-Team', b'"Last-Translator', b'"Report-Msgid-Bugs-To')
FIXED_DAY = datetime.datetime(
    2026, 11, 23, tzinfo=datetime.UTC
)  # one that moves would change every file every time


def gathered():
    """All texts of the interface as a catalogue without translations."""
    catalog = new_catalog()
    for path in sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        for line, message, comments, context in texts_in(path):
            catalog.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    for message, name in words_of_kinds():
        catalog.add(message, locations=[(name, 1)])
    return catalog


def sources():
    """Every file that may hold a text for readers."""
    base = settings.BASE_DIR
    found = [path for root in CODE for path in (base / root).rglob("*.py")]
    found += [path for path in (base / "templates").rglob("*") if path.suffix in (".html", ".svg", ".txt")]
    return sorted(path for path in found if not ENGLISH_ONLY.intersection(path.relative_to(base).parts))


def texts_in(path):
    """``(line, text or its forms, comments, context)`` of each text in a file: a Python module or a Jinja template."""
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    options = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}
    with path.open("rb") as file:
        yield from extract(method, file, KEYWORDS, ["Translators:"], options)


def words_of_kinds():
    """What publications hold in English words: [(text or its forms, where it comes from)]."""
    with translation.override(settings.LANGUAGE_CODE):
        shared = [str(label) for choices in (Lens, Provenance, YesNo) for label in choices.labels]
        found = [(words, "media4sec/records/models.py") for words in shared]
        for kind in kinds():
            model = writer(kind.name).Meta.model
            if not Path(settings.BASE_DIR, model.__module__.partition(".")[0], "kinds.py").exists():
                continue  # a kind that only tests know
            name = f"{model.__module__.replace('.', '/')}.py"
            fields = list(writer(kind.name).fields)
            words = [
                kind.names.nouns,
                *(label_of(kind, path) for path in dict.fromkeys((*kind.page.facts, *fields))),
            ]
            words += [label for field in _fields(kind) for label in _choices(field)]
            words += [word for facet in kind.listed.facets for word in facet.words]
            # Where a word was found, if the field has no label of its own on pages.
            searched = ("tags", *kind.search.text, *(path.partition(".")[0] for path in kind.search.names))
            labelled = {*kind.page.facts, *kind.page.own_parts}
            words += [name.replace("_", " ").capitalize() for name in searched if name not in labelled]
            found += [(word, name) for word in words]
    return found


def _fields(kind):
    """The model fields behind a kind's document, those of its parts included."""
    for name, field in writer(kind.name).fields.items():
        child = getattr(field, "child", None)
        model = getattr(getattr(child, "Meta", None), "model", None)
        if model is not None:
            yield from (own for own in model._meta.get_fields() if own.name in child.fields)
        else:
            yield from (own for own in writer(kind.name).Meta.model._meta.get_fields() if own.name == name)


def _choices(field):
    options = getattr(field, "options", None)
    return [
        str(label)
        for value, label in (options.choices if options else getattr(field, "choices", None) or ())
        if value
    ]


# Files


def new_catalog(language=None, plural_forms=""):
    """An empty one; plural forms are those in which translations were written, not those that Babel knows today."""
    catalog = Catalog(
        locale=language,
        project="MEDI@4SEC knowledge base",
        version="1",
        creation_date=FIXED_DAY,
        revision_date=FIXED_DAY,
        header_comment="# Texts of the interface. `make messages` gathers them anew and compiles the translations.",
        fuzzy=False,
    )
    if plural_forms:
        catalog.mime_headers = [("Plural-Forms", plural_forms)]
    return catalog


def folder_of(language):
    return Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES")


def read_catalogue(language):
    """The translations as they stand in the repository; empty for a new language."""
    path = folder_of(language) / "django.po"
    if not path.exists():
        return new_catalog(language)
    with path.open("rb") as file:
        written = read_po(file, locale=language)
    catalog = new_catalog(language, written.plural_forms)
    for message in written:
        if message.id:
            catalog.add(message.id, message.string, message.locations, message.flags, context=message.context)
    return catalog


def updated(language, texts):
    """The translations of today's texts; new ones are empty, those that nobody needs any more are gone."""
    old = read_catalogue(language)
    new = new_catalog(language, old.plural_forms)
    for message in texts:
        if message.id:
            kept = old.get(_first(message.id), message.context)
            is_same = kept is not None and kept.id == message.id
            new.add(
                message.id,
                kept.string if is_same else ("",) * new.num_plurals if message.pluralizable else "",
                message.locations,
                message.flags,
                message.auto_comments,
                context=message.context,
            )
    return new


def _first(text):
    return text if isinstance(text, str) else text[0]


def as_po(catalog):
    file = io.BytesIO()
    write_po(file, catalog, width=0, sort_output=True, include_lineno=False)
    lines = file.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(EMPTY_HEADERS))


def write_all():
    """Bring all files up to date; returns {language: how many texts have no translation yet}."""
    texts, missing = gathered(), {}
    for language in CODES:
        catalog = updated(language, texts)
        folder = folder_of(language)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "django.po").write_bytes(as_po(catalog))
        missing[language] = sum(1 for message in catalog if message.id and not all(_forms(message.string)))
    return missing


def _forms(string):
    return (string,) if isinstance(string, str) else string
