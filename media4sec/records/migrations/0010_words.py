"""What records and sources can be found by in the back-office.

Those that there are get their titles; `rebuild_publications` adds their other names and texts.
"""

import django.db.models.deletion
from django.db import migrations, models

from media4sec.letters import same


def fill(apps, schema_editor):
    Record, Words = apps.get_model("records", "Record"), apps.get_model("records", "Words")
    Source = apps.get_model("records", "Source")
    for record in Record.objects.only("identifier", "title").iterator():
        names = f" {same(record.title)} {same(record.identifier)} "
        Words.objects.create(record=record, names=names, texts="")
    for source in Source.objects.iterator():
        words = f"{same(source.title)} {same(source.url)}"
        Source.objects.filter(pk=source.pk).update(words=words)


class Migration(migrations.Migration):
    dependencies = [("records", "0009_tag_key_unique")]

    operations = [
        migrations.CreateModel(
            name="Words",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="records.record",
                    ),
                ),
                (
                    "names",
                    models.TextField(editable=False, help_text="Of its title, identifier and other names."),
                ),
                ("texts", models.TextField(editable=False, help_text="Of its texts and facts.")),
            ],
        ),
        migrations.AddField(
            model_name="source",
            name="words",
            field=models.TextField(
                blank=True, default="", editable=False, help_text="Title and address, to be found by."
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
