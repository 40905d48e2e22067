import django.db.models.deletion
from django.db import migrations, models


def fill(apps, schema_editor):
    """Under which themes publications are now; where withdrawn ones were, nobody kept."""
    places = apps.get_model("publications", "ThemePlace")
    terms = apps.get_model("publications", "Term").objects
    now = terms.filter(field__in=("theme", "themes"), target__isnull=False).order_by("pk")
    rows = []
    for publication, theme in now.values_list("publication", "value").iterator(chunk_size=500):
        rows.append(places(publication_id=publication, theme=theme))
        if len(rows) == 500:
            places.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    places.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("publications", "0009_files")]

    operations = [
        migrations.CreateModel(
            name="ThemePlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("theme", models.CharField(max_length=80)),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="theme_places",
                        to="publications.publication",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("theme", "publication"), name="publications_theme_place_once"
                    )
                ]
            },
        ),
        migrations.AddIndex(
            "publication", models.Index(fields=["modified_at"], name="publications_modified")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
