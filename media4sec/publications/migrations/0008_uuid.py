import uuid

from django.db import migrations, models

NAMESPACE = uuid.UUID("6f1c2f0e-4a0b-5d55-9a63-700281000000")


def fill(apps, schema_editor):
    """The identity that each record has in its document already; tombstones get theirs back."""
    publications = apps.get_model("publications", "Publication").objects
    rows = []
    for row in publications.order_by("pk").only("kind", "identifier").iterator(chunk_size=500):
        row.uuid = uuid.uuid5(NAMESPACE, f"{row.kind}:{row.identifier}")
        rows.append(row)
        if len(rows) == 500:
            publications.bulk_update(rows, ["uuid"])
            rows = []
    publications.bulk_update(rows, ["uuid"])


class Migration(migrations.Migration):
    dependencies = [("publications", "0007_checked_on")]

    operations = [
        migrations.AddField("publication", "uuid", models.UUIDField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "publication",
            "uuid",
            models.UUIDField(unique=True, help_text="Its identity for machines; a tombstone keeps it."),
        ),
        migrations.AddIndex(
            "publication", models.Index(fields=["kind", "modified_at"], name="publications_kind_modified")
        ),
    ]
