"""Which file a version agrees with. Until now the loader's note told which versions came from files."""

import hashlib

from django.db import migrations, models


def recognise(apps, schema_editor):
    """A published document had no more in the file than the version has; others look changed, and are taken again."""
    Revision = apps.get_model("records", "Revision")
    found = Revision.objects.filter(note="Loaded from a file", saved_by=None).only("pk", "document")
    for revision in found.iterator(chunk_size=500):
        digest = hashlib.sha256(revision.document.encode()).hexdigest()
        Revision.objects.filter(pk=revision.pk).update(loaded=digest)


class Migration(migrations.Migration):
    dependencies = [("records", "0003_summary_limit")]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="loaded",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="A digest of the file’s document that it agrees with; empty for what was written here.",
                max_length=64,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(recognise, migrations.RunPython.noop),
    ]
