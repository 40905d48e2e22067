"""Who is responsible for a record is no part of its versions any more; what the public knows of names, sources and tags
is noted."""

import json

from django.db import migrations

from media4sec.records.finding import findable

AT_ONCE = 500


def without_owner(apps, schema_editor):
    Revision = apps.get_model("records", "Revision")
    batch = []
    for revision in Revision.objects.filter(document__contains='"owner":').iterator(AT_ONCE):
        document = json.loads(revision.document)
        document.pop("owner", None)
        revision.document = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        batch.append(revision)
        if len(batch) == AT_ONCE:
            Revision.objects.bulk_update(batch, ["document"])
            batch = []
    Revision.objects.bulk_update(batch, ["document"])


def note_public(apps, schema_editor):
    Record, Words = apps.get_model("records", "Record"), apps.get_model("records", "Words")
    addresses, tags = set(), set()
    for record in Record.objects.filter(public_state="published").select_related("published_revision"):
        document = json.loads(record.published_revision.document)
        Record.objects.filter(pk=record.pk).update(public_title=document["title"])
        names = findable(document["identifier"], document["title"], joins=True)
        Words.objects.filter(pk=record.pk).update(public=names)
        tags |= set(document.get("tags", ()))
        parts = [
            document,
            *(part for value in document.values() if isinstance(value, list) for part in value),
        ]
        for part in parts:
            if isinstance(part, dict):
                addresses |= {source["url"] for source in part.get("sources", ())}
    for name, column, values in (("Source", "url", addresses), ("Tag", "name", tags)):
        values = sorted(values)
        for start in range(0, len(values), AT_ONCE):
            rows = apps.get_model("records", name).objects
            rows.filter(**{f"{column}__in": values[start : start + AT_ONCE]}).update(is_public=True)


class Migration(migrations.Migration):
    dependencies = [("records", "0013_teams")]
    operations = [
        migrations.RunPython(without_owner, migrations.RunPython.noop),
        migrations.RunPython(note_public, migrations.RunPython.noop),
    ]
