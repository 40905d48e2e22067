"""What titles that look alike have in common, so that the second of a name is noticed."""

from django.db import migrations, models

from media4sec.letters import lookalike


def fill(apps, schema_editor):
    Record = apps.get_model("records", "Record")
    for record in Record.objects.only("title").iterator():
        Record.objects.filter(pk=record.pk).update(title_key=lookalike(record.title)[:200])


class Migration(migrations.Migration):
    dependencies = [("records", "0005_dates_of_sources")]

    operations = [
        migrations.AddField(
            model_name="record",
            name="title_key",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="What titles that look alike have in common.",
                max_length=200,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["kind_name", "title_key"], name="records_title_key"),
        ),
    ]
