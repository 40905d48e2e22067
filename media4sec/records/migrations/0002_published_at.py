"""When a version was published. What was public before is dated by the day it was saved."""

from django.db import migrations, models
from django.db.models import F, Q


def date_what_was_public(apps, schema_editor):
    Record, Revision = apps.get_model("records", "Record"), apps.get_model("records", "Revision")
    public_now = Record.objects.filter(published_revision__isnull=False).values("published_revision")
    was_public = Revision.objects.filter(Q(state="published") | Q(pk__in=public_now))
    was_public.update(published_at=F("saved_at"))


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="published_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the public first saw it; empty for what was never published.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="record",
            name="mentions",
            field=models.ManyToManyField(
                blank=True,
                editable=False,
                help_text="Records named in any version that was published; kept by the workflow.",
                related_name="mentioned_by",
                to="records.record",
            ),
        ),
        migrations.RunPython(date_what_was_public, migrations.RunPython.noop),
    ]
