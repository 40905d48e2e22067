"""Many publications made of the real ones, written straight into the read side.

Copies of the fixtures' publications with other identifiers and titles. One word in five is another one of the same
vocabulary, and each copy has invented words of its own, so that the vocabulary grows as in real texts.
"""

import random
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from media4sec.publications.models import Change, Feature, Publication, Term, ThemePlace, Version
from media4sec.publications.words import analysed
from media4sec.records.documents.fields import dumps
from media4sec.records.folder_io import load_folder
from media4sec.records.projection import uuid_of

FIXTURES = Path(__file__).parent.parent / "fixtures"
STEP = 10_000  # between the keys of a record and those of its copy
NAMES = 30_000  # invented words, some common and most rare
SYLLABLES = [first + second for first in "bdfghklmnprstvz" for second in "aeio"]
SAME = (  # what a copy has of its original
    *("kind", "path", "slug", "state", "summary", "lens", "checked_on", "display", "sort_key", "version"),
    *("issued_at", "modified_at", "related"),
)


def fill(count):
    """Load the real content, then copies of it until there are about ``count`` publications."""
    if not Publication.objects.exists():
        load_folder(FIXTURES)
    real = list(Publication.objects.published().filter(pk__lt=STEP).order_by("pk"))
    chance = random.Random(700281)
    names = ["".join(chance.choices(SYLLABLES, k=chance.randint(3, 5))) for _ in range(NAMES)]
    vocabulary = [word for row in real for word in row.text_stems.split()]
    copies = round(count / len(real))
    done = Publication.objects.count() // len(real)
    for copy in range(done, copies):
        with transaction.atomic():
            _copy(real, copy, chance, names, vocabulary)
    newest = Change(action=Change.Action.UPDATED, kind=real[0].kind, identifier=real[0].identifier)
    newest.at = timezone.now()
    newest.save()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Publication.objects.count()


def _copy(real, copy, chance, names, vocabulary):
    rows = []
    for row in real:
        own = [names[min(int(chance.paretovariate(0.6)), NAMES) - 1] for _ in range(4)]
        text = [
            chance.choice(vocabulary) if chance.random() < 0.2 else word for word in row.text_stems.split()
        ]
        title = f"{row.title} {own[0].capitalize()}"[:400]
        identifier, url = f"{row.identifier}-{copy}", f"{row.url.rstrip('/')}-{copy}/"
        own_uuid = str(uuid_of(row.kind, identifier))
        rows.append(
            Publication(
                pk=copy * STEP + row.pk,
                identifier=identifier,
                uuid=own_uuid,
                title=title,
                title_stems=analysed(title),
                name_stems="\n".join([*row.name_stems.split("\n")[1:], f"{own[1]} {own[2]}"]),
                text_stems=" ".join([*text, *own]),
                url=url,
                document=dumps(
                    row.body | {"identifier": identifier, "uuid": own_uuid, "title": title, "url": url}
                ),
                **{name: getattr(row, name) for name in SAME},
            )
        )
    Publication.objects.bulk_create(rows, batch_size=500)
    for model in (Term, ThemePlace, Version, Feature):
        _copy_rows(model, copy * STEP)
    now = timezone.now()
    created = (
        Change(action=Change.Action.CREATED, kind=row.kind, identifier=row.identifier, at=now) for row in rows
    )
    Change.objects.bulk_create(created, batch_size=2_000)


def _copy_rows(model, offset):
    """What the real publications have in a table of their own, once more for the copies."""
    own = [field.column for field in model._meta.local_concrete_fields if not field.primary_key]
    names = ", ".join(own)
    values = names.replace("publication_id", "publication_id + %s")
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE publication_id < %s",
            [offset, STEP],
        )
