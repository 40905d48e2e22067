"""Print the data model as Markdown: `docs/data-model.md` is this command's output, and a test keeps it so."""

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models
from rest_framework import serializers

from media4sec.kinds import COMMON_FACETS, Given, Numbered, kinds
from media4sec.records.documents.fields import (
    HEAD,
    TAIL,
    AnyReferences,
    CitationField,
    OrderedReferences,
    Reference,
    StoredFileField,
    TagField,
    TextList,
)
from media4sec.records.documents.reading import writer
from media4sec.records.models import (
    Attachment,
    Citation,
    Holding,
    Membership,
    Record,
    Relation,
    Revision,
    Source,
    StoredFile,
    Tag,
    Tagging,
    Team,
    model_of,
)
from media4sec.records.projection import label_of, model_field
from media4sec.work_types import WORK_TYPES

WRITE_SIDE = (
    *(Record, Revision, Source, Citation, StoredFile, Attachment, Holding),
    *(Relation, Tag, Tagging, Team, Membership),
)
READ_NAMES = ("Publication", "PublicFile", "Term", "Change")
READ_SIDE = tuple(apps.get_model("publications", name) for name in READ_NAMES)

# Fields of documents whose model says nothing, or speaks to editors in a form.
FIELDS = {
    "identifier": "For ever; unique within the kind.",
    "lens": "The project's view of it, where there is one.",
    "key": "Names the part within its record; never changes.",
    "notes": "Public notes; where sources disagree, they say so.",
    "tags": "Free keywords, in the order of the alphabet.",
    "sources": "What it rests on: citations, in order.",
    "files": "Pictures, and the PDF of a document: files in their order. Left out where there are none.",
    "files.file": "The file: `digest` (SHA-256), `media_type`, `bytes`, `width` and `height` in pixels (of a PDF, "
    "those of its cover), `pages` (of a PDF). Only the digest must be given; what else is given must be so. The public "
    "document has its `url`, and of a PDF that of the `cover`.",
    "sources.url": "Address of the source.",
    "sources.title": "Title as cited.",
    "sources.dated_on": "The source’s own date; empty where it bears none.",
    "sources.accessed_on": "When it was read.",
}
# Columns whose name does not say it all, where the model has no help text.
COLUMNS = {
    "Record.kind_name": "Which kind it is.",
    "Record.withdrawal_reason": "What readers of a withdrawn address are told.",
    "Record.successor": "What to use instead, or where a merged address leads.",
    "Record.edit_version": "Number of the newest revision; forms carry it, so that no edit is lost.",
    "Record.published_revision": "The revision that the public sees, or last saw.",
    "Record.notes": "Public notes.",
    "Record.tags": "Free keywords.",
    "Revision.number": "1, 2, 3 … within the record.",
    "Revision.document": "The whole document, as JSON.",
    "Revision.note": "What changed, and why.",
    "Relation.role": "The field of the document that it stands in.",
    "Publication.path": "First part of its address.",
    "Publication.url": "Its address, without the portal's origin.",
    "Publication.sort_key": "Sorts as plain bytes, the same on both databases.",
    "Publication.version": "Number of the published revision.",
    "Publication.issued_at": "When it was first published.",
    "Publication.modified_at": "Its last change that readers can see.",
    "Publication.reason": "Why it was withdrawn or merged.",
    "Publication.title_stems": "Words of the title as search reads them: folded, in order.",
    "Publication.text_stems": "Words of the running text as search reads them.",
    "Term.field": "Name of a facet, of a field that names records, or `source`, `newest-source`, `fact` (is stated).",
    "Term.value": "What stands there; `not-stated` for nothing.",
    "Term.label": "The same in words.",
    "Term.target": "The publication that it names.",
    "Change.seq": "The order in which changes became visible.",
}

INTRODUCTION = """\
# Data model

Written by `python manage.py describe_data_model`; `make docs` writes it anew. Do not edit it by hand.

## How to read it

- A **kind** is described by its document: the JSON object that stands in the fixture, goes through import and export,
  and is kept as a revision. Fields in **bold** must be given; the others may be left out.
- An empty text means “not stated”. `null` means “not known”: a field of *yes, no or not known* has three values, and
  not known never means no.
- Another record is named by its identifier, or as `kind:identifier` where a record of any kind may stand.
- A **part** is a row that belongs to one record. Its `key` names it within the record and never changes.
- The **public document** (API) is the same object with `kind`, `uuid` and `url` added, and after it what is true of the
  entry: `version`, `issued`, `updated`, `license`, `links`. There, a reference is
  `{"kind", "id", "uuid", "label", "url", "api"}`, records that are not public are not named, and `newest_source_on` is
  worked out where editors left it empty: `newest_source_basis` says whether a source is `dated` so or was `read` then.
- A **facet** is a filter of the list and of the API; its value is `not-stated` for records that say nothing, unless
  the table has a dash there.
"""


