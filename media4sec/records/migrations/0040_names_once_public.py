"""Sources and tags that are not public: each team has rows of its own, so that several may have one name."""

from django.db import migrations, models

NAMES = (
    # model, its name, its uses, from a use to its record
    ("Source", "url", "Citation", "source", "record_id"),
    ("Tag", "key", "Tagging", "tag", "content_object_id"),
)


def make_one_again(apps, schema_editor):
    """On the way back, rows with one name become one; what records say of a source stays."""
    alias = schema_editor.connection.alias
    for model_name, name, use_name, to_row, to_record in NAMES:
        model, use = apps.get_model("records", model_name), apps.get_model("records", use_name)
        stays = {}
        for row in model.objects.order_by("-is_public", "pk"):
            first = stays.setdefault(getattr(row, name), row)
            if first.pk == row.pk:
                continue
            for one in use.objects.filter(**{to_row: row.pk}):
                moved = {f"{to_row}_id": first.pk}
                is_there = use.objects.filter(**moved, **{to_record: getattr(one, to_record)}).exists()
                if model_name == "Tag" and is_there:
                    use.objects.filter(pk=one.pk)._raw_delete(alias)
                    continue
                if model_name == "Source":
                    moved["title"] = one.title or row.title
                use.objects.filter(pk=one.pk).update(**moved)
            model.objects.filter(pk=row.pk)._raw_delete(alias)  # nothing names it any more


class Migration(migrations.Migration):
    dependencies = [("records", "0023_makers")]

    operations = [
        migrations.AlterField(
            model_name="source", name="url", field=models.URLField(db_index=True, max_length=600)
        ),
        migrations.AlterField(
            model_name="tag",
            name="key",
            field=models.CharField(
                db_index=True,
                editable=False,
                help_text="What names that look alike have in common.",
                max_length=200,
            ),
        ),
        migrations.AlterField(model_name="tag", name="name", field=models.CharField(max_length=100)),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_public", True)), fields=("url",), name="records_source_public_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_public", True)), fields=("key",), name="records_tag_public_once"
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, make_one_again),
    ]
