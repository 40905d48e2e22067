"""One tag for all spellings that look alike: records that had another spelling get the tag that was there first."""

import taggit.managers
from django.db import migrations, models

from media4sec.letters import same


def fill(apps, schema_editor):
    Tag, Tagging = apps.get_model("records", "Tag"), apps.get_model("records", "Tagging")
    first = {}
    for tag in Tag.objects.order_by("pk"):
        key = same(tag.name)[:200]
        kept = first.setdefault(key, tag)
        if kept is tag:
            Tag.objects.filter(pk=tag.pk).update(key=key)
            continue
        has = Tagging.objects.filter(tag=kept).values_list("content_object", flat=True)
        Tagging.objects.filter(tag=tag, content_object__in=list(has)).delete()
        Tagging.objects.filter(tag=tag).update(tag=kept)
        tag.delete()


class Migration(migrations.Migration):
    dependencies = [("records", "0007_submission")]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="key",
            field=models.CharField(
                default="",
                editable=False,
                help_text="What names that look alike have in common.",
                max_length=200,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="record",
            name="tags",
            field=taggit.managers.TaggableManager(
                blank=True,
                help_text="With commas between.",
                through="records.Tagging",
                to="records.Tag",
                verbose_name="Tags",
            ),
        ),
    ]