class Command(BaseCommand):
    help = "Print the data model as Markdown."
    requires_system_checks = ()

    def handle(self, **options):
        self.stdout.write(describe(kinds()), ending="")


def describe(members):
    """The whole page for these kinds."""
    blocks = [
        INTRODUCTION,
        overview(members),
        common(members),
        "## Kinds\n",
        *(describe_kind(kind) for kind in members),
        "## Tables\n",
        "Besides these, each kind has a table with its own fields, each sort of part has one, and each list of\n"
        "references to records of one kind has one.\n",
        "### Write side: what the back-office works on\n",
        *(describe_table(model) for model in WRITE_SIDE),
        "### Read side: what the public sees\n",
        *(describe_table(model) for model in READ_SIDE),
    ]
    return "\n".join(blocks)


def overview(members):
    rows = [
        (
            f"[{kind.names.one}](#{anchor(kind.names.one)})",
            f"`{kind.name}`",
            app_of(kind),
            form_of(kind),
            f"`{kind.list_url}`",
        )
        for kind in members
    ]
    return f"## The {len(members)} kinds\n\n" + table(("kind", "name", "app", "identifier", "list"), rows)


def common(members):
    """What all kinds have: the fields around their own, the citation, and the facets."""
    kind = members[0]
    fields = writer(kind.name).fields
    rows = [field_row(kind, name, fields[name]) for name in (*HEAD, *TAIL)]
    citation = CitationField.Shape().fields
    uses = [field_row(kind, f"sources.{name}", field) for name, field in citation.items()]
    files = [field_row(kind, f"files.{name}", field) for name, field in fields["files"].child.fields.items()]
    facets = [
        (f"`{facet.name}`", facet.title, f"`{facet.source}`", facet.empty or "–") for facet in COMMON_FACETS
    ]
    return "\n".join(
        [
            "## What every kind has\n",
            table(("field", "value", "meaning"), rows),
            "A citation in `sources`:\n",
            table(("field", "value", "meaning"), uses),
            "One of the `files`:\n",
            table(("field", "value", "meaning"), files),
            "Every list has these facets, unless its kind has one of the same name:\n",
            table(FACET_HEAD, facets),
            "Search reads the title and the identifier, the summary, the tags, and what each kind names below; never\n"
            "the fields that tell how a record was gathered and checked.\n",
        ]
    )


FACET_HEAD = ("parameter", "title", "reads", "without a value")


def describe_kind(kind):
    model, fields = model_of(kind.name), writer(kind.name).fields
    own = {name: field for name, field in fields.items() if name not in (*HEAD, *TAIL)}
    blocks = [
        f"### {kind.names.one}\n",
        *sentence(model),
        f"- name `{kind.name}`, plural `{kind.plural}`; app `{app_of(kind)}`, model `{model.__name__}`\n"
        f"- identifier: {form_of(kind)}\n"
        f"- page `{kind.url('{identifier}', '{slug}')}`, list `{kind.list_url}`, "
        f"API `{kind.api_url('{identifier}')}`, fixture `{kind.plural}.json`\n"
        f"- reviewed every {kind.review_months} months; schema.org `{WORK_TYPES[kind.thing.type].schema}`\n",
    ]
    if own:
        rows = [field_row(kind, name, field) for name, field in own.items()]
        blocks.append(table(("field", "value", "meaning"), rows))
    for name, field in own.items():
        if isinstance(field, serializers.ListSerializer):
            rows = [field_row(kind, f"{name}.{inner}", one) for inner, one in field.child.fields.items()]
            blocks.append(f"Each of its `{name}`: {''.join(sentence(field.child.Meta.model))}")
            blocks.append(table(("field", "value", "meaning"), rows))
    if kind.listed.facets:
        rows = [
            (f"`{one.name}`", one.title, f"`{one.source}`", one.empty or "–") for one in kind.listed.facets
        ]
        blocks += ["Facets of its own:\n", table(FACET_HEAD, rows)]
    common = ("summary", "tags")
    names = [
        f"`{name}`" for name in dict.fromkeys((*kind.search.names, *kind.searched)) if name not in common
    ]
    blocks.append(f"Search also reads: {', '.join(names) or 'nothing more'}.\n")
    return "\n".join(blocks)


def app_of(kind):
    return model_of(kind.name)._meta.app_config.name


def form_of(kind):
    """How identifiers of a kind look."""
    match kind.identifier:
        case Numbered(example=example):
            return f"`{example}`, the next free number"
        case Given(shape=shape):
            return f"`{shape}` (regular expression)"
    return "a short name"


def field_row(kind, path, field):
    name = path.rpartition(".")[2]
    shown = f"**`{name}`**" if field.required else f"`{name}`"
    return shown, value_of(field), meaning_of(kind, path)


def value_of(field):
    """What a field of a document holds, in words."""
    match field:
        case OrderedReferences():
            return f"list of identifiers: {words(field.child_relation.kind_name)}"
        case Reference():
            return f"identifier: {words(field.kind_name)}{or_null(field)}"
        case AnyReferences():
            return (
                f"list of identifiers: {words(field.target)}" if field.target else "list of `kind:identifier`"
            )
        case CitationField():
            return "list of citations"
        case StoredFileField():
            return "a stored file"
        case serializers.ListSerializer():
            return "list of parts"
        case TagField() | TextList():
            return "list of texts"
        case serializers.ChoiceField():
            return options((value, label) for value, label in field.choices.items() if value != "") + (
                ", or empty" if field.allow_blank else or_null(field)
            )
        case serializers.BooleanField():
            return "yes, no or not known" if field.allow_null else "yes or no"
        case serializers.DateField():
            return f"date{or_null(field)}"
        case serializers.IntegerField():
            return f"whole number{or_null(field)}"
        case serializers.DecimalField():
            return f"number with {field.decimal_places} decimals, as text{or_null(field)}"
        case serializers.URLField():
            return "web address"
        case serializers.CharField():
            return f"text, at most {field.max_length}" if field.max_length else "text"
    raise TypeError(f"No words for {type(field).__name__}.")


def options(choices):
    """Values that may stand somewhere, with their labels where these are other words."""
    return ", ".join(
        f"`{value}`"
        if str(value).replace("-", " ").casefold() == str(label).casefold()
        else f"`{value}` ({label})"
        for value, label in choices
    )


def or_null(field):
    return " or `null`" if field.allow_null else ""


def words(kind_name):
    kind = next(kind for kind in kinds() if kind.name == kind_name)
    return f"[{kind.names.one.lower()}](#{anchor(kind.names.one)})"


def meaning_of(kind, path):
    """The field's name for people, its help text, what may stand in it, and how pages name the link."""
    if path in FIELDS:
        return FIELDS[path]
    if path.endswith((".key", ".sources")):
        return FIELDS[path.rpartition(".")[2]]
    if path.startswith("sources."):
        found = Citation._meta.get_field(path.removeprefix("sources."))
        return parts_of_meaning(found.verbose_name, found.help_text)
    found = model_field(kind.name, path)
    texts = [label_of(kind, path), getattr(found, "help_text", "")]
    if getattr(found, "options", None):
        texts.append(f"Of {options(found.options.choices)}")
    if path in kind.links.reasons:
        texts.append(f"Shown as “{kind.links.reasons[path]}”")
    return parts_of_meaning(*texts)


def parts_of_meaning(*texts):
    texts = [str(text).strip().removesuffix(".") for text in texts if text]
    return ". ".join(text[:1].upper() + text[1:] for text in texts) + "."


def describe_table(model):
    fields = [field for field in model._meta.get_fields() if field.concrete and not field.auto_created]
    rows = [(f"`{field.name}`", column_of(field), column_meaning(field)) for field in fields]
    rules = [one.name for one in model._meta.constraints] + [one.name for one in model._meta.indexes]
    blocks = [f"#### {model.__name__}\n", *sentence(model), table(("column", "type", "meaning"), rows)]
    if rules:
        blocks.append(f"Constraints and indexes: {', '.join(f'`{rule}`' for rule in rules)}.\n")
    return "\n".join(blocks)


def column_of(field):
    if field.many_to_many:
        return f"many of {field.related_model.__name__}"
    if field.is_relation:
        return f"link to {field.related_model.__name__}" + (" or none" if field.null else "")
    types = {
        models.BooleanField: "yes, no",
        models.DateTimeField: "time",
        models.DateField: "date",
        models.BigAutoField: "whole number, counted up",
        models.IntegerField: "whole number",
        models.JSONField: "list of texts",
        models.URLField: "web address",
        models.SlugField: "slug",
        models.TextField: "text",
    }
    found = next((text for one, text in types.items() if isinstance(field, one)), "text")
    found += f", at most {field.max_length}" if field.max_length else ""
    return found + (" or none" if field.null else "")


def column_meaning(field):
    meaning = COLUMNS.get(f"{field.model.__name__}.{field.name}") or getattr(field, "help_text", "")
    choices = f"One of {options(field.choices)}." if getattr(field, "choices", None) else ""
    return " ".join(text for text in (meaning, choices) if text)


def sentence(model):
    """What a row is in the world, if the model says it; Django makes up a docstring where there is none."""
    text = " ".join(model.__doc__.split())
    return [] if text.startswith(f"{model.__name__}(") else [f"{text}\n"]


def anchor(title):
    """The anchor that a heading gets on code-hosting sites."""
    return title.lower().replace(" ", "-")


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(text.replace('|', chr(92) + '|') for text in row)} |" for row in rows]
    return "\n".join(lines) + "\n"
